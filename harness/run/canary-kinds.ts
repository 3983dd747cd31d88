import { type FaultPlan, type LinkName, linkText } from '../model/fault.ts'
import type { RegionName } from '../model/units.ts'
import { MS, SECOND, type Us } from '../model/units.ts'
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
}

const ECHO_BYTES = 64
const once = { of: 1, atLeast: 1, calm: 1 }

/** The canaries that prove a fault: one on everything it touches. */
export function canariesFor(world: World, fault: FaultPlan): Canary[] {
  switch (fault.kind) {
    case 'partition':
    case 'hold':
    case 'flap':
      return fault.links.flatMap((link) => echoes(world, link, missing('echo')))
    case 'one-way-cut':
      return fault.links.flatMap((link) => [
        ...echoes(world, link, {
          ...missing('echo request'),
          abnormal: ({ rtt, arrived }) => rtt < 0 && arrived !== true,
        }),
        ...echoes(world, back(link), {
          ...missing('echo reply, its request arrived'),
          abnormal: ({ rtt, arrived }) => rtt < 0 && arrived !== false,
        }),
      ])
    case 'latency':
      return fault.links.flatMap((link) =>
        echoes(world, link, slower(fault.addUs / 2, 'echo', once)),
      )
    case 'jitter':
      return fault.links.flatMap((link) =>
        echoes(world, link, strays(fault.addUs / 2, { of: 20, atLeast: 2, calm: 10 })),
      )
    case 'loss':
      return fault.links.flatMap((link) =>
        echoes(world, link, slower(150 * MS, 'echo', { of: 500, atLeast: 1, calm: 20 })).map(
          (canary) => ({ ...canary, everyUs: 20 * MS }),
        ),
      )
    case 'bandwidth':
      return fault.links.map((link) => throughput(world, link, fault.bitsPerSec))
    case 'mirror-kill':
    case 'mirror-pause':
      return fault.links.map((link) => flow(world, link))
    case 'region-pause':
    case 'region-crash':
      return [health(world, fault.region)]
    case 'store-freeze':
    case 'store-crash':
      return [knownRow(world, fault.region)]
    case 'log-crash':
      return [append(world, fault.region)]
    case 'brown-out':
      return [brownOut(world, fault.region, fault.share)]
    case 'clock-skew':
      return [clock(world, fault)]
  }
}

type Judging = Omit<Canary, 'name' | 'everyUs' | 'measure'>

/**
 * For faults that delay: an answer that never came, or a link of which nobody knows how fast it was before, says
 * nothing about them. Another fault may have swallowed it.
 */
const delayed =
  (slow: (reading: Reading, normal: readonly Reading[]) => boolean): Canary['abnormal'] =>
  (reading, normal) =>
    reading.rtt < 0 || answered(normal).length === 0 ? null : slow(reading, normal)

const missing = (what: string): Judging => ({
  ...once,
  abnormal: ({ rtt }) => rtt < 0,
  saw: `${what} missing`,
  sawEnd: `${what} back`,
})

function slower(byUs: Us, what: string, rhythm: Pick<Canary, 'of' | 'atLeast' | 'calm'>): Judging {
  return {
    ...rhythm,
    abnormal: delayed(({ rtt }, normal) => rtt > median(normal) + byUs),
    saw: `${what} slower by more than ${byUs / MS} ms`,
    sawEnd: `${what} as fast as before`,
  }
}

function strays(byUs: Us, rhythm: Pick<Canary, 'of' | 'atLeast' | 'calm'>): Judging {
  return {
    ...rhythm,
    abnormal: delayed(
      ({ rtt }, normal) => Math.abs(rtt - median(normal)) > Math.max(byUs, 2 * spread(normal)),
    ),
    saw: `echo strays by more than ${byUs / MS} ms`,
    sawEnd: 'echo as steady as before',
  }
}

/** One canary for every path the link is made of: a fault that spares one of them is not confirmed. */
function echoes(world: World, link: LinkName, judging: Judging): Canary[] {
  return world.probes.paths().map((path, i) => ({
    ...judging,
    name: i === 0 ? `link ${linkText(link)}` : `link ${linkText(link)} ${path}`,
    everyUs: 100 * MS,
    measure: () => timed(world, () => world.probes.echo(link, path, ECHO_BYTES, 2 * SECOND)),
  }))
}

/** A burst that takes 50 ms at the capped rate, once a second: 5 % of what is left of the link. */
function throughput(world: World, link: LinkName, bitsPerSec: number): Canary {
  const bytes = Math.ceil((bitsPerSec / 8) * 0.05)
  return {
    ...slower(25 * MS, `burst of ${bytes} bytes`, once),
    name: `link ${linkText(link)}`,
    everyUs: SECOND,
    measure: () =>
      timed(world, () => world.probes.echo(link, world.probes.paths()[0], bytes, 10 * SECOND)),
  }
}

function flow(world: World, link: LinkName): Canary {
  return {
    ...missing('mirrored record'),
    name: `mirror ${linkText(link)}`,
    everyUs: 250 * MS,
    measure: () =>
      timed(world, async () => ({ ok: await world.probes.mirrored(link, 2 * SECOND) })),
  }
}

function health(world: World, region: RegionName): Canary {
  return {
    ...missing('health answer'),
    name: `agent ${region}`,
    everyUs: 100 * MS,
    measure: () =>
      timed(world, async () => ({ ok: (await world.probes.health(region, SECOND)).ok })),
  }
}

function knownRow(world: World, region: RegionName): Canary {
  return {
    ...missing('known row'),
    name: `store ${region}`,
    everyUs: 200 * MS,
    measure: () => timed(world, async () => ({ ok: await world.probes.knownRow(region, SECOND) })),
  }
}

function append(world: World, region: RegionName): Canary {
  return {
    ...missing('acknowledged probe record'),
    name: `log ${region}`,
    everyUs: 200 * MS,
    measure: () => timed(world, async () => ({ ok: await world.probes.append(region, SECOND) })),
  }
}

function brownOut(world: World, region: RegionName, share: number): Canary {
  const of = 40
  return {
    name: `store ${region}`,
    everyUs: 50 * MS,
    measure: () => timed(world, async () => ({ ok: await world.probes.touch(region, 5 * SECOND) })),
    abnormal: delayed(({ rtt }, normal) => rtt > 1.5 * slowest(normal)),
    of,
    atLeast: Math.max(2, Math.floor((of * share) / 2)),
    calm: Math.max(3, Math.ceil(3 / share)),
    saw: 'store answers slower than ever before the fault',
    sawEnd: 'store as fast as before',
  }
}

/** Wall clock of the region, read through its agent, against the true time half-way. */
function clock(world: World, fault: Extract<FaultPlan, { kind: 'clock-skew' }>): Canary {
  const expectedUs = (us: Us): Us =>
    fault.offsetUs + ((us - fault.atUs) * fault.driftPpm) / 1_000_000
  const toleranceUs = (us: Us): Us => Math.max(MS, Math.abs(expectedUs(us)) / 10)
  return {
    name: `clock ${fault.region}`,
    everyUs: 200 * MS,
    async measure() {
      const sentUs = world.clock.now()
      const { ok, wallUs } = await world.probes.health(fault.region, SECOND)
      const rtt = world.clock.now() - sentUs
      return ok ? { rtt, offset: wallUs - sentUs - Math.floor(rtt / 2) } : { rtt: -1 }
    },
    abnormal({ offset }, _normal, us) {
      // No answer says nothing about the clock: neither that it is off, nor that it is true again.
      if (offset === undefined) return null
      return (
        Math.abs(offset) > MS &&
        (us >= fault.untilUs || Math.abs(offset - expectedUs(us)) <= toleranceUs(us))
      )
    },
    ...once,
    saw: `wall clock off as planned (offset ${fault.offsetUs / MS} ms, drift ${fault.driftPpm} ppm)`,
    sawEnd: 'wall clock true again',
  }
}

async function timed(world: World, measure: () => Promise<Echo>): Promise<Reading> {
  const sentUs = world.clock.now()
  const { ok, arrived } = await measure()
  const rtt = ok ? world.clock.now() - sentUs : -1
  return arrived === undefined ? { rtt } : { rtt, arrived }
}

const back = ({ from, to }: LinkName): LinkName => ({ from: to, to: from })

function answered(readings: readonly Reading[]): Us[] {
  return readings
    .map(({ rtt }) => rtt)
    .filter((rtt) => rtt >= 0)
    .sort((a, b) => a - b)
}

const median = (readings: readonly Reading[]): Us => {
  const rtts = answered(readings)
  return rtts[Math.floor(rtts.length / 2)] ?? 0
}

const slowest = (readings: readonly Reading[]): Us => answered(readings).at(-1) ?? 0

const spread = (readings: readonly Reading[]): Us => {
  const rtts = answered(readings)
  return (rtts.at(-1) ?? 0) - (rtts[0] ?? 0)
}
