import { type FaultPlan, faultKinds, faultText } from './fault.ts'
import { allHazards, type Hazard, hazards } from './hazard.ts'
import type { Us } from './units.ts'

/**
 * One promise: what it says (`true`, or its bound) and the hazards it outlives. It is given for runs whose faults bring
 * no other hazard; for all others what a checker finds is reported. null: it is never given.
 */
export type Guarantee<What = true> = { is: What; outlives: readonly Hazard[] } | null

/** For which reads a session guarantee is given: strong fetches by id see more than searches do. */
export type PromisedReads = 'fetches' | 'all reads'

/** What a system promises; checkers hold it to these and only report the rest. */
export type Guarantees = {
  /** All regions equal each other after faults end and arrivals stop. */
  convergence: Guarantee
  /** No acknowledged write is lost. */
  durability: Guarantee
  /** No acknowledged write is overwritten by one it causally followed. */
  causalWrites: Guarantee
  readYourWrites: Guarantee<PromisedReads>
  monotonicReads: Guarantee<PromisedReads>
  /** Fetches and writes of one id behave like one register in real time. */
  linearizable: Guarantee
  /** All clients see the writes of one id in one order, which keeps the order of each client. */
  sequential: Guarantee
  /** Nobody sees a write without those that its writer had seen of the same id. */
  causal: Guarantee
  /** Two writes of one client to one id are applied in their order everywhere. */
  monotonicWrites: Guarantee
  /** A write is applied nowhere after one of the same id that its writer had read is gone back to. */
  writesFollowReads: Guarantee
  /** An answer without a stale flag shows nothing superseded for longer than this, in µs. */
  stalenessUs: Guarantee<Us>
  /** And nothing with more than so many newer acknowledged versions. */
  staleVersions: Guarantee<number>
  /** An answer that lacks what a part did not send in time says so. */
  flagsPartial: Guarantee
  /** Of `of` copies a write waits for `write` and a read asks `read`; null if acknowledgements count no copies. */
  quorum: Guarantee<{ write: number; read: number; of: number }>
  /** Each change takes effect once in each region; a second arrival is found to be one. */
  singleApply: Guarantee
  /** Bytes on all links for each byte of acknowledged writes, at most. */
  amplification: Guarantee<number>
  /** No epoch has two primaries or goes back, and what a former primary writes late survives nowhere. */
  fencedPrimary: Guarantee
  /** After another took over, a former primary acknowledges nothing. */
  onePrimary: Guarantee
}

/** Each promise as a clause, for "the system promises that …". */
const clauses: Record<keyof Guarantees, string> = {
  convergence: 'all regions become equal',
  durability: 'no acknowledged write is lost',
  causalWrites: 'no write is overwritten by one its writer knew',
  readYourWrites: 'a client reads its own writes',
  monotonicReads: 'a client never reads back in time',
  linearizable: 'an id behaves like one register',
  sequential: 'all see the writes of an id in one order',
  causal: 'nobody sees a write without those it followed',
  monotonicWrites: 'writes of one client are applied in their order',
  writesFollowReads: 'a write comes after those its writer had read',
  stalenessUs: 'old answers are flagged',
  staleVersions: 'answers many versions behind are flagged',
  flagsPartial: 'partial answers are flagged',
  quorum: 'each operation has its quorum',
  singleApply: 'each write takes effect once',
  amplification: 'bytes on links stay within a factor',
  fencedPrimary: 'what a former primary writes late does not survive',
  onePrimary: 'a former primary acknowledges nothing',
}

const guaranteeNames = Object.keys(clauses) as readonly (keyof Guarantees)[]

/** Where a system begins that promises nothing: `{ ...nothingPromised, convergence: promised(true, allHazards) }`. */
export const nothingPromised = Object.fromEntries(
  guaranteeNames.map((name) => [name, null]),
) as Record<keyof Guarantees, null>

/** A promise that is given if `is` says something. */
export const promised = <const What>(
  is: What | false | null,
  outlives: readonly Hazard[],
): Guarantee<What> => (is === false || is === null ? null : { is, outlives })

/** Why a promise is not given for a run, a clause for "when …"; empty: it is given. */
export function whyNotGiven(
  guarantee: { outlives: readonly Hazard[] },
  { faults, keptUp }: { faults: readonly FaultPlan[]; keptUp: boolean },
): string {
  const beyond = notOutlived(guarantee, faults)
  const busy = !keptUp && !guarantee.outlives.includes('busy-machine')
  const found = beyond.length > 0 ? [hazardText(beyond)] : []
  return [...found, ...(busy ? [hazards['busy-machine']] : [])].join(' or when ')
}

/** The planned hazards that a promise does not outlive. */
const notOutlived = (
  { outlives }: { outlives: readonly Hazard[] },
  faults: readonly FaultPlan[],
): PlannedHazard[] => hazardsOf(faults).filter(({ hazard }) => !outlives.includes(hazard))

/** `a region loses its disks (fault region-loss)`: why a promise is not given. */
const hazardText = (found: readonly PlannedHazard[]): string =>
  found.map(({ hazard, faults }) => `${hazards[hazard]} (${faults.join(', ')})`).join(' or when ')

/** What is promised of a run, and what would be without some of its faults; clauses for "it is promised that …". */
export type RunPromises = { given: string[]; excepted: { clause: string; when: string }[] }

/** Before a run its machine counts as one that will keep up. */
export function promisesOf(
  guarantees: Guarantees,
  faults: readonly FaultPlan[],
  keptUp = true,
): RunPromises {
  const { given, excepted }: RunPromises = { given: [], excepted: [] }
  for (const name of guaranteeNames) {
    const guarantee = guarantees[name]
    if (!guarantee) continue
    const when = whyNotGiven(guarantee, { faults, keptUp })
    if (when === '') given.push(clauses[name])
    else excepted.push({ clause: clauses[name], when })
  }
  return { given, excepted }
}

/** One hazard of a plan, and the faults it comes from as messages name them. */
type PlannedHazard = { hazard: Hazard; faults: string[] }

/** The hazards of planned faults, in the order of `hazards`. */
export function hazardsOf(faults: readonly FaultPlan[]): PlannedHazard[] {
  const losses = faults.filter(({ kind }) => faultKinds[kind].hazards.includes('disk-loss'))
  const has = (fault: FaultPlan, hazard: Hazard): boolean => {
    if (hazard === 'clock-drift') return fault.kind === 'clock-skew' && fault.driftPpm !== 0
    if (hazard === 'disks-lost-twice') return losses.length > 1 && losses.includes(fault)
    return faultKinds[fault.kind].hazards.includes(hazard)
  }
  return allHazards.flatMap((hazard) => {
    const from = faults.filter((fault) => has(fault, hazard)).map(faultText)
    return from.length === 0 ? [] : [{ hazard, faults: from }]
  })
}
