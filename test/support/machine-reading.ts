import type { MachineReading } from '../../harness/pipeline/machine/reading.ts'
import { type ImageSource, serverNames } from '../../harness/worlds/images/image-list.ts'
import type { ImageState } from '../../harness/worlds/images/images.ts'

/** All images of one source, in one state but for those given another. */
export const someImages = (
  source: ImageSource,
  states: Partial<Record<ImageState['server'], ImageState['state']>> = {},
): ImageState[] =>
  serverNames.map((server) => ({
    ...{ server, source, image: `faultline-${server}:1`, get: `docker/build ${server}` },
    state: states[server] ?? 'present',
  }))

/** What a machine says that lacks nothing, but for what a test plants. */
export const aReading = (planted: Partial<MachineReading> = {}): MachineReading => ({
  platform: 'linux',
  node: { version: 'v20.20.2', wanted: '>=20.19' },
  packages: { graphs: null, servers: null },
  memory: { availableMiB: 16_000 },
  disk: { path: 'runs', freeMiB: 60_000 },
  cpu: { cores: 2, seconds: 2, foreign: 0.02, steal: 0, takers: [] },
  clock: { grainNs: 40, lateP99Us: 900 },
  openFiles: { most: 65_536, known: true },
  docker: aDocker(),
  kernel: { netem: true, byteCounting: [] },
  ports: { free: 38, wanted: 38 },
  ...planted,
})

type Ready = Extract<MachineReading['docker'], { ready: true }>

export const aDocker = (planted: Partial<Ready> = {}): Ready => ({
  ready: true,
  ...{ version: '20.10.24', api: '1.41', cgroup: '2', cpuQuota: true },
  disk: { path: '/var/lib/docker', freeMiB: 60_000 },
  images: someImages('built'),
  ...planted,
})
