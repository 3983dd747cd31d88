import { durabilityBugs } from './durability.ts'
import { harnessBugs } from './harness.ts'
import type { PlantedBug } from './planted-bug.ts'
import { readBugs } from './reads.ts'
import { replicationBugs } from './replication.ts'

export const plantedBugs: readonly PlantedBug[] = [
  ...replicationBugs,
  ...durabilityBugs,
  ...readBugs,
  ...harnessBugs,
]
