import { Distribution } from '../../base/histogram.ts'
import type { Witness } from '../../model/finding.ts'
import type { Guarantee } from '../../model/guarantees.ts'
import type { Us } from '../../model/units.ts'
import { counted } from '../../text/value.ts'
import { moment, seconds } from '../../text/wording.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'
import type { Version, Versions } from '../facts/versions.ts'
import { linesOf, versionText } from '../facts/wording.ts'
import { type Checker, conclude, heldTo } from './finding.ts'

/** null: no bound. */
type Bounds = { us: Us | null; versions: number | null }

/** How far behind one answer was; `shown` null: a fetch that found nothing. */
type Stale = { read: Op; shown: Version | null; us: Us; versions: number }

/**
 * An answer without a stale flag shows nothing that had been superseded for longer than promised when it was asked
 * for, and nothing with more newer acknowledged versions than promised. It is also the checker for flags: what is
 * beyond the bound and says so is no violation. Says nothing where no bound is promised: the metric `staleness` does.
 */
export const boundedStaleness: Checker = (facts, guarantees) => {
  const { stalenessUs, staleVersions } = guarantees
  if (!stalenessUs && !staleVersions) return null
  const bounds: Bounds = { us: stalenessUs?.is ?? null, versions: staleVersions?.is ?? null }
  const lengths = new Distribution()
  const beyond: Stale[] = []
  let evidence = 0
  let flagged = 0
  for (const read of facts.history.ops) {
    if (read.outcome !== 'ok' || (read.kind !== 'search' && read.kind !== 'fetch')) continue
    if (read.stale) {
      flagged++
      continue
    }
    const stale = stalest(read, facts.versions)
    if (!stale) continue
    evidence++
    lengths.add(stale.us)
    if (isBeyond(stale, bounds)) beyond.push(stale)
  }
  const found = `p99 ${lengthText(lengths, 0.99)}, longest ${lengthText(lengths, 1)}; ${flagged} more were flagged`
  return conclude({
    checker: 'bounded-staleness',
    about: 'promise',
    ...heldToBoth([stalenessUs, staleVersions], facts),
    evidence,
    violations: beyond.length,
    witnesses: beyond.slice(0, 8).map(witness),
    held: `No unflagged answer of ${counted(evidence, 'read')} showed anything ${boundText(bounds)} (${found}).`,
    broken: `Of ${counted(evidence, 'read')} without a stale flag ${beyond.length} showed something ${boundText(bounds)} (${found}).`,
    unseen: 'No read without a stale flag showed anything.',
  })
}

/** The promise that is not given says why, so that no half of the bound is taken for the whole. */
function heldToBoth(bounds: readonly Guarantee<number>[], facts: Facts): ReturnType<typeof heldTo> {
  const held = bounds.filter((bound) => bound !== null).map((bound) => heldTo(bound, facts))
  return held.find(({ promised }) => !promised) ?? { promised: true }
}

const isBeyond = (stale: Stale, { us, versions }: Bounds): boolean =>
  (us !== null && stale.us > us) || (versions !== null && stale.versions > versions)

function boundText({ us, versions }: Bounds): string {
  const parts = [
    ...(us === null ? [] : [`superseded for more than ${seconds(us)}`]),
    ...(versions === null ? [] : [`more than ${counted(versions, 'version')} behind`]),
  ]
  return parts.join(' or ')
}

function lengthText(lengths: Distribution, q: number): string {
  return lengths.count === 0 ? 'none' : seconds(lengths.quantile(q).low)
}

/** The version of an answer that had been superseded longest; null if it shows nothing that is known. */
function stalest(read: Op, versions: Versions): Stale | null {
  const { dispatched, ids, writes, kind } = read
  if (dispatched === null) return null
  if (ids.length === 0) return kind === 'fetch' ? nothingFound(read, dispatched, versions) : null
  let worst: Stale | null = null
  for (let i = 0; i < ids.length; i++) {
    const shown = versions.get(ids[i] as number, writes[i] as number)
    if (!shown) continue
    const us = Math.max(0, dispatched - shown.sup)
    const newer = us === 0 ? 0 : newerThan(shown, dispatched, versions)
    if (!worst || us > worst.us) worst = { read, shown, us, versions: newer }
  }
  return worst
}

/** Versions invoked after this one was acknowledged, and acknowledged themselves by `us`. */
function newerThan({ id, ack }: Version, us: Us, versions: Versions): number {
  return versions.of(id).filter((other) => other.inv > ack && other.ack <= us).length
}

/** That there is nothing is as old as the last moment when a delete, or nothing yet, may have been current. */
function nothingFound(read: Op, dispatched: Us, versions: Versions): Stale | null {
  const all = versions.of(read.id)
  if (all.length === 0) return null
  const deletes = all.filter(({ deleted, inv }) => deleted && inv <= (read.done ?? dispatched))
  const began = all.reduce((first, { ack }) => Math.min(first, ack), Number.POSITIVE_INFINITY)
  const lastUs = deletes.reduce((last, { sup }) => Math.max(last, sup), began)
  const us = Math.max(0, dispatched - lastUs)
  const newer = all.filter(({ inv, ack }) => inv >= lastUs && ack <= dispatched).length
  return { read, shown: null, us, versions: us === 0 ? 0 : Math.max(1, newer) }
}

function witness({ read, shown, us, versions }: Stale): Witness {
  const what = shown ? versionText(shown) : 'nothing'
  return {
    sentence:
      `${read.kind} ${read.op}, sent to ${read.gateway} at ${moment(read.dispatched ?? read.intended)}, showed ${what} without a ` +
      `stale flag: superseded for ${seconds(us)}, ${counted(versions, 'newer version')}.`,
    lines: [...linesOf(shown?.op ?? null), ...linesOf(read)],
  }
}
