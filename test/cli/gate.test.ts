import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultline, newFolder } from '../support/faultline.ts'
import { smallScenario } from '../support/small-scenario.ts'

/** A night's line with every response 1.3 times as long. */
function slower(line: string, night: string): string {
  const told = JSON.parse(line)
  for (const figure of told.figures)
    if (figure.metric === 'search.response')
      figure.values = figure.values.map((us: number) => 1.3 * us)
  return JSON.stringify({ ...told, night })
}

test('nights of one plan are green, a slower night is suspected, a second is red, until it is accepted', async () => {
  const folder = newFolder()
  const file = join(folder, 'small.yaml')
  writeFileSync(file, smallScenario)
  const history = ['--history', join(folder, 'nights'), '--learn', '3']
  const nights = join(folder, 'nights', 'small.active-active-cdc.sim.jsonl')
  const night = (date: string) =>
    faultline(
      'gate',
      file,
      ...history,
      '--reps',
      '2',
      '--night',
      date,
      '--out',
      join(folder, 'runs'),
    )
  expect(await night('2026-11-01')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/GREEN: Learning: 1 of 3 nights/),
  })
  const [first = ''] = readFileSync(nights, 'utf8').split('\n')
  expect(JSON.parse(first).runs.map(({ seed }: { seed: number }) => seed)).toEqual([1, 2])
  const again = ['2026-11-02', '2026-11-03'].map((date) =>
    JSON.stringify({ ...JSON.parse(first), night: date }),
  )
  const write = (...lines: string[]) =>
    writeFileSync(nights, `${[first, ...again, ...lines].join('\n')}\n`)
  const show = () => faultline('baseline', 'show', file, ...history)
  write(slower(first, '2026-11-04'))
  expect(await show()).toMatchObject({
    code: 0,
    out: expect.stringMatching(/suspected +search\.response p50/),
  })
  write(slower(first, '2026-11-04'), slower(first, '2026-11-05'))
  const red = await show()
  expect(red).toMatchObject({
    code: 4,
    out: expect.stringMatching(/^REGRESSED: search\.response p50/m),
  })
  expect(red.out).toMatch(/\+30 %: 3\.31 ms to 4\.30 ms, 2 nights since 2026-11-04/)
  expect((await night('2026-11-03')).err).toMatch(/--night 2026-11-03 is before the last night/)
  const accept = ['baseline', 'accept', file, ...history]
  expect((await faultline(...accept)).err).toMatch(/--why/)
  expect((await faultline(...accept, '--why', 'a larger k')).out).toMatch(
    /^accepted: search\.response p50 \(baseline\), as it is since 2026-11-04/,
  )
  expect((await show()).code).toBe(0)
  // Nights of other values are others: there is none of this one, and the way out says how to make it.
  const rate = `"$\{rate}/s"`
  const varied = smallScenario.replace('search: 40/s', `search: ${rate}`)
  writeFileSync(file, `${varied}vars: { rate: 40 }\n`)
  expect((await show()).code).toBe(0)
  expect((await faultline('baseline', 'show', file, '--set', 'rate=40', ...history)).code).toBe(0)
  const other = await faultline('baseline', 'show', file, '--set', 'rate=50', ...history)
  expect(other.err).toMatch(
    /has no night with --set rate=50 yet\. Make one: faultline gate \S+ --set rate=50/,
  )
}, 240_000)
