import { type Guarantees, promisesOf } from '../../model/guarantees.ts'
import type { Plan } from '../../model/plan.ts'
import { renderCheck } from './timeline.ts'

/** A plan as `faultline check` prints it, and as its report shows it. */
export const planText = (plan: Plan, guarantees: Guarantees): string =>
  renderCheck(plan, promisesOf(guarantees, plan.faults))
