import { execFile, spawn } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { faultline, newFolder, program, root, type Said } from '../support/faultline.ts'

const scenarioText = (limits: string, run = '20s') => `# Is a small calm run quick?

name: small
seed: 1
regions: [us, eu]
links: { us <-> eu: { latency: 40ms } }
data: { set: glosses, base: 500 }
system: { kind: active-active-cdc }
load:
  - { in: [us, eu], clients: 5, search: 60/s, upsert: 5/s, queries: { zipf: 2 } }
timeline: { warmup: 2s, run: ${run}, settle: 5s }
limits:
  ${limits}
`

function scenario(
  limits = '- { metric: search.response, p: 99, max: 40ms }',
  run?: string,
): string {
  const file = join(newFolder(), 'small.yaml')
  writeFileSync(file, scenarioText(limits, run))
  return file
}

let calm: Promise<{ out: string; said: Said }> | null = null

/** One calm run for all tests that only look at it. */
function calmRun(): Promise<{ out: string; said: Said }> {
  calm ??= (async () => {
    const out = newFolder()
    return { out, said: await faultline('run', scenario(), '--out', out) }
  })()
  return calm
}

test('run ends with a verdict, the path of a report, and nothing on stderr when it is no terminal', async () => {
  const { out, said } = await calmRun()
  expect(said).toMatchObject({ code: 0, err: '' })
  expect(said.out).toContain('PASS: ')
  expect(said.out.trimEnd().split('\n').at(-1)).toBe(`report: ${out}/report.html`)
  for (const file of ['report.html', 'summary.json', 'summary.md', 'environment.json'])
    expect(existsSync(join(out, file)), file).toBe(true)
  expect(readFileSync(join(out, 'scenario.yaml'), 'utf8')).toBe(
    scenarioText('- { metric: search.response, p: 99, max: 40ms }'),
  )
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('small.yaml as it was written')
  expect(statSync(join(out, 'report.html')).size).toBeLessThan(1_500_000)
})

test('a broken limit is exit code 1, and --json prints the summary', async () => {
  const tooStrict = scenario('- { metric: search.response, p: 99, max: 1ms }')
  const said = await faultline('run', tooStrict, '--out', newFolder(), '--json')
  expect(said.code).toBe(1)
  expect(JSON.parse(said.out)).toMatchObject({ verdict: 'fail', exitCode: 1, scenario: 'small' })
})

test('a limit without evidence is exit code 3, unless that is accepted', async () => {
  const file = scenario('- { metric: client-recovery, max: 5s }')
  // Users stay in their own region, so a cut between regions costs no client anything to recover from.
  const cut = 'faults:\n  - { partition: us <-> eu, at: 5s, for: 5s }\n'
  writeFileSync(file, readFileSync(file, 'utf8') + cut)
  const strict = await faultline('run', file, '--out', newFolder())
  expect(strict.code).toBe(3)
  expect(strict.out).toContain('UNKNOWN: ')
  const lenient = await faultline('run', file, '--out', newFolder(), '--allow-unknown')
  expect(lenient.code).toBe(0)
})

test('a wrong scenario is exit code 2 with every mistake at its place', async () => {
  const file = scenario()
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('regions:', 'region:').replace('40ms', '40'),
  )
  const said = await faultline('check', file)
  expect(said.code).toBe(2)
  expect(said.err).toContain(`${file}:5:1: unknown key "region"`)
  expect(said.err).toContain('Did you mean "regions"')
  expect(said.err.match(/small\.yaml:\d+:\d+:/g)?.length).toBeGreaterThan(1)
})

test('a variable is set beside the scenario, and the run says so', async () => {
  const file = scenario('- { metric: availability, min: 100% }', `'$${'{length}'}'`)
  writeFileSync(file, `${readFileSync(file, 'utf8')}vars: { length: 20s }\n`)
  const said = await faultline('check', file, '--set', 'length=15s')
  expect(said.out).toMatch(/^variables: length = 15s \(--set\)\n/)
  const unknown = await faultline('check', file, '--set', 'lenght=15s')
  expect(unknown.code).toBe(2)
  expect(unknown.err).toContain('no variable "lenght" in this scenario. Did you mean "length"?')
  const twice = await faultline('check', file, '--set', 'length=1s', '--set', 'length=2s')
  expect(twice.err).toContain('The variable length is set twice')
})

test('a missing file, an unknown command and a missing argument are exit code 2 and say what to try', async () => {
  const missing = await faultline('run', 'no-such.yaml')
  expect(missing).toMatchObject({ code: 2, out: '' })
  expect(missing.err).toContain('no-such.yaml')
  const unknown = await faultline('rnu', 'x.yaml')
  expect(unknown.code).toBe(2)
  expect(unknown.err).toContain('Did you mean run?')
  const notARun = await faultline('report', newFolder())
  expect(notARun.code).toBe(2)
  expect(notARun.err).toMatch(/Runs here: runs|faultline run scenarios/)
})

test('--help teaches by example', async () => {
  for (const command of [[], ['run'], ['lines']]) {
    const said = await faultline(...command, '--help')
    expect(said.code).toBe(0)
    expect(said.out).toMatch(/Examples|Selectors/)
  }
})

test('schema is JSON Schema that knows the systems', async () => {
  const said = await faultline('schema')
  expect(JSON.parse(said.out).$schema).toContain('2020-12')
  expect(said.out).toContain('active-active-cdc')
})

test('Ctrl-C leaves a run directory that can be reported, and exit code 130', async () => {
  const out = newFolder()
  const child = spawn(
    process.execPath,
    [program, 'run', scenario(undefined, '3000s'), '--out', out],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let err = ''
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const record = join(out, 'record.jsonl')
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (!existsSync(record) || statSync(record).size < 1_000_000) return
      clearInterval(look)
      child.kill('SIGINT')
      resolve()
    }, 20)
  })
  expect(await ended).toBe(130)
  expect(err).toContain('can be reported')
  const last = readFileSync(record, 'utf8').trimEnd().split('\n').at(-1) as string
  expect(JSON.parse(last)).toMatchObject({ type: 'end', how: 'interrupted' })
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('interrupted')
})

test('a record cut in the middle of a line still gives a report, which says where it was cut', async () => {
  const { out: whole } = await calmRun()
  const cut = newFolder()
  const record = join(cut, 'record.jsonl')
  copyFileSync(join(whole, 'record.jsonl'), record)
  truncateSync(record, Math.floor(statSync(record).size * 0.6))
  if (readFileSync(record, 'utf8').endsWith('\n')) appendFileSync(record, '{"type":"op.e')
  const said = await faultline('report', cut)
  expect(said.code).toBe(3)
  const lines = readFileSync(record, 'utf8').split('\n').length
  expect(said.out).toMatch(new RegExp(`cut off.*line ${lines}`))
  expect(readFileSync(join(cut, 'report.html'), 'utf8')).toMatch(/cut off/)
})

test('lines prints the record lines behind an operation and behind a figure', async () => {
  const { out } = await calmRun()
  const one = await faultline('lines', out, 'op=17')
  expect(one.out).toMatch(/^\d+: \{"type":"op.start".*"op":17/m)
  const figure = await faultline('lines', out, 'metric=search.response,region=us,phase=baseline')
  expect(figure.out.split('\n').length).toBeGreaterThan(1000)
  const wrong = await faultline('lines', out, 'metrics=search')
  expect(wrong.code).toBe(2)
})

test('lines of a checker that found nothing says so, and that is exit code 0', async () => {
  const { out } = await calmRun()
  const said = await faultline('lines', out, 'finding=lost-writes')
  expect(said).toMatchObject({ code: 0, out: '' })
  expect(said.err).toContain('lost-writes has no witnesses to show. pass: ')
  expect((await faultline('lines', out, 'metric=lost-writes')).code).toBe(0)
})

test('a second run into one folder says which run it replaces, also where no progress is wanted', async () => {
  const [out, file] = [newFolder(), scenario('- { metric: lost-writes, max: 0 }', '3s')]
  await faultline('run', file, '--out', out)
  const again = await faultline('run', file, '--out', out, '--quiet')
  expect(again.err).toMatch(
    /replaces the run of \d{4}-\d\d-\d\d .* UTC \(faultline run .*small.yaml/,
  )
})

test('a folder with files of somebody else is no place for a run', async () => {
  const out = newFolder()
  writeFileSync(join(out, 'report.html'), 'mine')
  writeFileSync(join(out, 'thesis.tex'), 'mine')
  const said = await faultline('run', scenario(), '--out', out)
  expect(said.code).toBe(2)
  expect(said.err).toContain('it holds what no run left there (thesis.tex)')
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toBe('mine')
})

test('what cannot be read or written is exit code 2 with a sentence, never a stack', async () => {
  const file = join(newFolder(), 'a-file')
  writeFileSync(file, '')
  const empty = newFolder()
  writeFileSync(join(empty, 'record.jsonl'), '')
  const attempts = [
    ['run', newFolder()],
    ['run', scenario(), '--out', file],
    ['run', scenario(), '--out', ''],
    ['report', empty],
    ['lines', (await calmRun()).out, 'op=99999999'],
  ]
  for (const flags of attempts) {
    const said = await faultline(...flags)
    expect(said.code, flags.join(' ')).toBe(2)
    expect(said.err).not.toMatch(/^\s+at /m)
    expect(said.err.trim()).not.toBe('')
  }
})

test('a reader that closes the pipe early is no error', async () => {
  const { out } = await calmRun()
  const piped = await new Promise<number>((resolve) => {
    const command = `"${process.execPath}" "${program}" lines "${out}" type=op.start | head -1; exit \${PIPESTATUS[0]}`
    execFile('bash', ['-c', command], { cwd: root }, (error) =>
      resolve(error ? Number(error.code) : 0),
    )
  })
  expect(piped).toBe(0)
})

test('the record does not depend on how the path of the scenario was typed', async () => {
  const file = scenario(undefined, '20s')
  const [one, two] = [newFolder(), newFolder()]
  await faultline('run', file, '--out', one)
  await faultline('run', relative(root, file), '--out', two)
  const read = (out: string) => readFileSync(join(out, 'record.jsonl'))
  expect(read(one).equals(read(two))).toBe(true)
})

test('--reps is refused in the simulator, where every run is the same, and needs a number of runs', async () => {
  const out = join(newFolder(), 'reps')
  const said = await faultline('run', scenario(), '--reps', '3', '--out', out)
  expect(said).toMatchObject({ code: 2, out: '' })
  expect(said.err).toContain('the same seed gives the same bytes every time')
  expect(said.err).toContain('--seeds 1..5')
  expect(existsSync(out)).toBe(false)
  const none = await faultline('run', scenario(), '--world', 'containers', '--reps', '0')
  expect(none.code).toBe(2)
  expect(none.err).toContain('a whole number from 1')
})

test('check --world containers names what real servers cannot do, and else what is started and laid over', async () => {
  const file = scenario('- { metric: lost-writes, max: 0 }')
  writeFileSync(
    file,
    `${readFileSync(file, 'utf8')}faults:\n  - { hold: us <-> eu, at: 5s, for: 5s }\n`,
  )
  expect((await faultline('check', file)).code).toBe(0)
  const said = await faultline('check', file, '--world', 'containers')
  expect(said).toMatchObject({ code: 2, out: '' })
  expect(said.err).toContain(`${file}:15:5: world containers cannot do fault hold: Toxiproxy`)
  const can = await faultline('check', 'scenarios/partition-heal.yaml', '--world', 'containers')
  expect(can.code).toBe(0)
  expect(can.out).toMatch(/Laid over for containers\n {2}load: 60\/s -> \d+\/s searches in us-east/)
  expect(can.out).toContain('about 1.8 GiB of memory')
})

test('a scenario for real servers only is refused in the simulator, with the flag that it needs', async () => {
  const said = await faultline('run', 'scenarios/milvus-frozen-long.yaml', '--out', newFolder())
  expect(said).toMatchObject({ code: 2, out: '' })
  expect(said.err).toContain('runs in containers only, not in sim. Run it with --world containers.')
  const unknown = await faultline('check', 'scenarios/milvus-frozen-long.yaml', '--world', 'clouds')
  expect(unknown.code).toBe(2)
  expect(unknown.err).toContain('sim, containers')
})
