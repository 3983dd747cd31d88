import type { LimitPlan } from './limit.ts'
import type { Us } from './units.ts'

/**
 * Limits that are promised together and signed together: one entry of `profiles:` in a scenario. (A `Profile` is how
 * long servers take, and another thing.) No run fails for one; `faultline sla` holds runs against it.
 */
export type ServiceLevel = {
  name: string
  /** What people call it; the name where nothing was written. */
  title: string
  /** Who answers for it; null where nobody is named. */
  owner: string | null
  /** Length of the windows; the page gives the share of them that keeps each limit. */
  windowUs: Us
  limits: LimitPlan[]
}

/** The name under which a scenario without `profiles:` is held to its own `limits:`. */
export const OWN_LIMITS = 'limits'
