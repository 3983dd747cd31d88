import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot, readImageList } from '../../../../harness/worlds/images/image-list.ts'

function filesBelow(folder: string): string[] {
  return readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name)))
}

/** Lines of a file that match, each with its place. */
const linesWith = (path: string, pattern: RegExp): string[] =>
  readFileSync(join(projectRoot, path), 'utf8')
    .split('\n')
    .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : []))

const dockerFiles = filesBelow('docker').filter((path) => path !== 'docker/images.yaml')
/** Decision notes say what was measured on which version; they start nothing. */
const programFiles = filesBelow('harness').filter((path) => path.endsWith('.ts'))

/** Image names, with any tag cut off. */
const imageNames = Object.values(readImageList().servers).flatMap((server) =>
  [server.public.image, server.built.image].map((image) => image.replace(/:[^:]*$/, '')),
)

test('docker/ has no version outside images.yaml', () => {
  // Three numbers with dots are a version; four are an address. Maven's own file format has one, too.
  const version = /(?<![\d.])\d+\.\d+\.\d+(?![\d.])|\b(bookworm|trixie|bullseye)\b/
  const found = dockerFiles.flatMap((path) => linesWith(path, version))
  expect(found.filter((line) => !/<modelVersion>|maven\.apache\.org\/POM/.test(line))).toEqual([])
})

test('no image is named with its tag outside images.yaml', () => {
  const tagged = new RegExp(`(${['faultline-base', ...imageNames].join('|')}):[\\w.-]`)
  expect([...dockerFiles, ...programFiles].flatMap((path) => linesWith(path, tagged))).toEqual([])
})

test('the recipes name packages, and no registry and no path of one machine', () => {
  const host =
    /https?:\/\/(?!maven\.apache\.org\/POM)|\b[\w-]+\.(io|com|dev)\/(?!Shopify)|\/(root|home|work|usr\/lib\/jvm)\b/
  const recipes = dockerFiles.filter((path) => !path.endsWith('.md'))
  expect(recipes.flatMap((path) => linesWith(path, host))).toEqual([])
})
