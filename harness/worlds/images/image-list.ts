import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'

/** Where the checkout of Faultline is: recipes stand in images.yaml as paths from here. */
export const projectRoot = fileURLToPath(new URL('../../..', import.meta.url))

const profile = z.strictObject({
  /** The C library of the image: a preloaded library (clock skew of a JVM) must be made for it. */
  libc: z.enum(['glibc', 'musl', 'none']),
  /** By name, what to run in a container; a name that is absent: what the image runs by itself. */
  commands: z.record(z.string(), z.array(z.string())),
  /** By name, ports inside a container. */
  ports: z.record(z.string(), z.int().positive()),
  /** HTTP path that says the process is up; absent where the server has none. */
  health: z.string().startsWith('/').optional(),
  /** Where the server keeps its data; absent where it keeps none. */
  data: z.string().startsWith('/').optional(),
  env: z.record(z.string(), z.string()),
  /** By path in a container, the content of a file that the image expects to be mounted. */
  files: z.record(z.string().startsWith('/'), z.string()),
})

const recipe = z.strictObject({
  image: z.string().includes(':'),
  recipe: z.string(),
  packages: z.record(z.string(), z.string()),
})

const server = z.strictObject({
  public: z.strictObject({
    image: z.string().includes(':'),
    verified: z.boolean(),
    note: z.string().optional(),
    profile,
  }),
  built: recipe.extend({ from: z.literal('base').optional(), profile }),
})

const imageList = z.strictObject({
  base: recipe,
  servers: z.strictObject({
    ...{ milvus: server, kafka: server, pgvector: server, toxiproxy: server },
  }),
})

/** docker/images.yaml: every server, as a public image and as one built from package registries. */
export type ImageList = z.infer<typeof imageList>
export type ServerName = keyof ImageList['servers']
export type ImageProfile = z.infer<typeof profile>
export type ImageRecipe = z.infer<typeof recipe> & { from?: 'base' }

/** Where a server's image comes from: an image registry, or docker/build. */
export type ImageSource = 'public' | 'built'

export const serverNames: readonly ServerName[] = ['milvus', 'kafka', 'pgvector', 'toxiproxy']

/** Reads docker/images.yaml below `root`; throws an Error that names what is wrong in it. */
export function readImageList(root = projectRoot): ImageList {
  const read = imageList.safeParse(parse(readFileSync(join(root, 'docker/images.yaml'), 'utf8')))
  if (read.success) return read.data
  throw new Error(`docker/images.yaml is not as it should be:\n${z.prettifyError(read.error)}`)
}

/** The image a server is started from, and what is special about it. The same start-up code serves both sources. */
export function imageFor(
  name: ServerName,
  source: ImageSource,
  list = readImageList(),
): { image: string; profile: ImageProfile } {
  const { image, profile } = list.servers[name][source]
  return { image, profile }
}
