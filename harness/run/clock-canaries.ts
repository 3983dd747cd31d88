import type { FaultOf } from '../model/fault.ts'
import { MS, SECOND, type Us } from '../model/units.ts'
import type { World } from '../ports/world.ts'
import { type Canary, once, type Reading } from './canary.ts'

/** A clock that can be read from here, how finely it counts, and how far it should be off at a moment. */
type Watched = {
  read: () => Promise<{ ok: boolean; wallUs: Us }>
  grainUs: Us
  expectedUs: (us: Us) => Us
  untilUs: Us
}

/** Wall clock of the region, read through its agent. */
export function clock(world: World, fault: FaultOf<'clock-skew'>): Canary {
  const { region, offsetUs, driftPpm, atUs, untilUs } = fault
  return {
    ...offBy(world, {
      read: () => world.probes.health(region, SECOND),
      grainUs: MS,
      expectedUs: (us) => offsetUs + ((us - atUs) * driftPpm) / 1_000_000,
      untilUs,
    }),
    name: `clock ${region}`,
    saw: `wall clock off as planned (offset ${offsetUs / MS} ms, drift ${driftPpm} ppm)`,
    sawEnd: 'wall clock true again',
  }
}

/** Wall clock of the region, read more often than it jumps and never in step with it. */
export function strobe(world: World, fault: FaultOf<'clock-strobe'>): Canary {
  const { region, offsetUs, everyUs, untilUs } = fault
  const readEveryUs = Math.min(200 * MS, Math.floor(everyUs * 0.7))
  return {
    ...offBy(world, {
      read: () => world.probes.health(region, SECOND),
      grainUs: MS,
      expectedUs: () => offsetUs,
      untilUs,
    }),
    everyUs: readEveryUs,
    calm: Math.ceil((2 * everyUs) / readEveryUs) + 1,
    name: `clock ${region}`,
    saw: `wall clock off as planned (offset ${offsetUs / MS} ms), at times`,
    sawEnd: 'wall clock true again, and no longer jumping',
  }
}

/** Clock of the region's log, read off the time it gave a probe record; logs stamp whole milliseconds. */
export function logClock(world: World, fault: FaultOf<'log-clock-skew'>): Canary {
  const { region, offsetUs, untilUs } = fault
  return {
    ...offBy(world, {
      read: () => world.probes.logTime(region, SECOND),
      grainUs: 2 * MS,
      expectedUs: () => offsetUs,
      untilUs,
    }),
    name: `log clock ${region}`,
    saw: `append time off as planned (offset ${offsetUs / MS} ms)`,
    sawEnd: 'append time true again',
  }
}

/**
 * Against the true time half-way. Where in the round trip the clock was read nobody knows, so an answer blurs the
 * offset by half of it; an answer too slow to tell the planned offset from none says nothing.
 */
function offBy(world: World, { read, grainUs, expectedUs, untilUs }: Watched) {
  return {
    ...once,
    everyUs: 200 * MS,
    async measure(): Promise<Reading> {
      const sentUs = world.clock.now()
      const { ok, wallUs } = await read()
      const rtt = world.clock.now() - sentUs
      return ok ? { rtt, offset: wallUs - sentUs - Math.floor(rtt / 2) } : { rtt: -1 }
    },
    abnormal({ rtt, offset }: Reading, _normal: readonly Reading[], us: Us): boolean | null {
      // No answer says nothing about the clock: neither that it is off, nor that it is true again.
      if (offset === undefined) return null
      const wantedUs = Math.abs(expectedUs(Math.min(us, untilUs)))
      const blurUs = Math.max(grainUs, rtt / 2)
      if (blurUs > grainUs && blurUs >= wantedUs / 2) return null
      if (Math.abs(offset) <= blurUs) return false
      const toleranceUs = Math.max(blurUs, wantedUs / 10)
      return us >= untilUs || Math.abs(offset - expectedUs(us)) <= toleranceUs
    },
  }
}
