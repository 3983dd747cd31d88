import { Rng } from '../../base/rng.ts'
import { keptIn, type Layout, type Space } from '../../model/layout.ts'
import type { IndexPlan } from '../../model/plan.ts'
import { BASE_STAMP, type StoredPoint } from '../../model/point.ts'
import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import type { Need, Stop } from '../../ports/system.ts'
import type { Launch, World, WorldNeeds } from '../../ports/world.ts'
import { Agents } from './agents.ts'
import { clockOf } from './clock.ts'
import type { VectorIndex } from './index-flat.ts'
import type { SegmentNews } from './index-hnsw.ts'
import { injectorFor, type Targets } from './injector.ts'
import { Link } from './link.ts'
import { SimLog } from './log.ts'
import { Mirror } from './mirror.ts'
import { ObjectStorage } from './object-storage.ts'
import { ProbeWatch, SimProbes } from './probes.ts'
import { Process } from './process.ts'
import { AgentSeat, isProbe, PROBE_TOPIC, type SimRegion } from './region.ts'
import { SimStore } from './store.ts'
import { type Ground, networkFor } from './terrain.ts'
import { Timeline } from './timeline.ts'
import type { Appended } from './topics.ts'
import { Wire } from './wire.ts'

/** What the simulator needs beyond any world: how a store answers searches, and where points live. */
type SimNeeds = WorldNeeds & {
  launch: Launch
  space: Space
  layout: Layout
  needs: readonly Need[]
  /** An index over nothing: the plan's or another; the world puts points in. `news` hears of graph segments. */
  openIndex: (news: SegmentNews, index?: IndexPlan) => VectorIndex
}

/** How often bytes per link and retention are looked at. */
const HOUSEKEEPING_US: Us = SECOND

/** The deterministic world: one virtual clock, everything else built on it. Same needs, same events. */
export function openSim(needs: SimNeeds): World {
  const { plan, emit } = needs
  const timeline = new Timeline()
  const wire = new Wire(timeline)
  const rng = new Rng(plan.seed).fork('world')
  for (const link of plan.links) {
    const draws = rng.fork(`link/${link.from}>${link.to}`)
    wire.add(new Link(timeline, draws, link, plan.profile.windows))
  }
  const watch = new ProbeWatch()
  const regions = new Map<RegionName, SimRegion>()
  for (const name of plan.regions)
    regions.set(name, openRegion(needs, timeline, rng.fork(`region/${name}`), watch, name))
  const ground: Ground = {
    timeline,
    wire,
    regions,
    space: needs.space,
    objects: new ObjectStorage(timeline, plan.profile.store),
    needs: needs.needs,
    mirrorPolicy: plan.mirror.policy ?? 'default',
    onCommit: (region, group, topic, offsets) =>
      emit({ type: 'commit', t: timeline.now(), region, group, topic, offsets }),
  }
  const mirrors = openMirrors(needs, ground, rng)
  const harness = new Process()
  const agents = new Agents(ground, emit, plan, needs.launch)
  return {
    clock: timeline,
    faults: injectorFor(targetsOf(ground, mirrors, agents)),
    probes: new SimProbes(ground, harness, watch),
    async start(stop) {
      for (const mirror of mirrors) mirror.start()
      housekeeping(needs, ground, stop)
      await agents.start(stop)
    },
    users: (region) => ({
      region,
      regions: plan.regions,
      clock: clockOf(agents.seat(region).time, timeline, harness),
      network: networkFor(ground, { process: harness, region, channel: 'user' }),
    }),
    look: async (region) => (regions.get(region) as SimRegion).store.snapshot(),
    drive: (work) => timeline.drive(work),
    ended: (withinUs) => agents.ended(withinUs),
    flush: async () => emitLinkBytes(needs, ground),
    close: async () => {},
  }
}

const targetsOf = (
  { timeline, wire, regions }: Ground,
  mirrors: Mirror[],
  agents: Agents,
): Targets => ({
  ...{ timeline, wire, regions, mirrors },
  mirrorOf: ({ from, to }) =>
    mirrors.find((m) => m.setting.from === from && m.setting.to === to) as Mirror,
  mirrorsIn: (region) => mirrors.filter((m) => m.setting.to === region),
  killAgent: (region) => agents.kill(region),
  restartAgent: (region) => agents.restart(region),
  pauseAgent: (region) => agents.pause(region),
})

function openRegion(
  needs: SimNeeds,
  timeline: Timeline,
  rng: Rng,
  watch: ProbeWatch,
  name: RegionName,
): SimRegion {
  const { plan, emit } = needs
  const base = baseOf(needs, name)
  const sealed: SegmentNews = (what, segment, points) =>
    emit({
      type: 'store',
      t: timeline.now(),
      region: name,
      what,
      segment,
      ids: points.map(({ id }) => id),
      writes: points.map(({ write }) => write),
    })
  const store = new SimStore(
    {
      timeline,
      rng: rng.fork('store'),
      region: name,
      profile: plan.profile.store,
      dim: needs.space.dim,
      emit,
      openIndex: (index) => needs.openIndex(sealed, index),
    },
    base,
  )
  const log = new SimLog({
    timeline,
    rng: rng.fork('log'),
    region: name,
    profile: plan.profile.log,
    partitions: plan.log.partitions,
    retentionUs: plan.log.retentionUs,
    onAppend: (appended) => tap(needs, timeline, watch, { region: name, ...appended }),
    onTruncate: (what, topic, firsts) =>
      emit({ type: 'log', t: timeline.now(), region: name, what, topic, firsts }),
  })
  return { name, seat: new AgentSeat(name, timeline), store, log, rng }
}

const baseOf = ({ base, layout }: SimNeeds, region: RegionName): StoredPoint[] =>
  keptIn(region, base, layout).map((point) => ({
    ...point,
    ...{ write: 0, stamp: BASE_STAMP, deleted: false },
  }))

type Tapped = Appended & { region: RegionName }

/**
 * The log tap: what stands in a region's log, its own and its copies of others. A topic that no mirror carries is its
 * agent's own affair: nobody waits for copies of it.
 */
function tap(
  { emit, topics }: SimNeeds,
  timeline: Timeline,
  watch: ProbeWatch,
  { region, topic, partition, offset, change, from }: Tapped,
): void {
  if (isProbe(change)) {
    watch.seen(region, topic, change.id)
    return
  }
  if (from === undefined && !topics.includes(topic)) return
  const where = { region, write: change.write, id: change.id, partition, offset }
  const t = timeline.now()
  if (from === undefined) emit({ type: 'hop', t, hop: 'logged', ...where })
  else emit({ type: 'hop', t, hop: 'mirrored', ...where, from })
}

function openMirrors(needs: SimNeeds, ground: Ground, rng: Rng): Mirror[] {
  const { plan, topics, emit, space } = needs
  const { dim } = space
  const region = (name: RegionName) => ground.regions.get(name) as SimRegion
  return plan.links.map(
    ({ from, to }) =>
      new Mirror({
        timeline: ground.timeline,
        rng: rng.fork(`mirror/${from}>${to}`),
        wire: ground.wire,
        from,
        to,
        topics: [...topics, PROBE_TOPIC],
        source: region(from).log,
        target: region(to).log,
        profile: plan.profile.mirror,
        ...plan.mirror,
        dim,
        emit,
      }),
  )
}

function housekeeping(needs: SimNeeds, ground: Ground, stop: Stop): void {
  const tick = () => {
    if (stop.fired) return
    for (const region of ground.regions.values()) region.log.truncate()
    emitLinkBytes(needs, ground)
    ground.timeline.after(HOUSEKEEPING_US, tick)
  }
  ground.timeline.after(HOUSEKEEPING_US, tick)
}

function emitLinkBytes({ emit }: SimNeeds, { timeline, wire }: Ground): void {
  for (const link of wire.all()) {
    if (link.bytesSent === 0) continue
    const { from, to } = link.plan
    emit({ type: 'link.bytes', t: timeline.now(), from, to, bytes: link.bytesSent })
    link.bytesSent = 0
  }
}
