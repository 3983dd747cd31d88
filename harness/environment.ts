import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, cpus, platform, release, totalmem } from 'node:os'

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
}

export const faultlineVersion: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version

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
