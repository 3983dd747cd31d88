import type { FaultKindName, FaultOf, LinkName } from '../../model/fault.ts'
import type { Plan } from '../../model/plan.ts'
import type { RecordEvent } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { FaultInjector, InForce } from '../../ports/world.ts'
import { pause } from '../adapters/host-clock.ts'
import type { Agents } from './agents.ts'
import {
  CAP_STEP_BITS,
  type Container,
  DELAY_STEP_US,
  type Links,
  type Which,
} from './topology/setting.ts'

/** What faults act on. */
export type Targets = {
  now(): Us
  emit(event: RecordEvent): void
  regions: readonly RegionName[]
  links: Links
  server(region: RegionName, which: Which): Container
  agents: Agents
  /** A store was started again: somebody must watch until its data is back. */
  storeStarted(region: RegionName): void
}

type Heal = () => Promise<void>

/** Begins a fault; what it gives ends it. */
type Inject<K extends FaultKindName> = (targets: Targets, fault: FaultOf<K>) => Promise<Heal>

/** Why servers cannot have a fault of a kind, and what to write instead. */
type Refusal = { cannot: string }

/** A fault that can be had unless `lack` says why not; null if it can. */
type Conditional<K extends FaultKindName> = {
  lack: (fault: FaultOf<K>, plan: Plan) => string | null
  inject: Inject<K>
}

const faults: { readonly [K in FaultKindName]: Inject<K> | Conditional<K> | Refusal } = {
  partition: cut,
  'one-way-cut': cut,
  hold: {
    cannot: 'Toxiproxy cannot keep what is sent and pass it on later. Write partition.',
  },
  flap: (targets, { links, upUs, downUs }) => flap(targets, links, upUs, downUs),
  latency: {
    lack: ({ addUs }) => wholeMs('add', addUs),
    inject: ({ links }, fault) => each(fault.links, (link) => links.slow(link, fault.addUs)),
  },
  jitter: {
    lack: jitterLack,
    inject: ({ links }, fault) => each(fault.links, (link) => links.shake(link, fault.addUs)),
  },
  loss: { cannot: 'Toxiproxy carries streams and loses no segments. Write latency or jitter.' },
  bandwidth: {
    cannot:
      'Toxiproxy caps each connection, not all of a link together. Write connection-bandwidth.',
  },
  'connection-bandwidth': {
    lack: ({ bitsPerSec }) => wholeKilobytes(bitsPerSec),
    inject: ({ links }, fault) =>
      each(fault.links, (link) => links.connectionBandwidth(link, fault.bitsPerSec / 8)),
  },
  'connection-reset': ({ links }, fault) =>
    each(fault.links, (link) => links.resetConnections(link)),
  'slow-close': {
    lack: ({ delayUs }) => wholeMs('delay', delayUs),
    inject: ({ links }, fault) => each(fault.links, (link) => links.slowClose(link, fault.delayUs)),
  },
  'mirror-kill': {
    lack: wholeMirrors,
    inject: (targets, { links }) => each(targetsOf(links), (to) => killMirror(targets, to)),
  },
  'mirror-pause': {
    lack: wholeMirrors,
    inject: (targets, { links }) => each(targetsOf(links), (to) => pauseMirror(targets, to)),
  },
  'mirror-stall': {
    cannot:
      'one MirrorMaker runs all tasks of a region, and none can be ended alone. Write mirror-pause.',
  },
  'region-pause': (targets, { region }) =>
    together([
      () => pauseAgent(targets, region),
      () => pauseServer(targets, region, 'store'),
      () => pauseServer(targets, region, 'kafka'),
      () => pauseMirror(targets, region),
    ]),
  'region-crash': (targets, { region }) =>
    together([
      () => killAgent(targets, region),
      () => killMirror(targets, region),
      () => killStore(targets, region),
      () => killServer(targets, region, 'kafka'),
    ]),
  'region-loss': { cannot: 'its servers keep their disks. Write region-crash.' },
  'agent-pause': (targets, { region }) => pauseAgent(targets, region),
  'agent-crash': (targets, { region }) => killAgent(targets, region),
  'store-freeze': (targets, { region }) => pauseServer(targets, region, 'store'),
  'store-crash': (targets, { region }) => killStore(targets, region),
  'log-freeze': (targets, { region }) => pauseServer(targets, region, 'kafka'),
  'log-crash': (targets, { region }) => killServer(targets, region, 'kafka'),
  'log-disk-full': {
    cannot: 'the disk of a broker is the disk of this machine. Write log-freeze or log-crash.',
  },
  'broker-loss': { cannot: 'a region has one broker. Write log-crash.' },
  'index-rebuild': { cannot: 'a real store builds indexes when it sees fit. Write store-freeze.' },
  'brown-out': { cannot: 'a real store cannot be slowed down by a factor. Write store-freeze.' },
  'clock-skew': async ({ agents, now }, { region, offsetUs, driftPpm }) => {
    const skew = { offsetUs, driftPpm, sinceUs: now() }
    agents.skew(region, skew, true)
    return async () => agents.skew(region, skew, false)
  },
  'clock-strobe': {
    cannot:
      'an agent learns its clock from a message, which is not exact to the millisecond. Write clock-skew.',
  },
  'log-clock-skew': (targets, { region, offsetUs }) => skewLog(targets, region, offsetUs),
}

/** Why a fault of the plan cannot be injected, and what can be instead; null if it can. */
export function whyNot<K extends FaultKindName>(plan: Plan, fault: FaultOf<K>): string | null {
  const entry: Inject<K> | Conditional<K> | Refusal = faults[fault.kind as K]
  if ('cannot' in entry) return entry.cannot
  return 'lack' in entry ? entry.lack(fault, plan) : null
}

/** Faults of the plan that cannot be injected here. */
export const missingFaults = (plan: Plan): { fault: string; why: string }[] =>
  plan.faults.flatMap((fault) => {
    const why = whyNot(plan, fault)
    return why === null ? [] : [{ fault: fault.name, why }]
  })

/** Faults on real servers and proxies. What cannot be done here was refused before anything was started. */
export function serverFaults(targets: Targets, missing: FaultInjector['missing']): FaultInjector {
  return {
    missing,
    async inject(fault): Promise<InForce> {
      const heal = await begin(targets, fault)
      let inForce = true
      return {
        async heal() {
          if (!inForce) return
          inForce = false
          await heal()
        },
      }
    },
  }
}

function begin<K extends FaultKindName>(targets: Targets, fault: FaultOf<K>): Promise<Heal> {
  const entry: Inject<K> | Conditional<K> | Refusal = faults[fault.kind as K]
  if ('cannot' in entry) throw new Error(`${fault.kind} should have been refused before the run`)
  return 'lack' in entry ? entry.inject(targets, fault) : entry(targets, fault)
}

/** One MirrorMaker copies all other regions into its own: it can only die for all of them. */
function wholeMirrors(
  { kind, links }: FaultOf<'mirror-kill' | 'mirror-pause'>,
  { regions }: Plan,
): string | null {
  for (const target of new Set(links.map(({ to }) => to))) {
    const spared = regions.filter(
      (source) =>
        source !== target && !links.some(({ from, to }) => from === source && to === target),
    )
    if (spared.length > 0)
      return (
        `one MirrorMaker copies all regions into ${target}, also ${spared.join(' and ')}. ` +
        `Write ${kind}: -> ${target}.`
      )
  }
  return null
}

function wholeKilobytes(bitsPerSec: number): string | null {
  if (bitsPerSec >= CAP_STEP_BITS && bitsPerSec % CAP_STEP_BITS === 0) return null
  const near = Math.max(1, Math.round(bitsPerSec / CAP_STEP_BITS)) * (CAP_STEP_BITS / 1000)
  return `Toxiproxy counts whole kilobytes a second, steps of 8kbit/s. Write cap: ${near}kbit/s.`
}

function wholeMs(key: string, us: Us): string | null {
  if (us >= DELAY_STEP_US && us % DELAY_STEP_US === 0) return null
  const near = Math.max(1, Math.round(us / DELAY_STEP_US))
  return `Toxiproxy counts whole milliseconds. Write ${key}: ${near}ms.`
}

/** Toxiproxy draws a uniform delay for each message, and one only: the sum of two is not uniform. */
function jitterLack(fault: FaultOf<'jitter'>, { faults }: Plan): string | null {
  if (fault.law !== 'uniform')
    return `Toxiproxy draws delays by a uniform law only, not ${fault.law}. Write law: uniform.`
  const earlier = faults
    .slice(0, faults.indexOf(fault))
    .find(
      (other) =>
        other.kind === 'jitter' &&
        other.atUs < fault.untilUs &&
        fault.atUs < other.untilUs &&
        other.links.some(({ from, to }) =>
          fault.links.some((link) => link.from === from && link.to === to),
        ),
    )
  if (earlier)
    return `Toxiproxy draws one delay for a message, and ${earlier.name} has it drawn at that time. Write one jitter after the other.`
  return wholeMs('add', fault.addUs)
}

function cut({ links }: Targets, fault: FaultOf<'partition' | 'one-way-cut'>): Promise<Heal> {
  return each(fault.links, (link) => links.cut(link))
}

async function killAgent({ agents }: Targets, region: RegionName): Promise<Heal> {
  agents.kill(region)
  return async () => agents.restart(region)
}

async function pauseAgent({ agents }: Targets, region: RegionName): Promise<Heal> {
  agents.pause(region)
  return async () => agents.resume(region)
}

async function pauseServer({ server }: Targets, region: RegionName, which: Which): Promise<Heal> {
  const container = server(region, which)
  await container.pause()
  return () => container.unpause()
}

async function killServer({ server }: Targets, region: RegionName, which: Which): Promise<Heal> {
  const container = server(region, which)
  await container.kill()
  return () => container.start()
}

async function killStore(targets: Targets, region: RegionName): Promise<Heal> {
  const start = await killServer(targets, region, 'store')
  targets.emit({ type: 'store', t: targets.now(), region, what: 'down' })
  return async () => {
    await start()
    targets.storeStarted(region)
  }
}

/** One process mirrors all sources into a region: a fault on it is one on all of them. */
async function killMirror(targets: Targets, region: RegionName): Promise<Heal> {
  const start = await killServer(targets, region, 'mirror')
  noteMirrors(targets, region, 'kill')
  return async () => {
    noteMirrors(targets, region, 'start')
    await start()
  }
}

async function pauseMirror(targets: Targets, region: RegionName): Promise<Heal> {
  const resume = await pauseServer(targets, region, 'mirror')
  noteMirrors(targets, region, 'pause')
  return async () => {
    noteMirrors(targets, region, 'resume')
    await resume()
  }
}

function noteMirrors(
  { regions, emit, now }: Targets,
  to: RegionName,
  what: 'start' | 'kill' | 'pause' | 'resume',
): void {
  for (const from of regions) if (from !== to) emit({ type: 'mirror', t: now(), from, to, what })
}

async function skewLog({ server }: Targets, region: RegionName, offsetUs: Us): Promise<Heal> {
  const broker = server(region, 'kafka')
  await broker.setClock(offsetUs / 1000)
  return () => broker.setClock(0)
}

/** Down first, then up, and so on until healed. */
async function flap(
  { links }: Targets,
  on: readonly LinkName[],
  upUs: Us,
  downUs: Us,
): Promise<Heal> {
  let over = false
  const running = (async () => {
    while (!over) {
      const mend = await each(on, (link) => links.cut(link))
      await pause(downUs)
      await mend()
      if (!over) await pause(upUs)
    }
  })()
  return () => {
    over = true
    return running
  }
}

const targetsOf = (links: readonly LinkName[]): RegionName[] => [
  ...new Set(links.map(({ to }) => to)),
]

const each = <T>(items: readonly T[], start: (item: T) => Promise<Heal>): Promise<Heal> =>
  together(items.map((item) => () => start(item)))

/** Starts all at once; if one cannot be, those that could are healed. Heals all at once. */
async function together(starts: readonly (() => Promise<Heal>)[]): Promise<Heal> {
  const begun = await Promise.allSettled(starts.map((start) => start()))
  const heals = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const heal = async () => {
    await Promise.all(heals.map((one) => one()))
  }
  const failed = begun.find((one) => one.status === 'rejected')
  if (failed?.status === 'rejected') {
    await heal()
    throw failed.reason
  }
  return heal
}
