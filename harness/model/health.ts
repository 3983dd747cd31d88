import type { Us } from './units.ts'

/**
 * One line of health.jsonl: how the harness was doing. `runUs`: how far the run was, by its own clock. The shares are of
 * all cores and count since the line before; they and the delays are there on real servers only, and where the machine
 * tells. `loopDelay…`: how late timers of the harness's process fired, since the end of warm-up or, before it, since the
 * start.
 */
export type HealthLine = {
  wallMs: number
  runUs: Us
  rssMiB: number
  lines: number
  loopDelayP99Us?: Us
  loopDelayMaxUs?: Us
  /** In use by anybody, the hypervisor included. */
  busyShare?: number
  /** Taken by processes that are neither the harness nor its servers. */
  foreignShare?: number
  /** The greediest of those, by name; absent where none took a hundredth, and in records of before it was kept. */
  takers?: { name: string; share: number }[]
  /** Taken by the hypervisor for other machines. */
  stealShare?: number
}
