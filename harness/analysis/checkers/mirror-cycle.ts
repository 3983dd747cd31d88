import type { Witness } from '../../model/finding.ts'
import type { WriteId } from '../../model/point.ts'
import type { RegionName } from '../../model/units.ts'
import { counted } from '../../text/value.ts'
import { moment } from '../../text/wording.ts'
import type { Facts } from '../facts/facts.ts'
import type { History } from '../facts/history.ts'
import type { Hop } from '../facts/hops.ts'
import { mayRepeat } from '../facts/mirroring.ts'
import { repeatsOf } from '../metrics/copies.ts'
import { type Checker, conclude } from './finding.ts'

/**
 * Copies end where they arrive: none comes back into the log its write was first put into, and none is made again
 * where no restart of the mirror, no fault on its way and no machine that could not keep up explains it. Says nothing
 * where there are no mirrors.
 */
export const mirrorCycle: Checker = (facts) => {
  const { history } = facts
  const copies = history.hops.count(({ hop }) => hop === 'mirrored')
  if (copies === 0 && history.mirrors.length === 0) return null
  const echoes = echoesOf(history)
  const back = new Set(echoes.map(({ copy }) => copy.line))
  const again = unexplained(facts).filter((hop) => !back.has(hop.line))
  const violations = echoes.length + again.length
  return conclude({
    checker: 'mirror-cycle',
    about: 'correctness',
    promised: true,
    evidence: copies,
    violations,
    witnesses: [...echoes.slice(0, 8).map(echoed), ...again.slice(0, 8).map(repeated)],
    held: `None of ${counted(copies, 'copy', 'copies')} came back to where it was written, or was made twice without a reason.`,
    broken:
      `Of ${counted(copies, 'copy', 'copies')} ${echoes.length} came back into the log its write was first put ` +
      `into, and ${again.length} were made again without a reason.`,
    unseen: 'Mirrors ran, but copied nothing.',
  })
}

type Echo = { copy: Hop; first: Hop }

/**
 * Copies that came home. Where a region put a write into its log that it only had as a copy, that log is not a home
 * of the write; if the client itself tried there too, it is.
 */
function echoesOf({ hops, ops }: History): Echo[] {
  const homes = new Map<WriteId, Map<RegionName, Hop>>()
  const copied = new Map<WriteId, Set<RegionName>>()
  const echoes: Echo[] = []
  for (const hop of hops) {
    const { write, region, from } = hop
    if (hop.hop === 'logged') {
      const relayed = copied.get(write)?.has(region) && !ops.of(write)?.asked.includes(region)
      if (relayed) continue
      const own = homes.get(write) ?? new Map<RegionName, Hop>()
      if (!own.has(region)) own.set(region, hop)
      homes.set(write, own)
    }
    if (hop.hop !== 'mirrored' || from === undefined) continue
    const own = homes.get(write)
    const first = own?.get(region)
    if (first && !own?.has(from)) echoes.push({ copy: hop, first })
    const seen = copied.get(write) ?? new Set()
    copied.set(write, seen.add(region))
  }
  return echoes
}

/** Copies beyond the first that nothing explains. */
function unexplained(facts: Facts): Hop[] {
  const byLink = new Map(facts.mirrorings.map((mirroring) => [mirroring.link, mirroring]))
  return repeatsOf(facts.history).flatMap(({ link, hop }) => {
    const mirroring = byLink.get(link)
    return mirroring && !mayRepeat(mirroring, facts, hop.t) ? [hop] : []
  })
}

const echoed = ({ copy, first }: Echo): Witness => ({
  sentence:
    `Write ${copy.write} of id ${copy.id}, which ${copy.region} logged itself at ${moment(first.t)}, came back ` +
    `into its log from ${copy.from} at ${moment(copy.t)}.`,
  lines: [first.line, copy.line],
})

const repeated = (hop: Hop): Witness => ({
  sentence:
    `Write ${hop.write} of id ${hop.id} was copied from ${hop.from} to ${hop.region} once more at ` +
    `${moment(hop.t)}, without a restart or a fault that explains it.`,
  lines: [hop.line],
})
