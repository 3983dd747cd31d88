import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { type Docker, DockerError } from '../worlds/images/docker.ts'
import { faultlineVersion } from './version.ts'

/** Where and with what a run was made: for the report, never for the simulation. */
export type Environment = {
  startedAt: string
  faultline: string
  commit: string
  node: string
  host: string
  cpu: string
  cores: number
  memoryGiB: number
  command: string
  /** The scenario's path as it was typed; the plan has only its name. */
  scenarioFile?: string
} & Partial<ServersOfRun>

/** On real servers only: every container before the load, and what they were started from. */
export type ServersOfRun = {
  /** `cpuShare`: of one core. */
  servers: { name: string; memoryMiB: number; cpuShare: number }[]
  /** Name with tag, and id, of each image, once. */
  images: string[]
  /** Whether others left the CPU alone when the run began, null where nobody could tell, and how long it was waited for. */
  calm?: { calm: boolean | null; ms: number }
}

export function describeEnvironment(command: string): Environment {
  const cores = cpus()
  return {
    startedAt: new Date().toISOString(),
    faultline: faultlineVersion,
    commit: commitOfSource(),
    node: process.version,
    host: `${platform()} ${release()} ${arch()}`,
    cpu: cores[0]?.model ?? 'not known',
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    command,
  }
}

/** What servers of a run there are, with the images Docker says they run. Rejects with a DockerError. */
export async function describeServers(
  servers: ServersOfRun['servers'],
  docker: Docker,
): Promise<ServersOfRun> {
  if (servers.length === 0) return { servers, images: [] }
  const names = servers.map(({ name }) => name)
  const format = '{{.Config.Image}} {{.Image}}'
  const { code, stdout, stderr } = await docker([
    ...['container', 'inspect', '--format', format],
    ...names,
  ])
  if (code !== 0) throw new DockerError(`docker container inspect failed: ${stderr.trim()}`)
  return { servers, images: [...new Set(stdout.trim().split('\n'))].sort() }
}

/** The commit of Faultline's own source, `+` if it was changed since; `not known` outside a checkout. */
function commitOfSource(): string {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', new URL('.', import.meta.url).pathname, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+')
  } catch {
    return 'not known'
  }
}

/** What a run wrote down of where it was made; of one that has no such file, this machine. */
export function readEnvironment(
  path: string,
  command = `faultline report ${basename(path)}`,
): Environment {
  try {
    return JSON.parse(readFileSync(join(path, 'environment.json'), 'utf8'))
  } catch {
    return describeEnvironment(command)
  }
}
