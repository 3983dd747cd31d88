import type { ContainerStats } from 'dockerode'
import { EnvironmentError } from '../../../model/errors.ts'
import { SECOND } from '../../../model/units.ts'
import { within } from '../../adapters/host-clock.ts'

import type { Engine } from './placed-container.ts'
import type { ServerLoad } from './setting.ts'

const WITHIN_US = 10 * SECOND

/** One reading of each container; those that do not run are absent. Docker samples for about a second. */
export async function readLoads(engine: Engine, names: readonly string[]): Promise<ServerLoad[]> {
  const asked = names.map(async (name) => {
    const stats = await engine.getContainer(name).stats({ stream: false })
    return loadOf(name, stats)
  })
  const readings = await within(
    WITHIN_US,
    Promise.all(asked),
    () =>
      new EnvironmentError(
        `Docker gave no container statistics within ${WITHIN_US / SECOND} s. Try: docker stats`,
      ),
  )
  return readings.filter((reading) => reading !== null)
}

export function loadOf(name: string, stats: ContainerStats): ServerLoad | null {
  const { usage, stats: pages } = stats.memory_stats
  if (!usage) return null
  // The page cache can be taken back at any time; cgroup 2 and 1 name it differently.
  const cache = pages.inactive_file ?? pages.total_inactive_file ?? 0
  const { cpu_stats: now, precpu_stats: before } = stats
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage
  const passed = now.system_cpu_usage - (before.system_cpu_usage ?? 0)
  return {
    name,
    memoryMiB: Math.round((usage - cache) / 2 ** 20),
    cpuShare: passed > 0 ? round((used / passed) * now.online_cpus) : 0,
  }
}

const round = (share: number): number => Math.round(share * 1000) / 1000
