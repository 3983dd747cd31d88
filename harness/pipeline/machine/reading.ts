import type { ImageState } from '../../worlds/images/images.ts'
import type { Taker } from '../cpu-time.ts'

/** What a machine says of itself. Null, or absent: it does not say, and nothing is concluded from it. */
export type MachineReading = {
  platform: string
  /** As `process.version` gives it, and the range in package.json. */
  node: { version: string; wanted: string }
  /** What installs optional packages that are missing, for graphs in the simulator and for real servers; null if none is. */
  packages: { graphs: string | null; servers: string | null }
  memory: { availableMiB: number | null }
  /** Free where runs go: the nearest folder that exists. */
  disk: { path: string; freeMiB: number | null }
  cpu: CpuReading | null
  clock: ClockReading
  /** Files and sockets a process may have open; null: no bound, or not known. */
  openFiles: { most: number | null; known: boolean }
  docker: DockerReading
  kernel: KernelReading
  /** Host ports that a run of three regions takes, and how many of them could be had. */
  ports: { free: number; wanted: number }
}

/** `seconds`: how long it was looked at. Shares are of all cores; what is neither ours nor idle is foreign. */
export type CpuReading = {
  cores: number
  seconds: number
  foreign: number
  steal: number
  takers: Taker[]
}

/** `lateP99Us`: how late timers of this process fired; null if none was watched. */
export type ClockReading = { grainNs: number; lateP99Us: number | null }

export type DockerReading =
  | {
      ready: true
      version: string
      api: string
      /** Where images and volumes lie; `freeMiB` null where that is not on this machine or not for us to see. */
      disk: { path: string; freeMiB: number | null }
      cgroup: string
      /** Whether containers can be given a share of CPU. */
      cpuQuota: boolean
      images: ImageState[]
    }
  /** The sentence that says why, with its way out after `Try: `. */
  | { ready: false; why: string }

/** Of what faults and counters on real servers stand on. Null: it could not be tried. */
export type KernelReading = {
  netem: boolean | null
  /** What is missing to count bytes on links; empty if nothing is. */
  byteCounting: string[]
}
