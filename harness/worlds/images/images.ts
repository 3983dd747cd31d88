import { contentLabel, contentOf } from './content.ts'
import { type Docker, DockerError } from './docker.ts'
import {
  type ImageList,
  type ImageSource,
  projectRoot,
  readImageList,
  type ServerName,
  serverNames,
} from './image-list.ts'

/** What this machine has of one image. */
export type ImageState = {
  server: ServerName
  source: ImageSource
  image: string
  /** `stale`: built from other recipes or versions than those in docker/ now. */
  state: 'present' | 'missing' | 'stale'
  /** Of the image that is there; absent when it is missing. */
  found?: { id: string; sizeBytes: number }
  /** The command that gets it, or gets it again. */
  get: string
  /** What a reader must know about it, e.g. that nobody ran it here. */
  note?: string
}

type Inspected = {
  Id: string
  Size: number
  RepoTags?: string[] | null
  Config?: { Labels?: Record<string, string> | null } | null
}

/**
 * What this machine has of every image in docker/images.yaml, built ones first, with one call to Docker.
 * Rejects with a DockerError where Docker cannot be used.
 */
export async function listImages(
  docker: Docker,
  root: string = projectRoot,
): Promise<ImageState[]> {
  const list = readImageList(root)
  const wanted = (['built', 'public'] as const).flatMap((source) =>
    serverNames.map((server) => ({ server, source, image: list.servers[server][source].image })),
  )
  const found = await inspect(
    docker,
    wanted.map(({ image }) => image),
  )
  return wanted.map(({ server, source, image }) => {
    const here = found.find(({ RepoTags }) => RepoTags?.includes(image))
    return {
      server,
      source,
      image,
      state: stateOf(here, source === 'built' ? contentOf(server, list, root) : null),
      ...(here && { found: { id: here.Id, sizeBytes: here.Size } }),
      get: source === 'built' ? `docker/build ${server}` : `docker pull ${image}`,
      ...noteOf(list, server, source),
    }
  })
}

function stateOf(here: Inspected | undefined, content: string | null): ImageState['state'] {
  if (!here) return 'missing'
  if (content === null) return 'present'
  return here.Config?.Labels?.[contentLabel] === content ? 'present' : 'stale'
}

function noteOf(list: ImageList, server: ServerName, source: ImageSource): { note?: string } {
  if (source === 'built') return {}
  const { note } = list.servers[server].public
  return note === undefined ? {} : { note }
}

/** The images that are there; `docker image inspect` answers for those and exits 1 for the rest. */
async function inspect(docker: Docker, images: readonly string[]): Promise<Inspected[]> {
  const { code, stdout, stderr } = await docker(['image', 'inspect', ...images])
  const missingOnly = stderr
    .split('\n')
    .every((line) => line.trim() === '' || /no such (image|object)/i.test(line))
  if (code === 0 || missingOnly) return JSON.parse(stdout.trim() || '[]') as Inspected[]
  throw new DockerError(`docker image inspect failed: ${stderr.trim()}`)
}
