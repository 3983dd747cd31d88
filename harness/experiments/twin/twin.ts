import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../model/errors.ts'
import type { Plan } from '../../model/plan.ts'
import type { Profile, TwinRun } from '../../model/profile.ts'
import { known } from '../../pipeline/catalogue.ts'
import { foreignText, watchForeignLoad } from '../../pipeline/cpu-time.ts'
import { describeEnvironment, type Environment } from '../../pipeline/environment.ts'
import { judgeRecord, judgeRun, writeReport } from '../../pipeline/judge-run.ts'
import { planOf, sourceOf } from '../../pipeline/plan.ts'
import { recordRun } from '../../pipeline/record-run.ts'
import { keepScenario, openRunDirectory, writeJson } from '../../record/run-directory.ts'
import { readProfile } from '../../scenario/parts/profile.ts'
import type { SetVariables } from '../../scenario/yaml/variables.ts'
import type { ImageSource } from '../../worlds/images/image-list.ts'
import { compare } from './comparison.ts'
import { mainErrors } from './main-errors.ts'
import type { Twin } from './outcome.ts'
import { twinMarkdown } from './twin-markdown.ts'
import { twinPage } from './twin-page.ts'

export type TwinOptions = {
  seed?: number
  /** Values of variables of the scenario, in the place of its own. */
  set?: SetVariables
  images?: ImageSource
  out?: string
  /** Another profile than the scenario's. */
  profile?: string
  /** Takes what an earlier twin recorded on real servers, and simulates again. */
  again?: boolean
  command: string
  onStep: (text: string) => void
  interrupted: () => boolean
}

/** What is kept of a real run beside its record. */
type Circumstances = Pick<TwinRun, 'date' | 'servers' | 'machine'> & Pick<Twin, 'foreign'>

const CIRCUMSTANCES = 'circumstances.json'

/**
 * Runs the plan of a scenario on real servers, then in the simulator, and writes runs/<name>-<seed>-twin: real/, sim/,
 * twin.json, twin.md and twin.html. Rejects as a run does, and with a UsageError if the real run did not end.
 */
export async function runTwin(file: string, options: TwinOptions): Promise<Twin> {
  const { seed: asked, set } = options
  const own = planOf(file, { seed: asked, world: 'containers', set })
  const { text } = sourceOf(own)
  const plan = withProfile(own, options)
  const directory = options.out ?? join('runs', `${plan.name}-${plan.seed}-twin`)
  const environment = { ...describeEnvironment(options.command), scenarioFile: file }
  const realPath = join(directory, 'real')
  if (!options.again) await recordReal(plan, realPath, { ...environment, text }, options)
  else checkAgain(plan, realPath)
  options.onStep('twin: the same plan, simulated')
  const simPath = join(directory, 'sim')
  const simulatedPlan: Plan = { ...plan, world: 'sim', profile: withoutWindows(plan.profile) }
  const simulation = openRunDirectory(simulatedPlan, simPath)
  keepScenario(simulation, text)
  await recordRun(simulatedPlan, simulation, {})
  options.onStep('twin: comparing')
  const real = (await judgeRun(realPath)).analysis
  const simulatedRun = judgeRecord(simPath)
  await writeReport(simulatedRun, environment)
  const simulated = simulatedRun.analysis
  if (real.ended.how !== 'complete')
    throw new UsageError(
      `the run on real servers ${real.ended.how} (${realPath}): there is nothing to compare. Run it again.`,
    )
  const comparison = compare(real.metrics, simulated.metrics)
  const { foreign, ...when } = circumstancesOf(realPath)
  const { name: scenario, seed, profile } = plan
  const errors = mainErrors(comparison.rows)
  const run = { scenario, seed, ...when, faultline: real.faultline, errors }
  const twin = { directory, run, profile, comparison, foreign, real, simulated }
  await writeTwin(twin)
  return twin
}

/** As in containers, where Toxiproxy ends every connection at both of its sides. */
function withoutWindows({ windows, rows, ...profile }: Profile): Profile {
  return { ...profile, rows: rows.filter(({ key }) => !key.startsWith('window.')) }
}

function withProfile(plan: Plan, { profile: name }: TwinOptions): Plan {
  if (name === undefined) return plan
  const { profiles } = known()
  const source = profiles[name]
  if (!source)
    throw new UsageError(`unknown profile "${name}"; there are ${Object.keys(profiles).join(', ')}`)
  const result = readProfile(name, source, null)
  if ('profile' in result) return { ...plan, profile: result.profile }
  throw new UsageError(`the profile ${source.file} cannot be used. Try: faultline check with it`)
}

async function recordReal(
  plan: Plan,
  path: string,
  { text, ...environment }: Environment & { scenarioFile: string; text: string | undefined },
  { command, images, onStep, interrupted }: TwinOptions,
): Promise<void> {
  const directory = openRunDirectory(plan, path)
  writeJson(directory, 'environment.json', environment)
  keepScenario(directory, text)
  let servers = ''
  const hear = (text: string) => {
    if (text.startsWith('images: ')) servers = text.slice('images: '.length)
    onStep(text)
  }
  const watching = watchForeignLoad()
  await recordRun(plan, directory, { command, images, onStep: hear, interrupted })
  const foreign = watching.stop()
  onStep(foreignText(foreign))
  const { cores, cpu, memoryGiB, startedAt } = environment
  const circumstances: Circumstances = {
    date: startedAt.slice(0, 10),
    servers,
    machine: `${cores} cores (${cpu}), ${memoryGiB} GiB`,
    foreign,
  }
  writeJson(directory, CIRCUMSTANCES, circumstances)
}

const circumstancesOf = (path: string): Circumstances =>
  JSON.parse(readFileSync(join(path, CIRCUMSTANCES), 'utf8'))

/** What was recorded must be of this plan: only the profile may be another. */
function checkAgain(plan: Plan, path: string): void {
  const record = join(path, 'record.jsonl')
  if (!existsSync(record) || !existsSync(join(path, CIRCUMSTANCES)))
    throw new UsageError(`${path} holds no run on real servers. Leave out --again to make one.`)
  const text = readFileSync(record, 'utf8')
  const recorded = JSON.parse(text.slice(0, text.indexOf('\n'))).plan as Plan
  const essence = ({ profile, file, question, limits, expect, ...rest }: Plan) =>
    JSON.stringify(rest)
  if (essence(recorded) !== essence(plan))
    throw new UsageError(`${path} was run by another plan. Leave out --again to run this one.`)
}

async function writeTwin(twin: Twin): Promise<void> {
  const { directory, run, profile, comparison, foreign } = twin
  const at = { path: directory, record: '' }
  const json = {
    ...{ format: 1, ...run, profile: profile.name, foreign, rows: comparison.rows },
    alone: comparison.alone,
  }
  writeJson(at, 'twin.json', json)
  writeFileSync(join(directory, 'twin.md'), twinMarkdown(twin))
  writeFileSync(join(directory, 'twin.html'), await twinPage(twin))
}
