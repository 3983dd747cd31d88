import { echoedLink } from '../model/canary-name.ts'
import { type FaultPlan, type LinkName, linkText } from '../model/fault.ts'
import { type LinkPlan, roundTripFloorUs } from '../model/plan.ts'
import { MS, type RegionName, SECOND, type Us } from '../model/units.ts'
import type { World } from '../ports/world.ts'
import { type Canary, median, once, slowest, timed } from './canary.ts'
import { clock, logClock, strobe } from './clock-canaries.ts'
import { delayed, type Judging, missing, slower, strays } from './judging.ts'

export type { Canary, Reading } from './canary.ts'

const ECHO_BYTES = 64

/**
 * The canaries that prove a fault: one on everything it touches. What came back sooner than `links` allow was not carried
 * by them as planned: it says nothing of a fault, and makes the run invalid (`analysis/checkers/links-as-planned.ts`).
 */
export function canariesFor(world: World, fault: FaultPlan, links: readonly LinkPlan[]): Canary[] {
  if (!('links' in fault)) return inRegion(world, fault)
  const floors = new Map(fault.links.map((link) => [linkText(link), roundTripFloorUs(links, link)]))
  return onLinks(world, fault).map((canary) => {
    const floorUs = floors.get(echoedLink(canary.name) ?? '') ?? 0
    const { abnormal } = canary
    return {
      ...canary,
      abnormal: (reading, normal, us) =>
        reading.rtt >= 0 && reading.rtt < floorUs ? null : abnormal(reading, normal, us),
    }
  })
}

function onLinks(world: World, fault: Extract<FaultPlan, { links: LinkName[] }>): Canary[] {
  switch (fault.kind) {
    case 'partition':
    case 'hold':
    case 'flap':
    case 'connection-reset':
      return fault.links.flatMap((link) => echoes(world, link, missing('echo')))
    case 'one-way-cut':
      return fault.links.flatMap((link) => [
        ...echoes(
          world,
          link,
          missing('echo request', ({ arrived }) => arrived !== true),
        ),
        ...echoes(
          world,
          back(link),
          missing('echo reply, its request arrived', ({ arrived }) => arrived !== false),
        ),
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
    case 'connection-bandwidth':
      return fault.links.map((link) => throughput(world, link, fault.bitsPerSec))
    case 'slow-close':
      return fault.links.map((link) => hangUp(world, link, fault.delayUs))
    case 'mirror-kill':
    case 'mirror-pause':
    case 'mirror-stall':
      return fault.links.map((link) => flow(world, link))
  }
}

function inRegion(world: World, fault: Extract<FaultPlan, { region: RegionName }>): Canary[] {
  switch (fault.kind) {
    case 'region-pause':
    case 'region-crash':
    case 'agent-pause':
    case 'agent-crash':
      return [health(world, fault.region)]
    case 'region-loss':
      return [health, knownRow, append].map((canary) => canary(world, fault.region))
    case 'store-freeze':
    case 'store-crash':
      return [knownRow(world, fault.region)]
    case 'log-freeze':
    case 'log-crash':
    case 'log-disk-full':
    case 'broker-loss':
      return [append(world, fault.region)]
    case 'brown-out':
      return [brownOut(world, fault.region, fault.share)]
    case 'index-rebuild':
      return [slowSearch(world, fault.region, fault.factor)]
    case 'clock-strobe':
      return [strobe(world, fault)]
    case 'clock-skew':
      return [clock(world, fault)]
    case 'log-clock-skew':
      return [logClock(world, fault)]
  }
}

/** One canary for every path the link is made of: a fault that spares one of them is not confirmed. */
function echoes(world: World, link: LinkName, judging: Judging): Canary[] {
  return world.probes.paths().map((path, i) => ({
    ...judging,
    healsAtOnce: true as const,
    name: i === 0 ? `link ${linkText(link)}` : `link ${linkText(link)} ${path}`,
    // One of them tells the moment; the others only have to agree, and are not free.
    everyUs: i === 0 ? 100 * MS : 125 * MS,
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

/** A connection that one side ends is over for the other after one way, or one way and the delay. */
function hangUp(world: World, link: LinkName, delayUs: Us): Canary {
  return {
    ...slower(delayUs / 2, 'end of a connection', once),
    name: `close ${linkText(link)}`,
    everyUs: 500 * MS,
    measure: () =>
      timed(world, async () => ({ ok: await world.probes.hangUp(link, delayUs + 5 * SECOND) })),
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

/** Most of a few seconds' searches take more than half-way to what the fault makes of one. */
function slowSearch(world: World, region: RegionName, factor: number): Canary {
  return {
    name: `store ${region}`,
    everyUs: 50 * MS,
    measure: () =>
      timed(world, async () => ({ ok: await world.probes.searching(region, 5 * SECOND) })),
    abnormal: delayed(({ rtt }, normal) => rtt > (median(normal) * (1 + factor)) / 2),
    of: 40,
    atLeast: 20,
    calm: 5,
    saw: 'most searches slower than before the fault',
    sawEnd: 'searches as fast as before',
  }
}

const back = ({ from, to }: LinkName): LinkName => ({ from: to, to: from })
