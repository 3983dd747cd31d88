import { faultText } from '../../model/fault.ts'
import { type Lack, type Plan, runEndUs, storesUsed } from '../../model/plan.ts'
import { whyNot } from './injector.ts'

/** Three servers a region and 0.6 GiB for them: more than this one machine is not asked for. */
export const MOST_REGIONS = 6

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

function indexLacks(plan: Plan, written: (path: Lack['at']) => boolean): Lack[] {
  const { index } = plan
  if (index.kind !== 'hnsw') return []
  return [...sealingLacks(written), ...graphLacks(plan, index)]
}

function sealingLacks(written: (path: Lack['at']) => boolean): Lack[] {
  return ['sealAt', 'compactAt'].flatMap((key) => {
    const at = ['system', 'index', 'hnsw', key]
    const why = `Milvus seals and compacts segments when it sees fit. Take ${key} out.`
    return written(at) ? [{ what: `index: { hnsw: { ${key} } }`, why, at }] : []
  })
}

type Graph = Extract<Plan['index'], { kind: 'hnsw' }>

/** Of what pgvector takes for a graph. It refuses what is beyond when the index is made, or when a session begins. */
function graphLacks(plan: Plan, { m, efConstruction, ef }: Graph): Lack[] {
  if (!storesUsed(plan).includes('pgvector')) return []
  const lack = (key: string, value: number, why: string): Lack => ({
    what: `index: { hnsw: { ${key}: ${value} } } with pgvector`,
    why,
    at: ['system', 'index'],
  })
  return [
    ...(m > 100 ? [lack('m', m, 'its m is 100 at most.')] : []),
    ...(efConstruction < Math.max(4, 2 * m) || efConstruction > 1_000
      ? [lack('efConstruction', efConstruction, 'its ef_construction is between 2 × m and 1,000.')]
      : []),
    ...(ef > 1_000 ? [lack('ef', ef, 'its hnsw.ef_search is 1,000 at most.')] : []),
  ]
}

/** Shorter than the run: a broker drops whole segments of its log, never single records. */
function retentionLacks(plan: Plan): Lack[] {
  if (plan.log.retentionUs >= runEndUs(plan)) return []
  const why =
    'a broker drops whole segments of its log, not the records that are too old. ' +
    'Write a retention longer than the run.'
  return [{ what: 'log: { retention }', why, at: ['log', 'retention'] }]
}
