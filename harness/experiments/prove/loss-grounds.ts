import type { Plan } from '../../model/plan.ts'
import { SECOND } from '../../model/units.ts'
import type { System } from '../../ports/system.ts'
import { primaryReplica } from '../../systems/primary-replica/system.ts'
import { scatterGather } from '../../systems/scatter-gather/system.ts'
import { fault, type Ground, groundOf, load } from './ground.ts'
import { aProfile } from './plain-plan.ts'

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
export const replicaLost = lossOf({
  name: 'replica lost',
  kind: 'primary-replica',
  knobs: lease,
  faults: [lost('eu')],
  unseen: ['fenced-primary'],
  reports: ['causal', 'linearizable', 'read-your-writes', 'sequential'],
})

/** A holder of shards does, and another holder has a copy of each. */
export const holderLost = lossOf({
  name: 'holder lost',
  kind: 'scatter-gather',
  knobs: { copies: 2, healthUs: SECOND / 2 },
  faults: [lost('eu')],
  unseen: ['partial-flagged', 'mirror-cycle', 'mirror-gap', 'replication-stopped'],
  reports: [],
})

/** `eu` takes over from `us`, which crashes; then the register of the lease loses its disks. */
export const registerLost = lossOf({
  name: 'register lost',
  kind: 'primary-replica',
  knobs: lease,
  faults: [fault('crash', [3, 8], { kind: 'region-crash', region: 'us' }), lost('ap')],
  unseen: [],
  reports: ['causal', 'linearizable', 'lost-writes', 'read-your-writes', 'sequential'],
})
