import { toJson } from '../base/json.ts'
import { ENVIRONMENT, INTERRUPTED } from '../model/errors.ts'
import { type WorldName, worldNames } from '../model/plan.ts'
import { type Check, missingFor } from '../pipeline/machine/check.ts'
import { checksOf } from '../pipeline/machine/checks.ts'
import type { Trial } from '../pipeline/machine/generator.ts'
import { keep, type Machine, thisMachine } from '../pipeline/machine/kept.ts'
import { measureGenerator, measureSimulator } from '../pipeline/machine/measure.ts'
import type { Measured } from '../pipeline/machine/measured.ts'
import type { MachineReading } from '../pipeline/machine/reading.ts'
import { type RealRun, realRunsIn, runsHere } from '../pipeline/machine/real-runs.ts'
import { surveyMachine } from '../pipeline/machine/survey.ts'
import { generatorText, regionsText, simulatorText } from '../pipeline/machine/trust.ts'
import { faultlineVersion } from '../pipeline/version.ts'
import { textTable } from '../text/table.ts'
import { counted } from '../text/value.ts'
import { dockerClient } from '../worlds/images/docker.ts'
import { onInterrupt } from './interrupt.ts'
import { print } from './print.ts'

/** What stands behind `faultline doctor`. */
export type DoctorFlags = { world: WorldName; quick?: boolean; json?: boolean; quiet?: boolean }

/** All that `--json` prints. `kept`: the file that keeps what was measured, for `check`. */
type Page = {
  format: 1
  at: string
  faultline: string
  machine: Machine
  fit: Record<WorldName, boolean>
  checks: Check[]
  /** Null with --quick. */
  measured: Measured | null
  kept: string | null
  /** Runs on real servers of this machine that are on record. */
  realRuns: RealRun[]
  reading: MachineReading
}

/** Where runs go. */
const RUNS = 'runs'
/** How long CPU and timers are watched. */
const WATCH_MS = 2_000
/** Docker is asked, not worked with: what does not answer in this time is down. */
const DOCKER_WITHIN_MS = 10_000

/** `faultline doctor`: what this machine can run, how fast, and what is in the way. Sets the exit code. */
export async function doctorCommand(flags: DoctorFlags): Promise<void> {
  const step = stepsOn(process.stderr, flags)
  const interrupt = onInterrupt(['Ending what is being measured. Ctrl-C again stops at once.'])
  const interrupted = () => interrupt.times() > 0
  try {
    const page = await examine(flags, step, interrupted)
    step('')
    if (interrupted()) {
      process.exitCode = INTERRUPTED
      return
    }
    print(flags.json ? toJson(page, 2) : pageText(page))
    process.exitCode = page.fit[flags.world] ? 0 : ENVIRONMENT
  } finally {
    interrupt.done()
  }
}

async function examine(
  { quick }: DoctorFlags,
  step: (text: string) => void,
  interrupted: () => boolean,
): Promise<Page> {
  step(`looking at this machine for ${WATCH_MS / 1000} s …`)
  const docker = dockerClient({ timeoutMs: DOCKER_WITHIN_MS })
  const reading = await surveyMachine(docker, { folder: RUNS, watchMs: WATCH_MS })
  const checks = checksOf(reading)
  const at = new Date().toISOString()
  const measured = quick || interrupted() ? null : await measure(step, interrupted)
  const whole = measured !== null && !interrupted()
  const machine = thisMachine()
  return {
    ...{ format: 1, at, faultline: faultlineVersion, machine },
    fit: {
      sim: missingFor(checks, 'sim').length === 0,
      containers: missingFor(checks, 'containers').length === 0,
    },
    checks,
    measured,
    kept: whole ? keep(measured, at) : null,
    realRuns: runsHere(realRunsIn(RUNS), machine),
    reading,
  }
}

async function measure(
  step: (text: string) => void,
  interrupted: () => boolean,
): Promise<Measured> {
  step('simulating partition-heal, 5 s at most …')
  const simulator = await measureSimulator(interrupted)
  step('starting a server that answers at once …')
  const onTrial = ({ perSec, kept }: Trial) =>
    step(`generating load, some 15 s: ${perSec}/s ${kept ? 'kept up with' : 'not kept up with'} …`)
  const generator = await measureGenerator({ onTrial, interrupted })
  return { simulator, generator }
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
function checksText(checks: readonly Check[]): string {
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

function pageText({ machine, faultline, checks, measured, kept, realRuns }: Page): string {
  const { name, cpu, cores, memoryGiB } = machine
  return [
    `${name}: ${cpu}, ${counted(cores, 'core')}, ${memoryGiB} GiB; Faultline ${faultline}`,
    checksText(checks),
    '',
    'How fast, and up to where to trust it',
    ...textTable(
      ['', ''],
      ['left', 'left'],
      [...speedRows(measured), ['regions', regionsText(realRuns)]],
    ),
    '',
    fitText(checks),
    ...(kept === null ? [] : [`Kept for faultline check: ${kept}`]),
  ].join('\n')
}

function speedRows(measured: Measured | null): string[][] {
  if (measured === null) return [['measured', 'Nothing: --quick only looks.']]
  return [
    ['simulator', simulatorText(measured.simulator)],
    ['generator', generatorText(measured.generator)],
  ]
}

/** Whether runs can be made here, world by world. */
function fitText(checks: readonly Check[]): string {
  const counts = (world: WorldName): string => {
    const missing = missingFor(checks, world)
    if (missing.length === 0) return 'yes'
    return `no, ${missing.map(({ name }) => name).join(', ')} missing`
  }
  return `Fit for the simulator: ${counts('sim')}. Fit for real servers: ${counts('containers')}.`
}
