import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readImageList } from '../../../../harness/worlds/images/image-list.ts'
import { contentOf } from '../../../../harness/worlds/images/images.ts'
import { aRoot, bareLinux, build, emptyDaemon, programs } from './fakes.ts'

const ordinary = process.env['PATH'] ?? ''
/** `df` of a disk with this much left. */
const diskWith = (freeKb: number) =>
  `printf 'Filesystem 1024-blocks Used Available\\n/dev/x 9 9 ${freeKb} /\\n'`
const on = (scripts: Record<string, string>): string =>
  `${programs({ df: diskWith(99_000_000), ...scripts })}:${ordinary}`

test('without a docker client it says what to install', () => {
  const { code, stderr } = build(aRoot(), { path: bareLinux() })
  expect(code).toBe(1)
  expect(stderr).toContain('no docker client was found')
  expect(stderr).toContain('apt-get install docker.io')
})

test('without a daemon it says how to start one', () => {
  const docker = 'echo "Cannot connect to the Docker daemon at unix:///x." >&2; exit 1'
  const { code, stderr } = build(aRoot(), { path: on({ docker }) })
  expect(code).toBe(1)
  expect(stderr).toContain('(Cannot connect to the Docker daemon at unix:///x.)')
  expect(stderr).toContain('dockerd --storage-driver=overlay2')
})

test('a full disk is found before anything is fetched', () => {
  const { code, stderr } = build(aRoot(), {
    path: on({ docker: emptyDaemon, df: diskWith(2 * 2 ** 20), go: 'echo fetched' }),
    args: ['toxiproxy'],
  })
  expect(code).toBe(1)
  expect(stderr).toMatch(/has 2048 MB free, and building needs 4 GB/)
})

test('a registry that refuses is quoted, with the step, and nothing is left behind', () => {
  const root = aRoot()
  const go = 'echo "proxy: connection refused"; exit 1'
  const { code, stderr } = build(root, {
    path: on({ docker: emptyDaemon, go }),
    args: ['toxiproxy'],
  })
  expect(code).toBe(1)
  expect(stderr).toContain('proxy: connection refused')
  expect(stderr).toMatch(/toxiproxy: could not compile the proxy \(exit code 1 after \d s/)
  expect(stderr).toContain('The Go module proxy did not answer')
  expect(stderr).toContain('docker/README.md')
  expect(readdirSync(join(root, 'tmp')).filter((name) => !name.endsWith('.lock'))).toEqual([])
})

test('a Debian mirror that refuses is quoted, with the step', () => {
  const debootstrap = 'echo "E: Failed getting release file"; exit 1'
  const { code, stderr } = build(aRoot(), {
    path: on({ docker: emptyDaemon, debootstrap, id: 'echo 0', 'apt-get': 'echo Debian trixie m' }),
    args: ['pgvector'],
  })
  expect(code).toBe(1)
  expect(stderr).toContain('E: Failed getting release file')
  expect(stderr).toMatch(/pgvector: could not bootstrap Debian trixie with PostgreSQL 17 \(exit/)
  expect(stderr).toContain('The Debian mirror (m) did not answer, refused, or has no such version')
})

test('another pgvector than the name of the image says is no image', () => {
  const { code, stderr } = build(aRoot(), {
    path: on({
      ...{ docker: emptyDaemon, id: 'echo 0', 'apt-get': 'echo Debian trixie m' },
      ...{ debootstrap: 'true', 'dpkg-query': 'printf 0.9.1-1' },
    }),
    args: ['pgvector'],
  })
  expect(code).toBe(1)
  expect(stderr).toContain('Debian trixie has pgvector 0.9.1-1, and docker/images.yaml says 0.8.0.')
})

test('a registry that never answers is given up on', () => {
  const root = aRoot()
  const prepare = join(root, 'docker/toxiproxy/prepare')
  const text = readFileSync(prepare, 'utf8')
  expect(text).toContain("'compile the proxy' 240")
  writeFileSync(prepare, text.replace("'compile the proxy' 240", "'compile the proxy' 1"))
  const { code, stderr } = build(root, {
    path: on({ docker: emptyDaemon, go: 'exec sleep 30' }),
    args: ['toxiproxy'],
  })
  expect(code).toBe(1)
  expect(stderr).toContain('not done within 4 s, stopped')
})

test('an image is labelled with its content, and one that carries the label is not built again', () => {
  const root = aRoot()
  const list = readImageList(root)
  const content = contentOf('toxiproxy', list, root)
  const fakes = programs({
    docker: emptyDaemon,
    df: diskWith(99_000_000),
    go: 'touch "$GOBIN/server"',
  })
  const first = build(root, { path: `${fakes}:${ordinary}`, args: ['toxiproxy'] })
  expect(first.stderr).toBe('')
  expect(first.code).toBe(0)
  const asked = readFileSync(join(fakes, 'asked'), 'utf8')
  expect(asked).toContain(`--label faultline.content=${content} --label faultline.server=toxiproxy`)
  expect(asked).toContain(`--tag ${list.servers.toxiproxy.built.image} `)

  const labelled = programs({
    docker: `case "$1" in version) echo 28 ;; image) echo ${content} ;; *) exit 9 ;; esac`,
    go: 'touch "$(dirname "$0")/ran"',
  })
  const second = build(root, { path: `${labelled}:${ordinary}`, args: ['toxiproxy'] })
  expect(second.stdout).toMatch(/toxiproxy:\S+ is up to date\ndone in \d s\n/)
  expect(existsSync(join(labelled, 'ran'))).toBe(false)
})

test('an unknown name is refused with the known ones', () => {
  const { code, stderr } = build(aRoot(), { path: ordinary, args: ['redis'] })
  expect(code).toBe(1)
  expect(stderr).toContain('no image "redis"')
  expect(stderr).toContain('Known: milvus kafka pgvector toxiproxy')
})
