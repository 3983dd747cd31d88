import { type FaultPlan, faultText } from '../../model/fault.ts'
import { type Lack, type Plan, runEndUs } from '../../model/plan.ts'
import { MS, type RegionName, type Us } from '../../model/units.ts'

/** Three servers a region and 0.6 GiB for them: more than this one machine is not asked for. */
const MOST_REGIONS = 6
/** Toxiproxy counts in whole milliseconds, */
export const DELAY_STEP_US: Us = MS
/** and in whole kilobytes a second. */
const CAP_STEP_BITS = 8_000

/**
 * What real servers in containers cannot do of a plan, known before anything is started. `written` says whether the
 * scenario says something at a path itself, as against a default.
 */
export function missingInContainers(
  plan: Plan,
  written: (path: Lack['at']) => boolean = () => false,
): Lack[] {
  return [
    ...regionLacks(plan),
    ...policyLacks(plan),
    ...linkLacks(plan),
    ...windowLacks(plan, written),
    ...indexLacks(plan, written),
    ...retentionLacks(plan),
    ...plan.faults.flatMap((fault, i) => {
      const why = whyNot(plan, fault)
      const what = faultText(fault)
      return why === null ? [] : [{ what, why, at: ['faults', i] }]
    }),
  ]
}

/** Faults of the plan that cannot be injected here. */
export const missingFaults = (plan: Plan): { fault: string; why: string }[] =>
  plan.faults.flatMap((fault) => {
    const why = whyNot(plan, fault)
    return why === null ? [] : [{ fault: fault.name, why }]
  })

/** Why a fault cannot be injected, and what can be instead; null if it can. */
function whyNot({ regions, faults }: Plan, fault: FaultPlan): string | null {
  switch (fault.kind) {
    case 'hold':
      return 'Toxiproxy cannot keep what is sent and pass it on later. Write partition.'
    case 'bandwidth':
      return 'Toxiproxy caps each connection, not all of a link together. Write connection-bandwidth.'
    case 'loss':
      return 'Toxiproxy carries streams and loses no segments. Write latency or jitter.'
    case 'brown-out':
      return 'nothing makes a real store slower by a factor. Write store-freeze.'
    case 'region-loss':
      return 'its servers keep their disks. Write region-crash.'
    case 'log-disk-full':
      return 'the disk of a broker is the disk of this machine. Write log-freeze or log-crash.'
    case 'broker-loss':
      return 'a region has one broker. Write log-crash.'
    case 'index-rebuild':
      return 'Milvus builds indexes when it sees fit. Write store-freeze.'
    case 'clock-strobe':
      return 'an agent is told of its clock by message, not to the millisecond. Write clock-skew.'
    case 'mirror-stall':
      return 'one MirrorMaker runs all tasks of a region, and none can be ended alone. Write mirror-pause.'
    case 'mirror-kill':
    case 'mirror-pause':
      return wholeMirrors(regions, fault)
    case 'connection-bandwidth':
      return wholeKilobytes(fault.bitsPerSec)
    case 'latency':
      return wholeMs('add', fault.addUs)
    case 'jitter':
      return jitterLack(faults, fault)
    case 'slow-close':
      return wholeMs('delay', fault.delayUs)
    default:
      return null
  }
}

/** One MirrorMaker copies all other regions into its own: it can only die for all of them. */
function wholeMirrors(
  regions: readonly RegionName[],
  { kind, links }: Extract<FaultPlan, { kind: 'mirror-kill' | 'mirror-pause' }>,
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
function jitterLack(
  faults: readonly FaultPlan[],
  fault: Extract<FaultPlan, { kind: 'jitter' }>,
): string | null {
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

function regionLacks({ regions }: Plan): Lack[] {
  if (regions.length <= MOST_REGIONS) return []
  const why =
    `every region takes about 0.6 GiB and a share of the same cores. ` +
    `Write ${MOST_REGIONS} regions or fewer.`
  return [{ what: `${regions.length} regions`, why, at: ['regions'] }]
}

function policyLacks({ mirror }: Plan): Lack[] {
  if ((mirror.policy ?? 'default') === 'default') return []
  const why = 'its MirrorMaker names copies after their region. Take policy out.'
  return [{ what: `mirror: { policy: ${mirror.policy} }`, why, at: ['mirror', 'policy'] }]
}

function linkLacks({ links }: Plan): Lack[] {
  const named = (some: Plan['links']): string =>
    some.map(({ from, to }) => `${from} -> ${to}`).join(', ')
  const lack = (what: string, some: Plan['links'], why: string): Lack[] =>
    some.length === 0 ? [] : [{ what: `${what} ${named(some)}`, why, at: ['links'] }]
  return [
    ...lack(
      'loss on',
      links.filter(({ lossShare }) => lossShare > 0),
      'Toxiproxy carries streams and loses no segments. Take loss out.',
    ),
    ...lack(
      'a bandwidth of',
      links.filter(({ bitsPerSec }) => bitsPerSec > 0),
      'Toxiproxy caps each connection, not all of a link together. Take bandwidth out.',
    ),
    ...lack(
      'a jitter that is not uniform on',
      links.filter(({ jitterUs, law }) => jitterUs > 0 && law !== 'uniform'),
      'Toxiproxy draws delays by a uniform law only. Write law: uniform.',
    ),
  ]
}

/** The windows of a profile are the simulator's; here it is only an error to ask for one. */
function windowLacks({ links }: Plan, written: (path: Lack['at']) => boolean): Lack[] {
  const why =
    'Toxiproxy ends every connection at both of its sides, so that no window meets the round trip of a link. ' +
    'Take window out.'
  const bounded = links.filter(({ windowBytes }) => windowBytes !== undefined)
  const names = bounded.map(({ from, to }) => `${from} -> ${to}`).join(', ')
  const ofMirrors = ['mirror', 'window']
  return [
    ...(bounded.length > 0 ? [{ what: `a window of ${names}`, why, at: ['links'] }] : []),
    ...(written(ofMirrors) ? [{ what: 'mirror: { window }', why, at: ofMirrors }] : []),
  ]
}

function indexLacks({ index }: Plan, written: (path: Lack['at']) => boolean): Lack[] {
  if (index.kind !== 'hnsw') return []
  return ['sealAt', 'compactAt'].flatMap((key) => {
    const at = ['system', 'index', 'hnsw', key]
    const why = `Milvus seals and compacts segments when it sees fit. Take ${key} out.`
    return written(at) ? [{ what: `index: { hnsw: { ${key} } }`, why, at }] : []
  })
}

/** Shorter than the run: a broker drops whole segments of its log, never single records. */
function retentionLacks(plan: Plan): Lack[] {
  if (plan.log.retentionUs >= runEndUs(plan)) return []
  const why =
    'a broker drops whole segments of its log, not the records that are too old. ' +
    'Write a retention longer than the run.'
  return [{ what: 'log: { retention }', why, at: ['log', 'retention'] }]
}
