import type { FaultPlan, LinkName } from '../../model/fault.ts'
import type { RecordEvent } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { FaultInjector, InForce } from '../../ports/world.ts'
import { pause } from '../adapters/host-clock.ts'
import type { Agents } from './agents.ts'
import type { Container, Links, Which } from './topology/setting.ts'

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

function begin(targets: Targets, fault: FaultPlan): Promise<Heal> {
  const { links } = targets
  switch (fault.kind) {
    case 'partition':
    case 'one-way-cut':
      return each(fault.links, (link) => links.cut(link))
    case 'flap':
      return flap(targets, fault.links, fault.upUs, fault.downUs)
    case 'latency':
      return each(fault.links, (link) => links.slow(link, fault.addUs))
    case 'jitter':
      return each(fault.links, (link) => links.shake(link, fault.addUs))
    case 'connection-bandwidth':
      return each(fault.links, (link) => links.connectionBandwidth(link, fault.bitsPerSec / 8))
    case 'connection-reset':
      return each(fault.links, (link) => links.resetConnections(link))
    case 'slow-close':
      return each(fault.links, (link) => links.slowClose(link, fault.delayUs))
    case 'mirror-kill':
      return each(targetsOf(fault.links), (region) => killMirror(targets, region))
    case 'mirror-pause':
      return each(targetsOf(fault.links), (region) => pauseMirror(targets, region))
    case 'hold':
    case 'loss':
    case 'bandwidth':
    case 'mirror-stall':
      throw new Error(`${fault.kind} should have been refused before the run`)
    default:
      return beginInRegion(targets, fault)
  }
}

function beginInRegion(
  targets: Targets,
  fault: Extract<FaultPlan, { region: RegionName }>,
): Promise<Heal> {
  const { agents, now } = targets
  const { region } = fault
  switch (fault.kind) {
    case 'region-pause':
      return together([
        () => pauseAgent(targets, region),
        () => pauseServer(targets, region, 'milvus'),
        () => pauseServer(targets, region, 'kafka'),
        () => pauseMirror(targets, region),
      ])
    case 'region-crash':
      return together([
        () => killAgent(targets, region),
        () => killMirror(targets, region),
        () => killStore(targets, region),
        () => killServer(targets, region, 'kafka'),
      ])
    case 'agent-crash':
      return killAgent(targets, region)
    case 'agent-pause':
      return pauseAgent(targets, region)
    case 'store-freeze':
      return pauseServer(targets, region, 'milvus')
    case 'store-crash':
      return killStore(targets, region)
    case 'log-freeze':
      return pauseServer(targets, region, 'kafka')
    case 'log-crash':
      return killServer(targets, region, 'kafka')
    case 'clock-skew': {
      const skew = { offsetUs: fault.offsetUs, driftPpm: fault.driftPpm, sinceUs: now() }
      agents.skew(region, skew, true)
      return Promise.resolve(async () => agents.skew(region, skew, false))
    }
    case 'log-clock-skew':
      return skewLog(targets, region, fault.offsetUs)
    case 'brown-out':
    case 'region-loss':
    case 'log-disk-full':
    case 'broker-loss':
    case 'index-rebuild':
    case 'clock-strobe':
      throw new Error(`${fault.kind} should have been refused before the run`)
  }
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
  const start = await killServer(targets, region, 'milvus')
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
