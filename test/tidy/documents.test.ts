import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { checkerNames } from '../../harness/model/checker.ts'
import { faultKindNames } from '../../harness/model/fault.ts'
import { systems } from '../../harness/pipeline/catalogue.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...['harness', 'docker', 'fixtures', 'scenarios', 'findings'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((name) => `${folder}/${String(name)}`)
      .filter((name) => name.endsWith('.md')),
  ),
]
const textOf = (document: string): string => readFileSync(join(root, document), 'utf8')

test.each(documents)('every link of %s leads somewhere', (document) => {
  const links = [...textOf(document).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, to]) => to ?? '')
  const own = links.filter((to) => !/^[a-z]+:/.test(to))
  expect(own.filter((to) => !existsSync(join(root, dirname(document), to)))).toEqual([])
})

/** Folders a document may leave out: `worlds/sim/link.ts`, `test/golden`. Decisions tell of what was. */
const beginnings = ['', 'harness/', 'test/']

test.each(documents.filter((name) => !/^CHANGELOG|decisions\//.test(name)))(
  'every file that %s names is there',
  (document) => {
    const named = [
      ...textOf(document).matchAll(/`([a-z][\w.-]*(?:\/[\w.-]+)+\.(?:ts|mjs|md|yaml))`/g),
    ]
    const gone = named
      .map(([, path]) => path ?? '')
      .filter((path) => !/^(runs|node_modules|scenarios\/(yours|mine))/.test(path))
      .filter((path) =>
        [dirname(document), ...beginnings].every((folder) => !existsSync(join(root, folder, path))),
      )
    expect(gone).toEqual([])
  },
)

test('harness/README.md names every room, and no other', () => {
  const rooms = readdirSync(join(root, 'harness'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  const named = [...textOf('harness/README.md').matchAll(/^\| `([a-z]+)\/` \|/gm)].map(
    ([, name]) => name,
  )
  expect(named.toSorted()).toEqual(rooms.toSorted())
})

test('every system has a scenario and a claim', () => {
  const written = readdirSync(join(root, 'scenarios')).filter((name) => name.endsWith('.yaml'))
  const run = new Set(
    written
      .filter((name) => name !== 'claims.yaml')
      .map((name) => parse(textOf(`scenarios/${name}`), { merge: true }))
      .flatMap(({ system, systems: others = {} }) => [system?.kind, ...Object.keys(others)]),
  )
  const claimed = new Set(
    parse(textOf('scenarios/claims.yaml')).map(({ system }: { system: string }) => system),
  )
  const kinds = Object.keys(systems)
  expect(
    kinds.filter((kind) => !run.has(kind)),
    'no scenario runs it',
  ).toEqual([])
  expect(
    kinds.filter((kind) => !claimed.has(kind)),
    'claims.yaml says nothing of it',
  ).toEqual([])
})

test('the README names every system, and numbers of things are those of the code', () => {
  const readme = textOf('README.md')
  expect(Object.keys(systems).filter((kind) => !readme.includes(`\`${kind}\``))).toEqual([])
  const inCode: Record<string, number> = {
    checkers: checkerNames.length,
    'kinds of faults': faultKindNames.length,
  }
  const counts = documents.flatMap((document) =>
    [...textOf(document).matchAll(/\b(\d+) (checkers|kinds of faults)\b/g)].map(
      ([said, count, what = '']) => ({ document, said, wrong: Number(count) !== inCode[what] }),
    ),
  )
  expect(counts.filter(({ wrong }) => wrong)).toEqual([])
})
