import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ImageList, type ImageRecipe, projectRoot, type ServerName } from './image-list.ts'

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
