import type { ModeEvent, RepairEvent } from '../../model/agent-events.ts'
import type { Facts } from '../facts/facts.ts'
import type { RecallSample } from '../metrics/recall-loss.ts'
import { answeredWithoutData, mirrorsGoneBack, takeovers } from './comebacks.ts'
import { cutsWithBacklog, healsWhileAnotherIsDown, writesRefusedInCuts } from './cuts.ts'
import { lostInDivergence } from './divergence.ts'
import {
  afterRestart,
  deleteMetOlder,
  duplicateAfterReplacement,
  failoverWhileDraining,
  writesThatCameLate,
} from './races.ts'

/** How often a run was in a state; 0: never. */
export type StateCount = (facts: Facts, samples: readonly RecallSample[]) => number

/** Events of one kind that say one thing. */
const repairs =
  (how: RepairEvent['how']): StateCount =>
  ({ history }) =>
    history.repairs.reduce((sum, event) => sum + (event.how === how ? event.points : 0), 0)
const modes =
  (what: ModeEvent['what']): StateCount =>
  ({ history }) =>
    history.modes.filter((event) => event.what === what).length

/** Clocks further off than the fastest link takes. */
const skewBeyondLatency: StateCount = ({ faults, history: { plan } }) => {
  const fastest = Math.min(...plan.links.map(({ latencyUs }) => latencyUs))
  return faults.filter(
    ({ plan: fault, confirmedUs }) =>
      confirmedUs !== null &&
      (fault.kind === 'clock-skew' || fault.kind === 'clock-strobe') &&
      Math.abs(fault.offsetUs) > fastest,
  ).length
}

/**
 * States the library must have been in at least once: what never happened was never tested. Each counts how often a
 * run was in it. The list is committed; a state that no scenario reaches any more is a hole in the library.
 */
export const states = {
  'partition with a backlog at its end': cutsWithBacklog,
  'heal while another link is down': healsWhileAnotherIsDown,
  'delete met by an older upsert': deleteMetOlder,
  'duplicate delivered after the winner was replaced': duplicateAfterReplacement,
  'stamps equal but for the region': ({ history }) =>
    history.hops.filter(({ tie }) => tie === true).length,
  'applier restarted between apply and commit': afterRestart,
  'fail-over while a backlog drains': failoverWhileDraining,
  'skew beyond the one-way latency': skewBeyondLatency,
  'query of a region behind lost a point to replication': lostInDivergence('replication'),
  'query of a region behind lost a point to visibility': lostInDivergence('visibility'),
  'query of a region behind lost a point to a ghost': lostInDivergence('ghost'),
  'query of a region behind lost a point to the index': lostInDivergence('index'),
  'query of a region behind lost a point to routing': lostInDivergence('routing'),
  'query of a region behind lost a point to a cache': lostInDivergence('cache'),
  'answer flagged as stale': ({ history }) => history.ops.filter(({ stale }) => stale).length,
  'answer flagged as partial': ({ history }) => history.ops.filter(({ partial }) => partial).length,
  'write of unknown outcome applied later': writesThatCameLate,
  'write refused during a cut': writesRefusedInCuts,
  'operation shed at the in-flight cap': ({ history }) =>
    history.ops.filter(({ shed }) => shed === 'in-flight cap').length,
  'operation answered after a retry': ({ history }) =>
    history.ops.filter(({ asked, outcome }) => asked.length > 1 && outcome === 'ok').length,
  'mirror resumed where it had been before': mirrorsGoneBack,
  'mirror fell behind retention': ({ history }) =>
    history.mirrors.filter(({ what }) => what === 'skipped').length,
  'tombstone collected': ({ history }) =>
    history.tombstones.reduce((sum, { ids }) => sum + ids.length, 0),
  'lease taken over': takeovers,
  'write of an older epoch refused': ({ history }) =>
    history.epochs.filter(({ what }) => what === 'rejected').length,
  'repaired by a read': repairs('read-repair'),
  'repaired by anti-entropy': repairs('anti-entropy'),
  'caught up by delta': repairs('delta'),
  'restored from a snapshot': repairs('snapshot'),
  'region read-only': modes('read-only'),
  'pinned points sent over a link': ({ history }) => history.carried.length,
  'store answered without its data': answeredWithoutData,
} satisfies Record<string, StateCount>

export type StateName = keyof typeof states
