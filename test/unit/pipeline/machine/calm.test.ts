import { expect, test } from 'vitest'
import { waitForCalm } from '../../../../harness/pipeline/machine/calm.ts'
import type { CpuReading } from '../../../../harness/pipeline/machine/reading.ts'

const takenBy = (name: string, share: number): CpuReading => ({
  ...{ cores: 2, seconds: 2, foreign: share, steal: 0 },
  takers: [{ pid: 4_000_001, name, share }],
})
const calm = takenBy('idle', 0.005)

/** Looks one after the other, two seconds each; the last one again and again. */
async function waitThrough(looks: (CpuReading | null)[], interruptedAfterMs = 1e9) {
  let nowMs = 0
  const said: string[] = []
  const watch = async (ms: number) => {
    const look = looks[Math.min(nowMs / ms, looks.length - 1)] as CpuReading | null
    nowMs += ms
    return look
  }
  const waited = await waitForCalm({
    ...{ watch, now: () => nowMs, mostMs: 20_000 },
    interrupted: () => nowMs >= interruptedAfterMs,
    onStep: (text) => said.push(text),
  })
  return { waited, said }
}

test('a calm machine is looked at once, and nothing is said', async () => {
  expect(await waitThrough([calm])).toEqual({ waited: { calm: true, ms: 2_000 }, said: [] })
})

test('a busy machine is waited for, who takes the CPU is said, and when that is over', async () => {
  const { waited, said } = await waitThrough([takenBy('tsc', 0.6), takenBy('tsc', 0.5), calm])
  expect(waited).toEqual({ calm: true, ms: 6_000 })
  expect(said).toEqual([
    'waiting for calm, 20 s at most: others take 60 % of all cores (over 2.0 s): tsc (pid 4000001) 60 %.',
    'the machine is calm after 6 s',
  ])
})

test('another that takes the CPU is said too', async () => {
  const { said } = await waitThrough([takenBy('tsc', 0.6), takenBy('cargo', 0.6), calm])
  expect(said[1]).toContain('cargo (pid 4000001)')
})

test('a machine that stays busy is run on as planned, after the longest wait, and said so', async () => {
  const { waited, said } = await waitThrough([takenBy('tsc', 0.6)])
  expect(waited).toEqual({ calm: false, ms: 20_000 })
  expect(said).toHaveLength(2)
  expect(said[1]).toMatch(
    /^the machine is still busy after 20 s, and the run begins as planned: others take 60 %.* tsc .*may be invalid\.$/,
  )
})

test('who presses Ctrl-C does not wait, and a machine that does not tell is not waited for', async () => {
  expect((await waitThrough([takenBy('tsc', 0.6)], 4_000)).waited).toEqual({
    calm: false,
    ms: 4_000,
  })
  expect(await waitThrough([null])).toEqual({ waited: { calm: null, ms: 2_000 }, said: [] })
})
