import type { System } from '../../../ports/system.ts'
import { EPOCH } from '../../../systems/primary-replica/lease.ts'
import { COMPLETE } from '../../../systems/shared/holdings.ts'
import type { Ground } from '../ground.ts'
import { holderLost, registerLost, replicaLost } from '../loss-grounds.ts'
import type { PlantedBug } from '../planted-bug.ts'

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
