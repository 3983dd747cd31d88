import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { capacitySentence } from '../../../reports/capacity-table.ts'
import type { Analysed } from '../../analysis/analyse.ts'
import { judgeLimit } from '../../analysis/limits/limits.ts'
import type { CapacityResult } from '../../model/capacity.ts'
import type { Verdict } from '../../model/finding.ts'
import type { TwinError } from '../../model/profile.ts'
import type { SweepResult } from '../../model/sweep.ts'
import { known } from '../../pipeline/catalogue.ts'
import { fires, unmet } from '../../pipeline/expectation.ts'
import { judgeRecord } from '../../pipeline/judge-run.ts'
import { isSweepFile, planOf, sweepOf } from '../../pipeline/plan.ts'
import { recordRun } from '../../pipeline/record-run.ts'
import { shippedScenarios } from '../../pipeline/shipped.ts'
import { openRunDirectory } from '../../record/run-directory.ts'
import { limitPlans } from '../../scenario/load.ts'
import { seekCapacity } from '../capacity/capacity.ts'
import { runSweep } from '../sweep/sweep.ts'
import type { Decision, ShownClaim } from './claims-file.ts'
import { type Measured, measured } from './measured.ts'

/** A claim is decided by where the bracket lies, not by how narrow it is: it is confirmed as always, and found sooner. */
const [SEEDS, WIDTH] = [3, 0.1]

/** One scenario to run with one seed (its own if absent), what is to be decided by it and what is to be shown. */
export type ClaimTask = {
  name: string
  seed?: number
  decides: Decision[][]
  asked: ShownClaim[]
}

/**
 * `decided[i]` is what `decides[i]` came to, `figures[i]` what `asked[i]` did. `wrong`: what did not come out as the
 * scenario states; asked of the scenario's own seed only.
 */
export type ClaimResult = {
  profile: string
  twin: readonly TwinError[]
  wrong: string[]
  decided: Verdict[]
  figures: Measured[][]
  sweep?: SweepResult
}

/** What a run that never answered comes to. */
export const lostRun = (how: string, decides: number, asked: number): ClaimResult => ({
  profile: '',
  twin: [],
  wrong: [how],
  decided: Array.from({ length: decides }, () => 'unknown' as const),
  figures: Array.from({ length: asked }, () => []),
})

/** Runs a scenario behind claims in the simulator. */
export async function runClaimed(task: ClaimTask): Promise<ClaimResult> {
  const file = join(shippedScenarios, `${task.name}.yaml`)
  const out = mkdtempSync(join(tmpdir(), 'faultline-claim-'))
  try {
    if (searchesOf(task).length > 0) return await ofCapacity(task, file, out)
    return await (isSweepFile(file) ? ofSweep(task, file, out) : ofRun(task, file, out))
  } finally {
    rmSync(out, { recursive: true })
  }
}

async function ofRun(
  { seed, decides, asked }: ClaimTask,
  file: string,
  out: string,
): Promise<ClaimResult> {
  const plan = planOf(file, { seed })
  await recordRun(plan, openRunDirectory(plan, out), {})
  const { analysis, judgement } = judgeRecord(out)
  const stated = plan.expect ? unmet(analysis, judgement) : ['the scenario has no `expect:`']
  return {
    ...profileOf(plan),
    wrong: seed === undefined ? stated : [],
    decided: decides.map((decisions) => decide(decisions, analysis)),
    figures: asked.map((shown) => measured(shown, analysis)),
  }
}

/** Fails if one of them does, passes if all do. */
function decide(decisions: readonly Decision[], analysis: Analysed): Verdict {
  const verdicts = decisions.flatMap((decision) => verdictsOf(decision, analysis))
  if (verdicts.includes('fail')) return 'fail'
  return verdicts.length > 0 && verdicts.every((one) => one === 'pass') ? 'pass' : 'unknown'
}

function verdictsOf(decision: Decision, analysis: Analysed): Verdict[] {
  if ('capacity' in decision) throw new Error(`${decision.scenario} is searched, not run`)
  if ('points' in decision) throw new Error(`${decision.scenario} is no sweep: it has no points`)
  if ('quiet' in decision) {
    const finding = analysis.findings.find(({ checker }) => checker === decision.quiet)
    if (!finding) return ['unknown']
    return [finding.violations > 0 ? 'fail' : fires(finding) ? 'unknown' : 'pass']
  }
  const { scenario: _, ...limit } = decision
  return limitPlans(limit, known(), analysis.plan.regions)
    .flatMap((plan) => judgeLimit(plan, analysis))
    .map(({ verdict }) => verdict)
}

/** A sweep has a table of its own; each point says what it states. */
async function ofSweep(
  { name, decides, asked }: ClaimTask,
  file: string,
  out: string,
): Promise<ClaimResult> {
  const [first] = sweepOf(file).points
  if (!first) throw new Error(`${name} has no points`)
  const { result } = await runSweep(file, { out, command: 'faultline claims' })
  const wrong = result.points.flatMap(({ number, unmet = [] }) =>
    unmet.map((what) => `point ${number}: ${what}`),
  )
  return {
    ...profileOf(first.plan),
    wrong,
    decided: decides.map(() => (wrong.length === 0 ? 'pass' : 'fail')),
    figures: asked.map(() => [{ text: `[table of ${name}](#${name})` }]),
    sweep: result,
  }
}

/** The capacity searches a task asks for: without which region, undefined for all of them; empty where it is run. */
export function searchesOf({ decides, asked }: Omit<ClaimTask, 'name'>): (string | undefined)[] {
  const decided = decides.flat().some((one) => 'capacity' in one)
  const shown = asked.flatMap((one) => ('capacity' in one ? [one.without] : []))
  return [...new Set([...(decided ? [undefined] : []), ...shown])]
}

/** A scenario whose highest rate is asked for: whatever is not bracketed is wrong. */
async function ofCapacity(task: ClaimTask, file: string, out: string): Promise<ClaimResult> {
  const found = new Map<string | undefined, CapacityResult>()
  for (const without of searchesOf(task)) {
    const { result } = await seekCapacity(file, {
      ...{ out: join(out, without ?? 'all'), seeds: SEEDS, width: WIDTH },
      ...(without !== undefined && { without }),
      ...{ stopped: () => false, onNote() {}, onBegin() {}, onTrial() {} },
    })
    found.set(without, result)
  }
  return {
    ...profileOf(planOf(file)),
    wrong: [...found.values()]
      .filter(({ outcome }) => outcome.kind !== 'bracketed')
      .map(capacitySentence),
    decided: task.decides.map((decisions) => withinCapacity(decisions, found.get(undefined))),
    figures: task.asked.map((shown) => {
      const result = 'capacity' in shown ? found.get(shown.without) : undefined
      if (!result) throw new Error(`${task.name} is searched: only its capacity can be shown`)
      return [{ text: capacitySentence(result) }]
    }),
  }
}

/** Whether so many searches a second are kept; nobody can say inside the bracket, or without one. */
export function withinCapacity(
  decisions: readonly Decision[],
  result: Pick<CapacityResult, 'own' | 'outcome'> | undefined,
): Verdict {
  if (result?.outcome.kind !== 'bracketed') return 'unknown'
  const { keeps, fails } = result.outcome
  const verdicts = decisions.map((decision): Verdict => {
    if ('metric' in decision || !('capacity' in decision))
      throw new Error('a search decides nothing but a capacity')
    const least = Number.parseInt(decision.capacity, 10) / result.own.searchPerSec
    return least <= keeps ? 'pass' : least >= fails ? 'fail' : 'unknown'
  })
  if (verdicts.includes('fail')) return 'fail'
  return verdicts.every((one) => one === 'pass') ? 'pass' : 'unknown'
}

const profileOf = ({
  profile,
}: {
  profile: { name: string; twin?: readonly { errors: readonly TwinError[] }[] }
}) => ({
  profile: profile.name,
  twin: profile.twin?.[0]?.errors ?? [],
})
