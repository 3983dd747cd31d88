import { MS, type Us } from '../model/units.ts'
import {
  answered,
  type Canary,
  median,
  mostlyMissing,
  once,
  type Reading,
  spread,
} from './canary.ts'

export type Judging = Omit<Canary, 'name' | 'everyUs' | 'measure'>

/**
 * For faults that delay: an answer that never came, or a link of which nobody knows how fast it was before, says
 * nothing about them. Another fault may have swallowed it.
 */
export const delayed =
  (slow: (reading: Reading, normal: readonly Reading[]) => boolean): Canary['abnormal'] =>
  (reading, normal) =>
    reading.rtt < 0 || answered(normal).length === 0 ? null : slow(reading, normal)

/**
 * For faults that swallow answers. What was missing before the fault already says nothing about it: the canary itself
 * does not work, or another fault is in force.
 */
export const missing = (
  what: string,
  andSo: (reading: Reading) => boolean = () => true,
): Judging => ({
  ...once,
  abnormal: (reading, normal) => (mostlyMissing(normal) ? null : reading.rtt < 0 && andSo(reading)),
  saw: `${what} missing`,
  sawEnd: `${what} back`,
  silenceOnly: true,
})

/** Later than the median before the fault by more than `byUs`. */
export function slower(
  byUs: Us,
  what: string,
  rhythm: Pick<Canary, 'of' | 'atLeast' | 'calm'>,
): Judging {
  return {
    ...rhythm,
    abnormal: delayed(({ rtt }, normal) => rtt > median(normal) + byUs),
    saw: `${what} slower by more than ${byUs / MS} ms`,
    sawEnd: `${what} as fast as before`,
  }
}

/** Later than most by more than `byUs` and than echoes differed before: what comes sooner proves no fault. */
export function strays(byUs: Us, rhythm: Pick<Canary, 'of' | 'atLeast' | 'calm'>): Judging {
  return {
    ...rhythm,
    abnormal: delayed(
      ({ rtt }, normal) => rtt - median(normal) > Math.max(byUs, 2 * spread(normal)),
    ),
    saw: `echo later by more than ${byUs / MS} ms`,
    sawEnd: 'echo as steady as before',
  }
}
