import { type LinkPlan, type Plan, roundTripUs } from './plan.ts'
import type { Windows } from './profile.ts'
import { SECOND, type Us } from './units.ts'

/** Payload of a TCP segment: 1,500 bytes of Ethernet less 40 of headers and 12 of the timestamp option. */
export const SEGMENT_BYTES = 1448

/** Kafka, max.partition.fetch.bytes: what one fetch of a mirror brings of each partition, and one record at least. */
export const PARTITION_BYTES = 1_048_576

/** Kafka, request.timeout.ms: when a connection is given up if a fetch has not come in whole. */
export const FETCH_DEADLINE_US: Us = 30 * SECOND

/** Who talks over a connection: each has buffers of its own size. */
export type Service = keyof Windows

/**
 * Bytes that TCP keeps on their way where a share `p` of segments is lost: MSS · √(3/2) / √p. Divided by the round
 * trip it is the throughput of Mathis, Semke, Mahdavi and Ott, "The Macroscopic Behavior of the TCP Congestion
 * Avoidance Algorithm" (1997). Nothing is lost: no bound.
 */
export const mathisBytes = (lossShare: number): number =>
  lossShare === 0
    ? Number.POSITIVE_INFINITY
    : (SEGMENT_BYTES * Math.sqrt(1.5)) / Math.sqrt(lossShare)

/** The window of a connection over a link, without losses; infinite where there is none. */
export function windowOf(link: LinkPlan, windows: Windows | undefined, service: Service): number {
  const bytes = link.windowBytes ?? windows?.[service] ?? 0
  return bytes === 0 ? Number.POSITIVE_INFINITY : bytes
}

/**
 * Bytes a second that one connection over a link gets at most, from its window, the link's losses and its round trip;
 * infinite where nothing bounds it, and on real servers, where Toxiproxy ends every connection at both of its sides.
 */
export function mostPerSecond(plan: Plan, link: LinkPlan, service: Service): number {
  const { windows } = plan.profile
  const bytes = Math.min(windowOf(link, windows, service), mathisBytes(link.lossShare))
  const us = roundTripUs(plan, link)
  return plan.world !== 'sim' || us === 0 ? Number.POSITIVE_INFINITY : (bytes * SECOND) / us
}

/** How long a full fetch of one topic is on its way over a link at most: meanwhile its mirror brings nothing. */
export function longestFetchUs(plan: Plan, link: LinkPlan): Us {
  const bytes = plan.log.partitions * PARTITION_BYTES
  const perSecond = mostPerSecond(plan, link, 'mirror')
  const us = Math.ceil((bytes / perSecond) * SECOND) + roundTripUs(plan, link)
  return Math.min(us, FETCH_DEADLINE_US)
}
