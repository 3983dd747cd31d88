import type { Witness } from '../../model/finding.ts'
import type { RegionName } from '../../model/units.ts'
import { counted } from '../../text/value.ts'
import { moment } from '../../text/wording.ts'
import type { Facts } from '../facts/facts.ts'
import type { Hop } from '../facts/hops.ts'
import { type Checker, conclude, heldTo } from './finding.ts'

type Twice = { first: Hop; second: Hop; restarted: boolean; harmful: boolean }

/**
 * Each version is put into the store of a region once; what arrives again is found to be there. Applying a version
 * twice does no harm while it is the newest one there, as after a restart; it is told apart from a version that came
 * back over a newer one.
 */
export const doubleApply: Checker = (facts, guarantees) => {
  const { evidence, twice } = applications(facts)
  const restarted = twice.filter((one) => one.restarted).length
  const harmful = twice.filter((one) => one.harmful)
  return conclude({
    checker: 'double-apply',
    about: 'correctness',
    ...heldTo(guarantees.singleApply, facts),
    evidence,
    violations: twice.length,
    witnesses: [...harmful, ...twice.filter((one) => !one.harmful)].slice(0, 8).map(witness),
    held: `Each of ${counted(evidence, 'version')} was applied once in each region.`,
    broken:
      `Of ${counted(evidence, 'version')} applied ${twice.length} were applied again in the same region, ` +
      `${restarted} of them after a restart; ${harmful.length} replaced a newer version by it.`,
    unseen: 'Nothing was applied.',
  })
}

function applications({ history, states, versions, faults }: Facts): {
  evidence: number
  twice: Twice[]
} {
  // What was on a disk that is gone has to be applied again.
  const gone = faults.flatMap(({ plan, injecting }) =>
    plan.kind === 'region-loss' && injecting !== null
      ? [{ in: plan.region, us: injecting[0] }]
      : [],
  )
  const regions = new Map<RegionName, Map<number, Hop>>()
  const twice: Twice[] = []
  let evidence = 0
  for (const hop of history.hops) {
    if (hop.hop !== 'applied') continue
    const { region, id, write } = hop
    const known = regions.get(region) ?? new Map<number, Hop>()
    regions.set(region, known)
    // All versions of the base share write 0.
    const key = write > 0 ? write : -1 - id
    if (hop.dropped) {
      known.delete(key)
      continue
    }
    const first = known.get(key)
    if (
      !first ||
      gone.some((loss) => loss.in === region && first.t < loss.us && loss.us <= hop.t)
    ) {
      evidence++
      known.set(key, hop)
      continue
    }
    const held = states.get(region)?.applied(id, hop.t - 1) ?? write
    const [own, other] = [versions.get(id, write), versions.get(id, held)]
    const harmful = own !== undefined && other !== undefined && own.ack < other.inv
    twice.push({ first, second: hop, restarted: first.incarnation !== hop.incarnation, harmful })
  }
  return { evidence, twice }
}

function witness({ first, second, restarted, harmful }: Twice): Witness {
  const { write, id, region } = first
  const after = restarted ? ', after a restart' : ''
  return {
    sentence:
      `Write ${write} of id ${id} was applied in ${region} at ${moment(first.t)} and again at ${moment(second.t)}${after}` +
      `${harmful ? ', where a newer version had been' : ''}.`,
    lines: [first.line, second.line],
  }
}
