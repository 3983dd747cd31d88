import type { Witness } from '../../model/finding.ts'
import { moment } from '../../text/wording.ts'
import type { Op } from '../facts/op.ts'
import type { Version } from '../facts/versions.ts'
import { linesOf, readText, versionText } from '../facts/wording.ts'
import { type Access, type Cluster, endOf, startOf } from '../registers/clusters.ts'
import type { Read } from '../registers/register.ts'

/** What a read was shown that no order explains, as sentences. */

/** Lines of some operations, each once, in order. */
export const linesOfAll = (ops: readonly { op: Op | null }[]): number[] =>
  [...new Set(ops.flatMap(({ op }) => linesOf(op)))].sort((a, b) => a - b)

export function inventedWitness({ op, shown }: Read): Witness {
  return {
    sentence: `${readText(op)}, showed write ${shown} of id ${op.id}, which no client wrote.`,
    lines: linesOf(op),
  }
}

export function earlyWitness({ op }: Read, of: Version): Witness {
  return {
    sentence: `${readText(op)}, showed ${versionText(of)} and was over before that was sent.`,
    lines: linesOfAll([{ op }, of]),
  }
}

/** `null`: what an id begins with that is not in the base. */
export const versionOrNothing = (version: Version | null): string =>
  version ? versionText(version) : 'nothing'

/**
 * `inner` came after something of `outer` and was over before the rest of it. Of all accesses that show it those are
 * told that need the fewest words: the writes themselves, then the first reads.
 */
export function partedWitness(outer: Cluster, inner: Cluster): Witness {
  const over = earliest(inner, ({ to }) => to < startOf(outer))
  const came = earliest(inner, ({ from }) => endOf(outer) < from)
  const was = earliest(outer, ({ to }) => to < came.from)
  const late = earliest(outer, ({ from }) => over.to < from)
  const between = inner.version
    ? `${versionText(inner.version)} had taken its place: ${cameText(came)} ${afterText(was)}${overText(over)}`
    : `${readText(came.op as Op)}, ${afterText(was)}, had shown nothing`
  return {
    sentence: `${readText(late.op as Op)}, showed ${versionOrNothing(outer.version)}, although ${between}.`,
    lines: linesOfAll([was, late, over, came]),
  }
}

const earliest = ({ accesses }: Cluster, fits: (access: Access) => boolean): Access =>
  accesses.find(fits) as Access

function cameText({ op, from }: Access): string {
  if (op?.kind !== 'fetch') return `it was sent at ${moment(from)},`
  return `fetch ${op.op} of ${op.client}, sent at ${moment(from)}, showed it`
}

function afterText({ op }: Access): string {
  if (!op) return 'after the run began'
  if (op.kind === 'fetch') return `after fetch ${op.op} had shown the other`
  return 'after the other was acknowledged'
}

/** The acknowledgement of a write stands beside its name. */
function overText({ op, to }: Access): string {
  if (op?.kind !== 'fetch') return ''
  return `, and fetch ${op.op} of ${op.client} had shown it by ${moment(to)}`
}
