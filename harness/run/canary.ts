import type { Us } from '../model/units.ts'
import type { Echo, World } from '../ports/world.ts'

/** What one canary brought home. `rtt` -1: nothing in time. */
export type Reading = { rtt: Us; arrived?: boolean; offset?: Us }

/** A measurement that tells whether a fault bites. */
export type Canary = {
  name: string
  everyUs: Us
  measure: () => Promise<Reading>
  /** Judged against readings from before the fault; `us` is when it was sent. null: it says nothing. */
  abnormal: (reading: Reading, normal: readonly Reading[], us: Us) => boolean | null
  /** Confirmed when `atLeast` of the last `of` readings were abnormal; over after `calm` normal ones in a row. */
  of: number
  atLeast: number
  calm: number
  saw: string
  sawEnd: string
  /** Another fault that shows here alike can only keep answers away; absent: it can change what they say too. */
  silenceOnly?: true
  /** What such a fault does is over when it ends; absent: answers may stay away for a while. */
  healsAtOnce?: true
}

/** For measurements of which a single one proves the case. */
export const once = { of: 1, atLeast: 1, calm: 1 }

/** How long a measurement took; -1 if nothing came of it. */
export async function timed(world: World, measure: () => Promise<Echo>): Promise<Reading> {
  const sentUs = world.clock.now()
  const { ok, arrived } = await measure()
  const rtt = ok ? world.clock.now() - sentUs : -1
  return arrived === undefined ? { rtt } : { rtt, arrived }
}

/** Round trips of what was answered, shortest first. */
export function answered(readings: readonly Reading[]): Us[] {
  return readings
    .map(({ rtt }) => rtt)
    .filter((rtt) => rtt >= 0)
    .sort((a, b) => a - b)
}

/** True if more failed than were answered; without any reading it is false. */
export const mostlyMissing = (readings: readonly Reading[]): boolean =>
  answered(readings).length * 2 < readings.length

export const median = (readings: readonly Reading[]): Us => {
  const rtts = answered(readings)
  return rtts[Math.floor(rtts.length / 2)] ?? 0
}

export const slowest = (readings: readonly Reading[]): Us => answered(readings).at(-1) ?? 0

export const spread = (readings: readonly Reading[]): Us => {
  const rtts = answered(readings)
  return (rtts.at(-1) ?? 0) - (rtts[0] ?? 0)
}
