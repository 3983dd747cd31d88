import type { RegionName, Us } from './units.ts'

/** One direction of a link. */
export type LinkName = { from: RegionName; to: RegionName }

/**
 * How delay that varies is drawn. A link's own jitter: `uniform` is ± the amount, the others add the amount on the average.
 * A fault's: every law adds the amount on the average and never takes away, `uniform` between 0 and twice the amount.
 */
export type DelayLaw = 'uniform' | 'exponential' | 'pareto'

/** What is wrong, and where. Link faults name every direction they touch. */
export type FaultKind =
  | { kind: 'partition'; links: LinkName[] }
  | { kind: 'one-way-cut'; links: LinkName[] }
  | { kind: 'hold'; links: LinkName[] }
  | { kind: 'flap'; links: LinkName[]; upUs: Us; downUs: Us }
  | { kind: 'latency'; links: LinkName[]; addUs: Us }
  | { kind: 'jitter'; links: LinkName[]; addUs: Us; law: DelayLaw }
  | { kind: 'loss'; links: LinkName[]; share: number }
  | { kind: 'bandwidth'; links: LinkName[]; bitsPerSec: number }
  | { kind: 'connection-bandwidth'; links: LinkName[]; bitsPerSec: number }
  | { kind: 'connection-reset'; links: LinkName[] }
  | { kind: 'slow-close'; links: LinkName[]; delayUs: Us }
  | { kind: 'mirror-kill'; links: LinkName[] }
  | { kind: 'mirror-pause'; links: LinkName[] }
  | { kind: 'mirror-stall'; links: LinkName[] }
  | { kind: 'region-pause'; region: RegionName }
  | { kind: 'region-crash'; region: RegionName }
  | { kind: 'region-loss'; region: RegionName }
  | { kind: 'agent-pause'; region: RegionName }
  | { kind: 'agent-crash'; region: RegionName }
  | { kind: 'store-freeze'; region: RegionName }
  | { kind: 'store-crash'; region: RegionName }
  | { kind: 'log-freeze'; region: RegionName }
  | { kind: 'log-crash'; region: RegionName }
  | { kind: 'log-disk-full'; region: RegionName }
  | { kind: 'broker-loss'; region: RegionName; count: number }
  | { kind: 'index-rebuild'; region: RegionName; factor: number }
  | { kind: 'brown-out'; region: RegionName; factor: number; share: number }
  | { kind: 'clock-skew'; region: RegionName; offsetUs: Us; driftPpm: number }
  | { kind: 'clock-strobe'; region: RegionName; offsetUs: Us; everyUs: Us }
  | { kind: 'log-clock-skew'; region: RegionName; offsetUs: Us }

/**
 * A fault as planned: `atUs` and `untilUs` count from the start of warm-up. `region-crash`, `agent-crash`,
 * `store-crash`, `log-crash` and `mirror-kill` are down until `untilUs`, then start again (a start has its own
 * length). `brown-out` multiplies the service time of a `share` of all store calls by `factor`. `clock-skew` moves
 * the clock of a region's agent, `log-clock-skew` the clock its log stamps records with.
 * `region-loss` is a `region-crash` whose disks are gone: store, log and what the agent keeps begin empty, mirrors into
 * the region and out of it from the start of what logs still hold. A stalled mirror's process lives, its task does not.
 * `broker-loss` takes `count` of the 3 brokers a log runs on; an append needs 2 in sync. `index-rebuild` makes searches
 * take `factor` times as long, and has built all graphs anew when it ends. `clock-strobe` moves the wall clock by
 * `offsetUs` and back, every `everyUs`.
 * `connection-bandwidth` holds for each connection of the links apart, `bandwidth` for all that cross them together.
 */
export type FaultPlan = FaultKind & { name: string; atUs: Us; untilUs: Us }

export type FaultKindName = FaultKind['kind']

export const linkText = (link: LinkName): string => `${link.from}>${link.to}`

/** `fault cut (partition)`: a fault as messages name it. */
export const faultText = ({ name, kind }: FaultPlan): string =>
  name === kind ? `fault ${kind}` : `fault ${name} (${kind})`
