import type { Plan } from '../../../model/plan.ts'
import { SECOND } from '../../../model/units.ts'
import type { System } from '../../../ports/system.ts'
import { EPOCH } from '../../../systems/primary-replica/lease.ts'
import { primaryReplica } from '../../../systems/primary-replica/system.ts'
import { scatterGather } from '../../../systems/scatter-gather/system.ts'
import { COMPLETE } from '../../../systems/shared/holdings.ts'
import { fault, type Ground, groundOf, load } from '../ground.ts'
import { aProfile } from '../plain-plan.ts'
import type { PlantedBug } from '../planted-bug.ts'

const regions = ['us', 'eu', 'ap']
const systems = { 'primary-replica': primaryReplica, 'scatter-gather': scatterGather }
const keys = { fresh: 0.5, existing: 0.5, contended: 0, contendedCount: 0 }
const writers = { upsertPerSec: 8, deletePerSec: 0.5, fetchOwn: 0.5, keys }

/** What differs between the grounds. */
type Loss = Pick<Ground, 'name' | 'unseen' | 'reports'> & {
  kind: 'primary-replica' | 'scatter-gather'
  knobs: object
  faults: Plan['faults']
}

/** Three regions of one system, of which one loses its disks. */
function lossOf({ name, kind, knobs, faults, unseen, reports }: Loss): Ground {
  const system = systems[kind] as System as System<never>
  const settings = system.knobs.parse(knobs) as Record<string, unknown>
  const ground = groundOf(
    name,
    {
      regions,
      system: { kind, knobs: settings },
      profile: aProfile({ restartUs: SECOND, loadedUs: 2 * SECOND }),
      load: regions.map((region) => load({ region, ...writers })),
      faults,
      timeline: { warmupUs: 2 * SECOND, runUs: 24 * SECOND, settleUs: 12 * SECOND },
    },
    [],
    reports,
  )
  return { ...ground, unseen: [...ground.unseen, ...unseen], system }
}

const lost = (region: string) => fault(`lost ${region}`, [10, 13], { kind: 'region-loss', region })
const lease = { primary: 'us', witness: 'ap', leaseUs: 3 * SECOND, partitions: 1, probe: 1 }

/** A replica loses its disks, base and all. */
const replicaLost = lossOf({
  name: 'replica lost',
  kind: 'primary-replica',
  knobs: lease,
  faults: [lost('eu')],
  unseen: ['fenced-primary'],
  reports: ['causal', 'linearizable', 'read-your-writes', 'sequential'],
})

/** A holder of shards does, and another holder has a copy of each. */
const holderLost = lossOf({
  name: 'holder lost',
  kind: 'scatter-gather',
  knobs: { copies: 2, healthUs: SECOND / 2 },
  faults: [lost('eu')],
  unseen: ['partial-flagged', 'mirror-cycle', 'mirror-gap', 'replication-stopped'],
  reports: [],
})

/** `eu` takes over from `us`, which crashes; then the register of the lease loses its disks. */
const registerLost = lossOf({
  name: 'register lost',
  kind: 'primary-replica',
  knobs: lease,
  faults: [fault('crash', [3, 8], { kind: 'region-crash', region: 'us' }), lost('ap')],
  unseen: [],
  reports: ['causal', 'linearizable', 'lost-writes', 'read-your-writes', 'sequential'],
})

/** What a lost disk takes along, and nothing brings back. */

/** The system of a ground, whose agents find `value` on their disk where nothing is. */
function remembering(ground: Ground, key: string, value: number): System<never> {
  const base = ground.system as System<never>
  return {
    ...base,
    start: (terrain, rng, knobs) => {
      const { durable } = terrain
      const load = async (wanted: string) =>
        (await durable.load(wanted)) ?? (wanted === key ? value : undefined)
      const kept = { load, save: (name: string, given: number) => durable.save(name, given) }
      return base.start({ ...terrain, durable: kept }, rng, knobs)
    },
  }
}

const unfilledReplica: PlantedBug = {
  name: 'a replica that lost its disks takes its empty store for whole',
  about: 'It is back after three seconds and applies what comes from then on: the base is missing.',
  ground: replicaLost,
  system: remembering(replicaLost, COMPLETE, 1),
  mustFire: { 'regions-equal': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const unfilledHolder: PlantedBug = {
  name: 'a holder of shards that lost its disks takes its empty store for whole',
  about: 'The other holder of each shard has all its points, and nobody brings them back.',
  ground: holderLost,
  system: remembering(holderLost, COMPLETE, 1),
  mustFire: { 'regions-equal': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const epochReset: PlantedBug = {
  name: 'a register that lost its disks begins with epoch 1 again',
  about: 'Two epochs had been given out; the next primary writes under one of them.',
  ground: registerLost,
  system: remembering(registerLost, EPOCH, 0),
  mustFire: { 'fenced-primary': 'fail' },
  // Regions take what one primary writes for what a former one sends late, or know of nothing to compare.
  mayFire: ['regions-equal', 'writes-follow-reads'],
  verdict: 'fail',
}

export const lossBugs = [unfilledReplica, unfilledHolder, epochReset]
