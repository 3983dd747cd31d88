import type { RateBracket } from './rate-search.ts'

/** What was measured of a machine. Shares are of all cores. */
export type Measured = {
  simulator: SimulatorSpeed
  generator: GeneratorSpeed
}

/** A scenario that ships, simulated and recorded by one process: `simulatedS` of its time took `realS`. */
export type SimulatorSpeed = {
  scenario: string
  simulatedS: number
  realS: number
  /** Whether it ran to its end, or was broken off because it took too long here. */
  whole: boolean
  foreign: number | null
}

/** Searches a second that the load driver of real servers was seen to keep up with, and the rate at which it was not. */
export type GeneratorSpeed = RateBracket & { seconds: number; foreign: number | null }

/** How far apart both ends of a generator's bracket are to be at most, as a share of the upper one. */
export const BRACKET_WIDTH = 0.15

/**
 * The highest rate a plan may ask of a machine: half of what it was seen to generate. The other half is for what a run
 * has besides its load, which was not measured. Null: no rate was kept up with.
 */
export const trustedRate = ({ kept }: Pick<GeneratorSpeed, 'kept'>): number | null =>
  kept === null ? null : kept / 2
