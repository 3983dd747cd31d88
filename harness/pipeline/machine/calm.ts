import { busyText, isCalm } from './cpu-check.ts'
import type { CpuReading } from './reading.ts'

/** What waiting for a calm machine came to. `calm` null: the machine does not say who takes its CPU. */
export type Waited = { calm: boolean | null; ms: number }

/** A neighbour that builds or tests is often done by then; one that stays will not go for being waited for. */
const MOST_MS = 60_000
const LOOK_MS = 2_000

/**
 * Waits until others leave the CPU to a run that measures time, a minute at most, and says who is in the way. Nothing of
 * the run is changed where it stays busy: it is made as planned, and its verdict says how the machine was.
 */
export async function waitForCalm({
  watch,
  onStep,
  interrupted,
  mostMs = MOST_MS,
  now = () => performance.now(),
}: {
  /** Looks for so many ms; null where the machine does not tell. */
  watch: (ms: number) => Promise<CpuReading | null>
  onStep: (text: string) => void
  interrupted: () => boolean
  mostMs?: number
  now?: () => number
}): Promise<Waited> {
  const startMs = now()
  let told = ''
  for (;;) {
    const cpu = await watch(LOOK_MS)
    const ms = now() - startMs
    if (cpu === null) return { calm: null, ms }
    if (isCalm(cpu)) {
      if (told !== '') onStep(`the machine is calm after ${(ms / 1000).toFixed(0)} s`)
      return { calm: true, ms }
    }
    if (interrupted()) return { calm: false, ms }
    if (ms >= mostMs) {
      onStep(
        `the machine is still busy after ${(ms / 1000).toFixed(0)} s, and the run begins as planned: ${busyText(cpu)} ` +
          'Its times may be longer for that, and its verdict may be invalid.',
      )
      return { calm: false, ms }
    }
    const who = cpu.takers[0]?.name ?? ''
    if (told !== `by ${who}`)
      onStep(`waiting for calm, ${mostMs / 1000} s at most: ${busyText(cpu)}`)
    told = `by ${who}`
  }
}
