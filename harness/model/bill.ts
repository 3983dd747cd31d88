import type { RegionName } from './units.ts'

/** Prices as their user gave them. `link`: `us-east>eu-west`. */
export type Prices = {
  /** The date they are of, and where they come from, in the user's words. */
  asOf: string
  source: string
  currency: string
  /** Of all that runs in a region, per hour. */
  serverPerHour(region: RegionName): number
  /** Of a GB (10^9 bytes) over a link; undefined: nobody said. */
  egressPerGb(link: string): number | undefined
}

/** What the rate that a search found costs. Money is in `currency`. */
export type Bill = Pick<Prices, 'asOf' | 'source' | 'currency'> & {
  /** At which rate: operations per second, and searches among them. */
  perSec: number
  searchPerSec: number
  servers: { region: RegionName; perHour: number }[]
  /** Bytes as they were simulated at that rate, and what they cost; null: no price was given. */
  egress: { link: string; bytesPerSec: number; perHour: number | null }[]
  perHour: number
  /** null where the load has no searches. */
  perMillionSearches: number | null
  perMillionOperations: number
}
