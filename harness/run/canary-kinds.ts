import { type FaultKindName, type FaultOf, type LinkName, linkText } from '../model/fault.ts'
import { type LinkPlan, roundTripFloorUs } from '../model/plan.ts'
import { echoedLink } from '../model/record.ts'
import { MS, type RegionName, SECOND, type Us } from '../model/units.ts'
import type { World } from '../ports/world.ts'
import { type Canary, median, once, slowest, timed } from './canary.ts'
import { clock, logClock, strobe } from './clock-canaries.ts'
import { delayed, type Judging, missing, slower, strays } from './judging.ts'

export type { Canary, Reading } from './canary.ts'

const ECHO_BYTES = 64

type CanariesOf<K extends FaultKindName> = (world: World, fault: FaultOf<K>) => Canary[]

const canaries: { readonly [K in FaultKindName]: CanariesOf<K> } = {
  partition: silence,
  'one-way-cut': (world, { links }) =>
    links.flatMap((link) => [
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
    ]),
  hold: silence,
  flap: silence,
  latency: (world, { links, addUs }) =>
    links.flatMap((link) => echoes(world, link, slower(addUs / 2, 'echo', once))),
  jitter: (world, { links, addUs }) =>
    links.flatMap((link) =>
      echoes(world, link, strays(addUs / 2, { of: 20, atLeast: 2, calm: 10 })),
    ),
  loss: (world, { links }) =>
    links.flatMap((link) =>
      echoes(world, link, slower(150 * MS, 'echo', { of: 500, atLeast: 1, calm: 20 })).map(
        (canary) => ({ ...canary, everyUs: 20 * MS }),
      ),
    ),
  bandwidth: bursts,
  'connection-bandwidth': bursts,
  'connection-reset': silence,
  'slow-close': (world, { links, delayUs }) => links.map((link) => hangUp(world, link, delayUs)),
  'mirror-kill': flows,
  'mirror-pause': flows,
  'mirror-stall': flows,
  'region-pause': (world, { region }) => [health(world, region)],
  'region-crash': (world, { region }) => [health(world, region)],
  'region-loss': (world, { region }) =>
    [health, knownRow, append].map((canary) => canary(world, region)),
  'agent-pause': (world, { region }) => [health(world, region)],
  'agent-crash': (world, { region }) => [health(world, region)],
  'store-freeze': (world, { region }) => [knownRow(world, region)],
  'store-crash': (world, { region }) => [knownRow(world, region)],
  'log-freeze': (world, { region }) => [append(world, region)],
  'log-crash': (world, { region }) => [append(world, region)],
  'log-disk-full': (world, { region }) => [append(world, region)],
  'broker-loss': (world, { region }) => [append(world, region)],
  'index-rebuild': (world, { region, factor }) => [slowSearch(world, region, factor)],
  'brown-out': (world, { region, share }) => [brownOut(world, region, share)],
  'clock-skew': (world, fault) => [clock(world, fault)],
  'clock-strobe': (world, fault) => [strobe(world, fault)],
  'log-clock-skew': (world, fault) => [logClock(world, fault)],
}

/**
 * The canaries that prove a fault: one on everything it touches. What came back sooner than `links` allow was not carried
 * by them as planned: it says nothing of a fault, and makes the run invalid (`analysis/checkers/links-as-planned.ts`).
 */
export function canariesFor<K extends FaultKindName>(
  world: World,
  fault: FaultOf<K>,
  links: readonly LinkPlan[],
): Canary[] {
  const proving = canaries[fault.kind as K](world, fault)
  if (!('links' in fault)) return proving
  const floors = new Map(fault.links.map((link) => [linkText(link), roundTripFloorUs(links, link)]))
  return proving.map((canary) => {
    const floorUs = floors.get(echoedLink(canary.name) ?? '') ?? 0
    const { abnormal } = canary
    return {
      ...canary,
      abnormal: (reading, normal, us) =>
        reading.rtt >= 0 && reading.rtt < floorUs ? null : abnormal(reading, normal, us),
    }
  })
}

/** Nothing comes back over the links. */
function silence(world: World, { links }: { links: readonly LinkName[] }): Canary[] {
  return links.flatMap((link) => echoes(world, link, missing('echo')))
}

function bursts(
  world: World,
  { links, bitsPerSec }: FaultOf<'bandwidth' | 'connection-bandwidth'>,
): Canary[] {
  return links.map((link) => throughput(world, link, bitsPerSec))
}

function flows(world: World, { links }: { links: readonly LinkName[] }): Canary[] {
  return links.map((link) => flow(world, link))
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
