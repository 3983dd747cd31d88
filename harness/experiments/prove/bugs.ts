import { consistencyBugs } from './bugs/consistency.ts'
import { durabilityBugs } from './bugs/durability.ts'
import { harnessBugs } from './bugs/harness.ts'
import { lossBugs } from './bugs/losses.ts'
import { operationBugs } from './bugs/operations.ts'
import { promiseBugs } from './bugs/promises.ts'
import { readBugs } from './bugs/reads.ts'
import { replicationBugs } from './bugs/replication.ts'
import type { PlantedBug } from './planted-bug.ts'

export const plantedBugs: readonly PlantedBug[] = [
  ...replicationBugs,
  ...durabilityBugs,
  ...readBugs,
  ...operationBugs,
  ...promiseBugs,
  ...lossBugs,
  ...consistencyBugs,
  ...harnessBugs,
]
