import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultline, newFolder, program, root } from '../support/faultline.ts'

/** A short run; every search takes longer than 1 ms. */
const scenarioText = (name: string, more: string, run = '6s') => `# Is a small run quick?
name: ${name}
seed: 1
regions: [us, eu]
links: { us <-> eu: { latency: 40ms } }
data: { set: glosses, base: 300 }
system: { kind: active-active-cdc }
load:
  - { in: [us, eu], clients: 5, search: 40/s, upsert: 5/s, queries: { zipf: 3 } }
timeline: { warmup: 1s, run: ${run}, settle: 2s }
${more}
`
const tooStrict = 'limits: [{ metric: search.response, p: 50, max: 1ms }]'
const calm = 'limits: [{ metric: lost-writes, max: 0 }]'

function aFolder(files: Record<string, string>): string {
  const folder = newFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

test('a folder runs to a table: reds that are stated count as good, others are kept with a report', async () => {
  const folder = aFolder({
    'calm.yaml': scenarioText('calm', calm),
    'red.yaml': scenarioText(
      'red',
      `${tooStrict}\nexpect: { verdict: fail, breaks: [search.response] }`,
    ),
    'odd.yaml': scenarioText('odd', tooStrict),
    'wrong.yaml': scenarioText('wrong', 'limit: []'),
  })
  const out = newFolder()
  const said = await faultline('run', folder, '--expect', '--out', out)
  expect(said.code).toBe(1)
  expect(said.out).toMatch(/^ {2}calm +active-active-cdc +pass +pass +yes +\d/m)
  expect(said.out).toMatch(/^ {2}red +active-active-cdc +fail +fail +yes +\d/m)
  expect(said.out).toMatch(/^ {2}odd +active-active-cdc +fail +pass +NO +\d/m)
  expect(said.out).toMatch(/NOT AS EXPECTED: wrong: .*wrong\.yaml:11:1: unknown key "limit"/)
  expect(said.out).toContain(`  report: ${out}/odd/report.html`)
  expect(said.out).toContain('2 of 4 runs came out as stated, 2 did not.')
  expect(said.err).toContain('[4/4]')
  expect(readdirSync(out).sort()).toEqual(['library.html', 'odd', 'table.json'])
  expect(existsSync(join(out, 'odd/report.html'))).toBe(true)
})

test('seeds that fail are named with a replay file, which writes the same bytes as the run it repeats', async () => {
  const out = newFolder()
  const file = join(aFolder({ 'strict.yaml': scenarioText('strict', tooStrict) }), 'strict.yaml')
  const said = await faultline('run', file, '--seeds', '7,3', '--out', out)
  expect(said.code).toBe(1)
  expect(said.out).toContain('strict, 2 seeds: 2 fail.')
  expect(said.out).toMatch(/search\.response p50 +\| baseline +\| \d.* \| 2 of 2/)
  const replay = join(out, 'seed-7.plan.json')
  expect(said.out).toContain(replay)
  expect(JSON.parse(readFileSync(join(out, 'campaign.json'), 'utf8'))).toMatchObject({
    asked: 2,
    done: 2,
    verdicts: { fail: 2 },
    failing: [{ seed: 3 }, { seed: 7, replay }],
  })
  const [again, first] = [newFolder(), newFolder()]
  expect((await faultline('run', replay, '--out', again)).code).toBe(1)
  await faultline('run', file, '--seed', '7', '--out', first)
  const record = (run: string) => readFileSync(join(run, 'record.jsonl'))
  expect(record(again).equals(record(first))).toBe(true)
})

test('shrink leaves the smallest plan that fails in the same way, to read and to repeat', async () => {
  const run = newFolder()
  const file = join(aFolder({ 'strict.yaml': scenarioText('strict', tooStrict) }), 'strict.yaml')
  await faultline('run', file, '--out', run)
  const said = await faultline('shrink', run, '--tries', '30')
  expect(said).toMatchObject({ code: 0 })
  expect(said.err).toContain('metric: search.response, p: 50, max: 1ms fails with 0 faults')
  expect(said.out).toMatch(/\d{3} operations -> \d{1,2},/)
  expect(readFileSync(join(run, 'small.md'), 'utf8')).toContain('## What happens')
  const small = join(run, 'small.plan.json')
  const again = await faultline('run', small, '--expect', '--out', newFolder())
  expect(again).toMatchObject({ code: 0 })
  expect(again.out).toContain('expected: came out as stated')
})

test.each([
  'active-active-cdc',
  'wal-sharded',
  'gossip-quorum',
  'scatter-gather',
  'primary-replica',
])(
  'everything at once accuses %s of nothing that it keeps, whatever the seed',
  async (system) => {
    const swarm = ['run', 'scenarios/everything-swarm.yaml', '--system', system]
    const said = await faultline(...swarm, '--seeds', '1..4', '--quiet', '--out', newFolder())
    expect(said.code, said.out.split('\n').slice(-12).join('\n')).toBe(0)
    expect(said.out).toContain('everything-swarm, 4 seeds: 4 pass.')
  },
  300_000,
)

test('Ctrl-C keeps what a campaign has done, and exits with 130', async () => {
  const out = newFolder()
  const file = join(aFolder({ 'calm.yaml': scenarioText('calm', calm) }), 'calm.yaml')
  const flags = ['run', file, '--seeds', '1..100000', '--jobs', '2', '--out', out]
  const child = spawn(process.execPath, [program, ...flags], { cwd: root })
  let text = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      // Once seed 4 has begun, one of the first three is done.
      if (!existsSync(join(out, 'seed-4'))) return
      clearInterval(look)
      child.kill('SIGINT')
      resolve()
    }, 20)
  })
  expect(await ended).toBe(130)
  const { done, verdicts } = JSON.parse(readFileSync(join(out, 'campaign.json'), 'utf8'))
  expect(done).toBeGreaterThanOrEqual(2)
  expect(verdicts).toEqual({ pass: done })
  expect(text).toContain(`calm, ${done} of 100,000 seeds: ${done} pass.`)
  expect(readdirSync(out)).toEqual(['campaign.html', 'campaign.json'])
})

test('what cannot be followed is exit code 2 with a sentence', async () => {
  const folder = aFolder({
    'calm.yaml': scenarioText('calm', calm),
    'old.plan.json': '{"replay": 0, "faultline": "0.0.1", "plan": {"format": 1}}',
  })
  const calmFile = join(folder, 'calm.yaml')
  const attempts: [string[], string][] = [
    [['run', newFolder()], 'there is no scenario in'],
    [['run', calmFile, '--seeds', '9..1'], 'runs backwards'],
    [['run', join(folder, 'old.plan.json')], 'it has format 0'],
    [['shrink', calmFile], 'nothing fails in this run'],
  ]
  const said = await Promise.all(
    attempts.map(([flags]) => faultline(...flags, '--out', newFolder())),
  )
  for (const [i, [flags, why]] of attempts.entries()) {
    expect(said[i]?.err, flags.join(' ')).toContain(why)
    expect(said[i]?.code, flags.join(' ')).toBe(2)
    expect(said[i]?.err).not.toMatch(/^\s+at /m)
  }
})
