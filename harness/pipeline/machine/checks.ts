import { LEAST_ALLOWED_US } from '../../analysis/facts/pace.ts'
import { counted, countText, durationText } from '../../text/value.ts'
import { MOST_REGIONS } from '../../worlds/containers/capabilities.ts'
import { MIB_PER_REGION } from '../../worlds/containers/topology/preflight.ts'
import type { Check } from './check.ts'
import { calmCheck } from './cpu-check.ts'
import { dockerChecks } from './docker-checks.ts'
import type { MachineReading } from './reading.ts'

/** The most memory that a run of partition-heal in the simulator had, judged and reported: measured 2026-11-30, Node 20. */
const SIM_MIB = 360
/** What that run left on the disk, measured then too. */
const RUN_MIB = 13
/** Fewer runs than a campaign of a hundred keeps with their reports: its disk fills. */
const RUNS = 100
/** A record has whole µs. */
const COARSE_NS = 1_000
/** What most scenarios that ship have. */
const REGIONS = 3

/** Everything that runs need of a machine, in the order to mend it, from what the machine said. */
export const checksOf = (reading: MachineReading): Check[] => [
  nodeCheck(reading),
  memoryCheck(reading),
  diskCheck(reading),
  graphsCheck(reading),
  clockCheck(reading),
  ...serverChecks(reading),
]

const serverChecks = (reading: MachineReading): Check[] => [
  platformCheck(reading),
  packagesCheck(reading),
  ...dockerChecks(reading.docker),
  serverMemoryCheck(reading),
  calmCheck(reading.cpu),
  timersCheck(reading),
  portsCheck(reading),
  openFilesCheck(reading),
  countingCheck(reading),
  ...kernelChecks(reading),
]

function nodeCheck({ node: { version, wanted } }: MachineReading): Check {
  const base = { name: 'Node', world: 'sim' as const }
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(wanted) ?? []).map(Number)
  const [, hasMajor = 0, hasMinor = 0] = (/(\d+)\.(\d+)/.exec(version) ?? []).map(Number)
  const enough = hasMajor > major || (hasMajor === major && hasMinor >= minor)
  const least = `${major}.${minor} or later`
  if (enough) return { ...base, state: 'ok', says: `${version}, needs ${least}.`, mend: null }
  return {
    ...base,
    state: 'missing',
    says: `${version} is too old: Faultline needs ${least}.`,
    mend: `Install Node ${major}.${minor} or later: nodejs.org, or nvm install ${major}`,
  }
}

function memoryCheck({ memory: { availableMiB } }: MachineReading): Check {
  const base = { name: 'memory', world: 'sim' as const }
  if (availableMiB === null)
    return { ...base, state: 'unknown', says: 'How much is free cannot be told here.', mend: null }
  const have = `${countText(availableMiB)} MiB are free; partition-heal in the simulator took ${SIM_MIB} MiB`
  if (availableMiB >= SIM_MIB) return { ...base, state: 'ok', says: `${have}.`, mend: null }
  return { ...base, state: 'missing', says: `${have}.`, mend: 'End other programs.' }
}

function diskCheck({ disk: { path, freeMiB } }: MachineReading): Check {
  const base = { name: 'disk', world: 'sim' as const }
  if (freeMiB === null) {
    const says = `How much is free for runs (${path}) cannot be told here.`
    return { ...base, state: 'unknown', says, mend: null }
  }
  const says = `${countText(freeMiB)} MiB are free for runs (${path}); a run of partition-heal leaves ${RUN_MIB} MiB.`
  const mend =
    'Remove runs nobody needs (faultline runs lists them), or give a folder elsewhere: --out'
  if (freeMiB < RUN_MIB) return { ...base, state: 'missing', says, mend }
  return freeMiB < RUNS * RUN_MIB
    ? { ...base, state: 'weak', says, mend }
    : { ...base, state: 'ok', says, mend: null }
}

function graphsCheck({ packages: { graphs } }: MachineReading): Check {
  const base = { name: 'graphs', world: 'sim' as const }
  if (graphs === null)
    return { ...base, state: 'ok', says: 'hnswlib-node is here: index: hnsw works.', mend: null }
  return {
    ...base,
    state: 'weak',
    says: 'hnswlib-node is not installed or was not compiled: scenarios with index: hnsw are refused.',
    mend: `With a C++ compiler and python3: ${graphs}`,
  }
}

function clockCheck({ clock: { grainNs } }: MachineReading): Check {
  const base = { name: 'clock', world: 'sim' as const }
  const says = `The monotonic clock moves in steps of ${countText(grainNs)} ns; records have whole µs.`
  if (grainNs <= COARSE_NS) return { ...base, state: 'ok', says, mend: null }
  return {
    ...base,
    state: 'weak',
    says: `${says} Times on real servers are no finer than that.`,
    mend: 'Look at the clock source of the kernel: /sys/devices/system/clocksource/clocksource0',
  }
}

function platformCheck({ platform }: MachineReading): Check {
  const base = { name: 'system', world: 'containers' as const }
  if (platform === 'linux') return { ...base, state: 'ok', says: 'Linux.', mend: null }
  return {
    ...base,
    state: 'missing',
    says: `Real servers run on Linux only, not on ${platform}: their network cannot be listened on elsewhere.`,
    mend: 'Use a Linux machine or virtual machine, or the simulator: --world sim',
  }
}

function packagesCheck({ packages: { servers } }: MachineReading): Check {
  const base = { name: 'packages', world: 'containers' as const }
  if (servers === null)
    return { ...base, state: 'ok', says: 'The clients of the servers are installed.', mend: null }
  const says = 'Packages that only real servers need are not installed.'
  return { ...base, state: 'missing', says, mend: servers }
}

function serverMemoryCheck({ memory: { availableMiB } }: MachineReading): Check {
  const base = { name: 'memory for servers', world: 'containers' as const }
  if (availableMiB === null)
    return { ...base, state: 'unknown', says: 'How much is free cannot be told here.', mend: null }
  const regions = Math.min(MOST_REGIONS, Math.floor(availableMiB / MIB_PER_REGION))
  const says = `${countText(availableMiB)} MiB are enough for ${counted(regions, 'region')}: one is counted as ${MIB_PER_REGION} MiB, and ${MOST_REGIONS} are the most.`
  const mend = 'End other programs, or write fewer regions.'
  if (regions < 1) return { ...base, state: 'missing', says, mend }
  return regions < REGIONS
    ? { ...base, state: 'weak', says, mend }
    : { ...base, state: 'ok', says, mend: null }
}

function timersCheck({ clock: { lateP99Us } }: MachineReading): Check {
  const base = { name: 'timers', world: 'containers' as const }
  if (lateP99Us === null)
    return { ...base, state: 'unknown', says: 'How late timers fire was not watched.', mend: null }
  const bound = `a run is invalid above ${durationText(LEAST_ALLOWED_US)}, or a tenth of its tightest limit`
  const says = `99 of 100 timers fire less than ${durationText(lateP99Us)} late; ${bound}.`
  if (lateP99Us <= LEAST_ALLOWED_US) return { ...base, state: 'ok', says, mend: null }
  return {
    ...base,
    state: 'weak',
    says,
    mend: 'End what takes the CPU, or use a machine with more cores.',
  }
}

function portsCheck({ ports: { free, wanted } }: MachineReading): Check {
  const base = { name: 'ports', world: 'containers' as const }
  const says = `${free} of the ${wanted} ports on 127.0.0.1 that three regions take could be had.`
  if (free >= wanted) return { ...base, state: 'ok', says, mend: null }
  return { ...base, state: 'missing', says, mend: 'See what listens there (ss -ltn) and end it.' }
}

/** A generator holds a connection for each operation in flight, and each region may have this many by default. */
const IN_FLIGHT = 4_096

function openFilesCheck({ openFiles: { most, known } }: MachineReading): Check {
  const base = { name: 'open files', world: 'containers' as const }
  if (!known)
    return { ...base, state: 'unknown', says: 'The limit cannot be told here.', mend: null }
  if (most === null)
    return { ...base, state: 'ok', says: 'A process may open any number.', mend: null }
  const says = `A process may open ${countText(most)}; each operation in flight is a connection`
  if (most > IN_FLIGHT) return { ...base, state: 'ok', says: `${says}.`, mend: null }
  return {
    ...base,
    state: 'weak',
    says: `${says}, and a region may have ${countText(IN_FLIGHT)}.`,
    mend: 'ulimit -n 65536, or lower inFlight: { max } of the load',
  }
}

function countingCheck({ kernel: { byteCounting } }: MachineReading): Check {
  const base = { name: 'bytes on links', world: 'containers' as const }
  if (byteCounting.length === 0)
    return { ...base, state: 'ok', says: 'They can be counted.', mend: null }
  return {
    ...base,
    state: 'weak',
    says: `They are not counted without ${byteCounting.join(', ')}: limits on link-bytes end unknown.`,
    mend: 'Run as root, with the packages util-linux and iptables installed.',
  }
}

/** Nothing of today's faults on real servers stands on these: what it would take is said, and no machine fails for it. */
function kernelChecks({ kernel: { netem }, docker }: MachineReading): Check[] {
  const none = 'no fault on real servers uses it yet (loss and bandwidth of a whole link would).'
  const base = { name: 'netem', world: 'containers' as const, mend: null }
  const seen =
    netem === null ? 'It could not be tried' : netem ? 'The kernel has it' : 'The kernel lacks it'
  const state = netem === null ? 'unknown' : 'ok'
  return [{ ...base, state, says: `${seen}; ${none}` }, ...quotaChecks(docker)]
}

function quotaChecks(docker: MachineReading['docker']): Check[] {
  if (!docker.ready) return []
  const seen = docker.cpuQuota
    ? `Containers can be given a share of CPU (cgroup v${docker.cgroup})`
    : `Containers cannot be given a share of CPU (cgroup v${docker.cgroup})`
  const says = `${seen}; no fault on real servers uses it yet (brown-out would).`
  return [{ name: 'CPU quota', world: 'containers', state: 'ok', says, mend: null }]
}
