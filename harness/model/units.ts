/** Integer microseconds: every time and duration in model, record and analysis. Milliseconds are for display only. */
export type Us = number

export const MS: Us = 1_000
export const SECOND: Us = 1_000_000

/** Name of a region, as written in the scenario. */
export type RegionName = string
