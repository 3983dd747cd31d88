import type { System } from '../ports/system.ts'
import { launcher } from '../run/launch.ts'
import { spaceOf } from '../workload/pool.ts'
import { vectorsOf } from '../worlds/adapters/vectors.ts'
import { liveAsAgent } from '../worlds/containers/agent-process.ts'
import { dataSet, systems } from './catalogue.ts'

/** The program of one region's agent on real servers: forked by the harness, which sends it all else. */
liveAsAgent({
  launch: (plan, emit) => launcher(plan, systems[plan.system.kind] as System, emit),
  vectors: (plan) => vectorsOf(dataSet(plan.data.set)),
  space: (plan) => spaceOf(dataSet(plan.data.set), plan.data.base),
})
