import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Docker, DockerError } from './docker.ts'
import {
  type ImageList,
  type ImageRecipe,
  type ImageSource,
  projectRoot,
  readImageList,
  type ServerName,
  serverNames,
} from './image-list.ts'

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

/** The label under which an image carries the hash of what it was built from. */
export const contentLabel = 'faultline.content'

/**
 * SHA-256 (hex) of what a built image is made of: its base, its name and versions, and every file of its recipe.
 * docker/build computes the same, line for line; a test holds the two together.
 */
export function contentOf(
  name: ServerName | 'base',
  list: ImageList,
  root: string = projectRoot,
): string {
  const recipe: ImageRecipe = name === 'base' ? list.base : list.servers[name].built
  const folder = join(root, recipe.recipe)
  const settings = [
    `image=${recipe.image}`,
    ...Object.entries(recipe.packages).map(([key, version]) => `packages.${key}=${version}`),
  ]
  const lines = [
    ...(recipe.from ? [`from ${contentOf(recipe.from, list, root)}`] : []),
    ...settings.sort().map((setting) => `setting ${setting}`),
    ...filesBelow(folder).map((path) => `file ${sha256(readFileSync(join(folder, path)))} ${path}`),
  ]
  return sha256(`${lines.join('\n')}\n`)
}

const sha256 = (content: string | Buffer): string =>
  createHash('sha256').update(content).digest('hex')

/** Paths of all files below a folder, relative to it, in byte order. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}
