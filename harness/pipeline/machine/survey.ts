import { readFileSync, statfsSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, resolve } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { EnvironmentError } from '../../model/errors.ts'
import { CapabilityMissing } from '../../ports/errors.ts'
import { pause } from '../../worlds/adapters/host-clock.ts'
import { freeHostPorts } from '../../worlds/containers/topology/host-ports.ts'
import { portsNeeded } from '../../worlds/containers/topology/layout.ts'
import { availableMiB } from '../../worlds/containers/topology/preflight.ts'
import type { Docker } from '../../worlds/images/docker.ts'
import { loadHnswlib } from '../../worlds/sim/graph.ts'
import { foreignShare, look, takersBetween } from '../cpu-time.ts'
import { LOOP_GRAIN_MS, lateUs } from '../health.ts'
import { serverClients } from '../open-containers.ts'
import { installCommand } from '../peers.ts'
import { dockerReading } from './docker-reading.ts'
import { kernelReading } from './kernel-reading.ts'
import type { ClockReading, CpuReading, MachineReading } from './reading.ts'

/** Regions of the run whose ports are looked for: as many as most scenarios that ship have. */
const REGIONS = 3
/** Differences of this many reads of the clock show its grain. */
const CLOCK_READS = 2_000

/**
 * Reads what this machine is and has, and watches its CPU and our timers for `watchMs`. Starts nothing that stays;
 * rejects for nothing a machine can lack. `folder`: where runs are to go.
 */
export async function surveyMachine(
  docker: Docker,
  { folder, watchMs }: { folder: string; watchMs: number },
): Promise<MachineReading> {
  const { cpu, lateP99Us } = await watchCpu(watchMs)
  const clock: ClockReading = { grainNs: grainOfClock(), lateP99Us }
  return {
    platform: process.platform,
    node: { version: process.version, wanted: enginesWanted() },
    packages: { graphs: graphsLack(), servers: installCommand(serverClients(['milvus'])) },
    memory: { availableMiB: availableMiB() ?? null },
    disk: { path: folder, freeMiB: freeMiB(folder) },
    cpu,
    clock,
    openFiles: openFiles(),
    docker: await dockerReading(docker, freeMiB),
    kernel: await kernelReading(),
    ports: await portsThatAreFree(portsNeeded(REGIONS) + 1 + REGIONS),
  }
}

/** What of all cores others take, while we wait; containers of this machine are others as long as no run lasts. */
export async function watchCpu(
  watchMs: number,
): Promise<{ cpu: CpuReading | null; lateP99Us: number }> {
  const loop = monitorEventLoopDelay({ resolution: LOOP_GRAIN_MS })
  loop.enable()
  const before = look()
  const startMs = performance.now()
  await pause(watchMs * 1000)
  const now = look()
  loop.disable()
  const lateP99Us = lateUs(loop.percentile(99))
  const containers = { containers: false }
  const foreign = before && now && foreignShare(before, now, containers)
  if (!before || !now || foreign === null) return { cpu: null, lateP99Us }
  const steal = (now.steal - before.steal) / (now.total - before.total)
  const cpu = {
    cores: cpus().length,
    seconds: (performance.now() - startMs) / 1000,
    foreign: Math.max(0, foreign - steal),
    steal,
    takers: takersBetween(before, now, containers),
  }
  return { cpu, lateP99Us }
}

const enginesWanted = (): string =>
  JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')).engines.node

/** What installs the package that graphs in the simulator need; null where it is. */
function graphsLack(): string | null {
  try {
    loadHnswlib()
    return null
  } catch (error) {
    if (!(error instanceof CapabilityMissing)) throw error
    return 'npm install hnswlib-node && npm rebuild hnswlib-node'
  }
}

/** Free for this user, in MiB, where a path is or would be made; null where that cannot be read. */
function freeMiB(path: string): number | null {
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      const { bavail, bsize } = statfsSync(at)
      return Math.floor((bavail * bsize) / 2 ** 20)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || at === dirname(at)) return null
    }
  }
}

/** The smallest step between two reads of the clock that all times of a run are taken from. */
function grainOfClock(): number {
  let smallest = Number.POSITIVE_INFINITY
  let before = process.hrtime.bigint()
  for (let read = 0; read < CLOCK_READS; read++) {
    const now = process.hrtime.bigint()
    const step = Number(now - before)
    if (step > 0) smallest = Math.min(smallest, step)
    before = now
  }
  return smallest
}

function openFiles(): MachineReading['openFiles'] {
  try {
    const [, soft] =
      /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    if (soft === 'unlimited') return { most: null, known: true }
    return soft === undefined ? { most: null, known: false } : { most: Number(soft), known: true }
  } catch {
    return { most: null, known: false }
  }
}

async function portsThatAreFree(wanted: number): Promise<MachineReading['ports']> {
  for (let free = wanted; free > 0; free = Math.floor(free / 2)) {
    try {
      await freeHostPorts(free)
      return { free, wanted }
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error
    }
  }
  return { free: 0, wanted }
}
