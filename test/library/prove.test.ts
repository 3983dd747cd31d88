import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultline } from '../support/faultline.ts'

/** It states a red for a reason that is not there. */
function aFolder(fire: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-prove-test-'))
  const text = `# Is a search ever quicker than 1 ms?
name: too-strict
regions: [us, eu]
links: { us <-> eu: { latency: 40ms } }
data: { set: glosses, base: 300 }
system: { kind: active-active-cdc }
load: [{ in: [us, eu], search: 20/s, upsert: 5/s, queries: { zipf: 3 } }]
timeline: { warmup: 1s, run: 5s, settle: 2s }
limits: [{ metric: search.response, p: 50, max: 1ms }]
expect: { verdict: fail${fire} }
`
  writeFileSync(join(folder, 'too-strict.yaml'), text)
  return folder
}

test('a planted bug is caught by what must catch it, its ground is sound, and the last line says so', async () => {
  const said = await faultline(
    'prove',
    aFolder(', breaks: [search.response]'),
    '--only',
    '50th version',
  )
  expect(said.err).toContain('[2/2]')
  expect(said.out).toMatch(/^ {2}sound +\d+\.\d {2}calm$/m)
  expect(said.out).toMatch(
    /^ {2}caught +\d+\.\d {2}every store acknowledges every 50th version and drops it\n +by lost-writes; may also: /m,
  )
  expect(said.out.trimEnd().split('\n').at(-1)).toBe(
    'all 1 caught (1 planted bug, 0 scenarios gone red, 1 ground sound)',
  )
  expect(said.code).toBe(0)
})

test('a scenario that goes red as stated is caught; one that is red for another reason is not, and the exit code is 6', async () => {
  const flags = ['--only', 'too-strict', '--quiet']
  const good = await faultline('prove', aFolder(', breaks: [search.response]'), ...flags)
  expect(good.out).toMatch(/^ {2}red +\d+\.\d {2}too-strict\n +by A limit was broken/m)
  expect(good).toMatchObject({ code: 0, err: '' })
  const folder = aFolder(', fire: [lost-writes]')
  const bad = await faultline('prove', folder, ...flags, '--json')
  const { exitCode, asked, proofs, unproven } = JSON.parse(bad.out)
  expect(bad.code).toBe(6)
  expect({ exitCode, asked, unproven }).toEqual({ exitCode: 6, asked: 1, unproven: [] })
  expect(proofs).toMatchObject([
    { kind: 'scenario', verdict: 'fail', wrong: ['lost-writes should fire and does not'] },
  ])
})

test('run --prove is the same command and refuses what would change the runs; the help says what it is for', async () => {
  const refused = await faultline('run', 'scenarios/', '--prove', '--seed', '3')
  expect(refused.code).toBe(2)
  expect(refused.err).toContain('leave --seed out')
  const nothing = await faultline('prove', '--only', 'no such bug')
  expect(nothing.code).toBe(2)
  expect(nothing.err).toContain('"no such bug" in its name')
  const help = await faultline('prove', '--help')
  expect(help.out).toContain('A checker that nobody has seen fail is not known to work')
})
