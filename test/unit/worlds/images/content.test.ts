import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readImageList, serverNames } from '../../../../harness/worlds/images/image-list.ts'
import { contentOf } from '../../../../harness/worlds/images/images.ts'
import { aRoot, build } from './fakes.ts'

const all = ['base', ...serverNames] as const

/** Content hash by image name. */
const contents = (root: string): Record<string, string> =>
  Object.fromEntries(all.map((name) => [name, contentOf(name, readImageList(root), root)]))

/** The names of the images that a change makes stale. */
function madeStaleBy(change: (docker: string) => void): string[] {
  const root = aRoot()
  const before = contents(root)
  change(join(root, 'docker'))
  const after = contents(root)
  return all.filter((name) => before[name] !== after[name])
}

function replaceInImages(docker: string, from: string, to: string): void {
  const path = join(docker, 'images.yaml')
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(from)
  writeFileSync(path, text.replace(from, to))
}

test('a changed recipe file makes its own image stale', () => {
  expect(madeStaleBy((docker) => appendFileSync(join(docker, 'kafka/docker/run'), '#'))).toEqual([
    'kafka',
  ])
})

test('a changed base makes the images on it stale, and not the one from scratch', () => {
  expect(madeStaleBy((docker) => appendFileSync(join(docker, 'base/prepare'), '#'))).toEqual([
    'base',
    'milvus',
    'kafka',
  ])
})

test('a new file in a recipe makes its image stale', () => {
  expect(madeStaleBy((docker) => writeFileSync(join(docker, 'toxiproxy/more'), ''))).toEqual([
    'toxiproxy',
  ])
})

test('another package version makes its image stale', () => {
  const change = (docker: string) => replaceInImages(docker, 'toxiproxy: 2.', 'toxiproxy: 3.')
  expect(madeStaleBy(change)).toEqual(['toxiproxy'])
})

test('a profile, a public tag or a comment makes nothing stale', () => {
  const change = (docker: string) => {
    replaceInImages(docker, 'note: not verified here', 'note: verified')
    replaceInImages(docker, 'MQ_TYPE: rocksmq', 'MQ_TYPE: woodpecker')
    replaceInImages(docker, 'image: apache/kafka:', 'image: apache/kafka:next-')
  }
  expect(madeStaleBy(change)).toEqual([])
})

test('docker/build computes the same content hashes', () => {
  const root = aRoot()
  const list = readImageList(root)
  const { stdout } = build(root, { path: process.env['PATH'] ?? '', args: ['--content'] })
  const images = { base: list.base.image } as Record<string, string>
  for (const name of serverNames) images[name] = list.servers[name].built.image
  const hashes = contents(root)
  expect(stdout.trim().split('\n')).toEqual(
    all.map((name) => `${name} ${images[name]} ${hashes[name]}`),
  )
})

test('a mistake in images.yaml is named with its place', () => {
  const root = aRoot()
  replaceInImages(join(root, 'docker'), "java: '17'", 'java: 17')
  expect(() => readImageList(root)).toThrow(/expected string.*servers\.kafka\.built\.packages/s)
})
