import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { shrink } from '../experiments/shrink/shrink.ts'
import { type ShrinkStep, shrinkStory, sizes } from '../experiments/shrink/shrink-story.ts'
import type { ListedPlan } from '../experiments/shrink/smaller-plans.ts'
import {
  expectationOf,
  type Proof,
  type Symptom,
  shownBy,
  shows,
  symptomOf,
} from '../experiments/shrink/symptom.ts'
import { UsageError } from '../model/errors.ts'
import { closedLoops } from '../model/load-notes.ts'
import { loadName, type Plan } from '../model/plan.ts'
import type { RecordEvent } from '../model/record.ts'
import { dataSet, systems } from '../pipeline/catalogue.ts'
import { type Judged, judgeRecord } from '../pipeline/judge-run.ts'
import { shareNeighbours } from '../pipeline/open-sim.ts'
import { planOf } from '../pipeline/plan.ts'
import { recordRun } from '../pipeline/record-run.ts'
import { faultlineVersion } from '../pipeline/version.ts'
import type { System } from '../ports/system.ts'
import { readRecord } from '../record/reader.ts'
import { isReplay, replayName, writeReplay } from '../record/replay.ts'
import { notARun, openRunDirectory } from '../record/run-directory.ts'
import { counted } from '../text/value.ts'
import { planOperations } from '../workload/operations.ts'
import { onInterrupt } from './interrupt.ts'

export type ShrinkFlags = { keep?: string; out?: string; tries: number; quiet?: boolean }

const STOPPING = 'Stopping: the smallest so far is written. Ctrl-C again stops at once.'

/** `faultline shrink RUN`. Rejects with UsageError and ReplayError. */
export async function shrinkCommand(path: string, flags: ShrinkFlags): Promise<void> {
  shareNeighbours()
  const whole = planIn(path)
  const [loop] = closedLoops(whole)
  if (loop)
    throw new UsageError(
      `${path} has a closed loop (${loadName(loop)}): when its searches come depends on every answer before, so that leaving operations out changes all that follow. Only plans with rates can be made smaller.`,
    )
  const plan = listed(whole)
  const folder = mkdtempSync(join(tmpdir(), 'faultline-shrink-'))
  const interrupt = onInterrupt([STOPPING])
  const say = (text: string) => {
    if (!flags.quiet) process.stderr.write(`${text}\n`)
  }
  try {
    const first = proofOf(await ranIn(folder, plan))
    const symptom = symptomOf(first, flags.keep)
    say(`${symptom.name} fails with ${sizeText(plan)}. Looking for less.`)
    const runPlan = async (smaller: Plan) => {
      refuseOdd(smaller)
      return proofOf(await ranIn(folder, smaller))
    }
    const spent = (tries: number) => interrupt.times() > 0 || tries >= flags.tries
    const steps: ShrinkStep[] = []
    const onStep = (what: string, smaller: ListedPlan, tries: number) => {
      steps.push({ what, plan: smaller, tries })
      say(`${String(tries).padStart(4)} runs: ${sizeText(smaller)}  (${what})`)
    }
    const { plan: after, tries } = await shrink(plan, { runPlan, symptom, spent, onStep })
    const result = { symptom, first, before: plan, after, tries, steps }
    await writeSmall({ path, out: flags.out, folder, ...result })
  } finally {
    interrupt.done()
    rmSync(folder, { recursive: true, force: true })
  }
}

const sizeText = ({ faults, operations, regions }: ListedPlan): string =>
  [
    counted(faults.length, 'fault'),
    counted(operations.length, 'operation'),
    counted(regions.length, 'region'),
  ].join(', ')

/** The plan of a run directory, of a replay file, or of a scenario. */
function planIn(path: string): Plan {
  if (!existsSync(path)) throw new UsageError(`there is no run and no plan ${path}`)
  if (!statSync(path).isDirectory()) return planOf(path)
  const record = join(path, 'record.jsonl')
  if (!existsSync(record)) throw new UsageError(notARun(path))
  let plan: Plan | null = null
  readRecord(record, (event) => {
    if (event.type === 'plan') plan = event.plan
  })
  const found = plan as Plan | null
  if (found?.world !== 'sim')
    throw new UsageError(
      `${path} ran on real servers, which do nothing twice. Only runs of the simulator can be made smaller.`,
    )
  return found
}

const listed = (plan: Plan): ListedPlan => ({
  ...plan,
  operations: planOperations(plan, dataSet(plan.data.set)).operations,
})

/** A plan that `check` would refuse is no smaller one. */
function refuseOdd({ system, regions }: Plan): void {
  const kind = systems[system.kind] as System
  const [problem] = kind.problems?.(kind.knobs.parse(system.knobs), regions) ?? []
  if (problem) throw new Error(problem.message)
}

async function ranIn(folder: string, plan: Plan): Promise<Judged> {
  const directory = openRunDirectory(plan, join(folder, 'run'))
  await recordRun(plan, directory, {})
  return judgeRecord(directory.path)
}

const proofOf = ({ analysis, judgement }: Judged): Proof => ({
  findings: analysis.findings,
  judgement,
})

type Small = {
  path: string
  out?: string
  folder: string
  symptom: Symptom
  first: Proof
  before: ListedPlan
  after: ListedPlan
  tries: number
  steps: readonly ShrinkStep[]
}

async function writeSmall({ path, out, folder, symptom, first, ...searched }: Small) {
  const { before, after } = searched
  const base = out === undefined ? besides(path) : out.replace(/\.(plan\.)?json$/, '')
  const file = replayName(base)
  const last = proofOf(await ranIn(folder, after))
  if (!shows(symptom, last)) throw new Error(`${symptom.name} was lost on the way: a bug of shrink`)
  const events: RecordEvent[] = []
  readRecord(join(folder, 'run', 'record.jsonl'), (event) => events.push(event))
  const named = `${before.name.replace(/-small$/, '')}-small`
  mkdirSync(dirname(file), { recursive: true })
  writeReplay(
    file,
    { ...after, name: named, expect: expectationOf(symptom, last) },
    faultlineVersion,
  )
  const command = `faultline run ${file} --expect`
  const shown = shownBy(symptom, last)
  const shownBefore = shownBy(symptom, first)
  const story = { ...searched, events, shown, shownBefore, command, faultline: faultlineVersion }
  writeFileSync(`${base}.md`, shrinkStory(story))
  const { shrinkPage } = await import('../experiments/shrink/shrink-page.ts')
  writeFileSync(`${base}.html`, shrinkPage(story))
  process.stdout.write(`${sizes(searched)}\n`)
  process.stdout.write(
    `${shown === undefined ? '' : `${shown.because}\n`}read: ${base}.html, ${base}.md\n`,
  )
  process.stdout.write(`repeat: ${command}\n`)
}

/** `runs/x-17` -> `runs/x-17/small`; `seed-17.plan.json` -> `seed-17-small`. */
function besides(path: string): string {
  if (!isReplay(path) && statSync(path).isDirectory()) return join(path, 'small')
  const name = basename(path).replace(/\.(plan\.json|json|ya?ml)$/, '')
  return join(dirname(path), `${name}-small`)
}
