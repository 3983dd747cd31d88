import { expect, test } from 'vitest'
import { renderImages } from '../../../../harness/cli/images.ts'
import type { Docker } from '../../../../harness/worlds/images/docker.ts'
import {
  imageFor,
  readImageList,
  type ServerName,
  serverNames,
} from '../../../../harness/worlds/images/image-list.ts'
import { contentLabel, contentOf, listImages } from '../../../../harness/worlds/images/images.ts'

const list = readImageList()
const tagOf = (name: ServerName) => list.servers[name].built.image

/** A Docker that has these images, with the label each carries, and nothing else. */
function dockerWith(here: Record<string, string>, trouble = ''): Docker {
  return (args) => {
    const asked = args.slice(2)
    const found = asked.filter((image) => here[image] !== undefined)
    const missing = asked.filter((image) => here[image] === undefined)
    return Promise.resolve({
      code: missing.length > 0 || trouble ? 1 : 0,
      stdout: `${JSON.stringify(
        found.map((image) => ({
          Id: `sha256:${image}`,
          Size: 344_200_000,
          RepoTags: ['other:tag', image],
          Config: { Labels: { [contentLabel]: here[image] } },
        })),
      )}\n`,
      stderr: [
        ...missing.map((image) => `Error response from daemon: no such image: ${image}`),
        trouble,
      ].join('\n'),
    })
  }
}

const everythingBuilt = (): Record<string, string> =>
  Object.fromEntries(serverNames.map((name) => [tagOf(name), contentOf(name, list)]))

test('an image is present, stale by its label, or missing', async () => {
  const states = await listImages(
    dockerWith({ [tagOf('milvus')]: contentOf('milvus', list), [tagOf('kafka')]: 'an older one' }),
  )
  expect(states.map(({ server, source, state }) => `${source} ${server} ${state}`)).toEqual([
    'built milvus present',
    'built kafka stale',
    'built pgvector missing',
    'built toxiproxy missing',
    'public milvus missing',
    'public kafka missing',
    'public pgvector missing',
    'public toxiproxy missing',
  ])
})

test('a public image is present whatever its labels say', async () => {
  const { image } = imageFor('kafka', 'public')
  const states = await listImages(dockerWith({ [image]: 'not ours' }))
  expect(states.find((one) => one.image === image)?.state).toBe('present')
})

test('size and id are those of the image found, and absent where none is', async () => {
  const [milvus, kafka] = await listImages(dockerWith({ [tagOf('milvus')]: 'x' }))
  expect(milvus?.found).toEqual({ id: `sha256:${tagOf('milvus')}`, sizeBytes: 344_200_000 })
  expect(kafka).not.toHaveProperty('found')
})

test('an answer that is neither an image nor its absence is an error', async () => {
  await expect(listImages(dockerWith({}, 'layer store is corrupt'))).rejects.toThrow(
    'layer store is corrupt',
  )
})

test('the table ends with the exact commands for what is missing', async () => {
  const text = renderImages(await listImages(dockerWith({ [tagOf('kafka')]: 'an older one' })))
  expect(text).toContain('--images built:\n  docker/build milvus kafka pgvector toxiproxy\n')
  expect(text).toContain(`  docker pull ${imageFor('milvus', 'public').image}\n`)
  expect(text).toMatch(/^kafka +built +\S+ +stale +344 MB$/m)
  expect(text).toMatch(/^kafka +public +\S+ +missing +not verified here$/m)
})

test('the table says so where nothing is missing', async () => {
  const text = renderImages(await listImages(dockerWith(everythingBuilt())))
  expect(text).toContain('--images built: everything is here')
  expect(text).not.toContain('docker/build')
})

test('both sources of a server keep the same commands, ports and health path', () => {
  for (const name of serverNames) {
    const [one, other] = [imageFor(name, 'public'), imageFor(name, 'built')]
    const contract = ({ profile }: typeof one) => [profile.commands, profile.ports, profile.health]
    expect(contract(one)).toEqual(contract(other))
  }
})
