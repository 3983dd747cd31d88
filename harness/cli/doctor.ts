import { hostname } from 'node:os'
import { ENVIRONMENT } from '../model/errors.ts'
import { type WorldName, worldNames } from '../model/plan.ts'
import { describeEnvironment } from '../pipeline/environment.ts'
import { type Check, missingFor } from '../pipeline/machine/check.ts'
import { checksOf } from '../pipeline/machine/checks.ts'
import { surveyMachine } from '../pipeline/machine/survey.ts'
import { textTable } from '../text/table.ts'
import { dockerClient } from '../worlds/images/docker.ts'
import { print } from './print.ts'

/** What stands behind `faultline doctor`. */
export type DoctorFlags = { world: WorldName; quick?: boolean; json?: boolean; quiet?: boolean }

/** How long CPU and timers are watched. */
const WATCH_MS = 2_000
/** Docker is asked, not worked with: what does not answer in this time is down. */
const DOCKER_WITHIN_MS = 10_000

/** `faultline doctor`: what this machine can run, and what is in the way. Sets the exit code. */
export async function doctorCommand(flags: DoctorFlags): Promise<void> {
  const step = stepsOn(process.stderr, flags)
  step('looking at this machine, 2 s …')
  const docker = dockerClient({ timeoutMs: DOCKER_WITHIN_MS })
  const reading = await surveyMachine(docker, { folder: 'runs', watchMs: WATCH_MS })
  const checks = checksOf(reading)
  step('')
  const { startedAt, faultline, node, host, cpu, cores, memoryGiB } = describeEnvironment('doctor')
  const machine = { name: hostname(), node, host, cpu, cores, memoryGiB }
  const fit = Object.fromEntries(
    worldNames.map((world) => [world, missingFor(checks, world).length === 0]),
  )
  if (flags.json) {
    print(
      JSON.stringify(
        { format: 1, at: startedAt, faultline, machine, fit, checks, reading },
        null,
        2,
      ),
    )
  } else {
    print(
      `${machine.name}: ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${host}; Faultline ${faultline}`,
    )
    print(checksText(checks))
    print(fitText(checks))
  }
  process.exitCode = missingFor(checks, flags.world).length === 0 ? 0 : ENVIRONMENT
}

/** One line that says what is going on; none where nobody sees it or it is not wanted. */
function stepsOn(
  stream: NodeJS.WriteStream,
  { quiet, json }: Pick<DoctorFlags, 'quiet' | 'json'>,
): (text: string) => void {
  if (quiet || json || !stream.isTTY) return () => {}
  return (text) => stream.write(`\r\x1b[K${text}`)
}

const marks: Record<Check['state'], string> = {
  ok: 'ok',
  weak: 'weak',
  missing: 'MISSING',
  unknown: '?',
}

const titles: Record<WorldName, string> = {
  sim: 'For the simulator',
  containers: 'For real servers (--world containers), besides',
}

/** What was looked at, by the world that needs it: a line each, and under what is not well the way out. */
export function checksText(checks: readonly Check[]): string {
  return worldNames
    .flatMap((world) => {
      const rows = checks
        .filter((check) => check.world === world)
        .map(({ state, name, says, mend }) => [marks[state], name, says, mend] as const)
      const lines = rows.flatMap(([mark, name, says, mend]) => [
        [mark, name, says],
        ...(mend === null ? [] : [['', '', `→ ${mend}`]]),
      ])
      return ['', titles[world], ...textTable(['', '', ''], ['left', 'left', 'left'], lines)]
    })
    .join('\n')
}

/** Whether runs can be made here, world by world. */
export function fitText(checks: readonly Check[]): string {
  const counts = (world: WorldName): string => {
    const missing = missingFor(checks, world)
    if (missing.length === 0) return 'yes'
    return `no, ${missing.map(({ name }) => name).join(', ')} missing`
  }
  return `\nFit for the simulator: ${counts('sim')}. Fit for real servers: ${counts('containers')}.`
}
