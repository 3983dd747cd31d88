import { invariant } from '../base/invariant.ts'
import { judgedPhases } from '../limits/cells.ts'
import type { LimitPlan } from '../model/limit.ts'
import { type Plan, type WorldName, worldNames } from '../model/plan.ts'
import type { ShownPlan, SweepPlan, SweepPoint } from '../model/sweep.ts'
import { type Files, openScenario } from './extension.ts'
import { type Known, namesOf } from './known.ts'
import { inDelaySteps } from './parts/delay-steps.ts'
import { resolveLimits } from './parts/limits.ts'
import { resolveShown, resolveSweep, sweeps } from './parts/sweep.ts'
import { checkSystems, onSystem, otherSystems } from './parts/systems.ts'
import { type Choice, varied } from './parts/varied.ts'
import { checkWorlds, forWorld, overlaid, worldsLaidOver, worldsOf } from './parts/worlds.ts'
import { regionsWritten, resolve, type Wanted } from './resolve.ts'
import { overlaySentences } from './shown/overlay-text.ts'
import { originLines, resolvedText } from './shown/resolved-text.ts'
import { openSheet, type Sheet, type SourceFile } from './yaml/document.ts'
import { formatProblem, inFileOrder, type Problem } from './yaml/problem.ts'
import { nounOf } from './yaml/reading.ts'
import { didYouMean } from './yaml/spelling.ts'
import type { SetVariables } from './yaml/variables.ts'

/**
 * What the command line says beside the file. World and system: the simulator, and the scenario's own, unless said; `set`:
 * values in the place of those under `vars:`.
 */
export type Overrides = { seed?: number; world?: WorldName; system?: string; set?: SetVariables }

/** What a scenario was, beside its plan: one text that says all of it, and where that came from, a line each. */
export type Written = { text: string; origin: readonly string[] }

/**
 * From the text of a scenario to a plan for one world with every value filled in, or to everything that is wrong with
 * it, in file order. What is laid over for other worlds is read too: a scenario is right for all of them or wrong.
 * `file` is the name for messages and for the command that repeats the run.
 */
export function loadPlan(
  text: string,
  file: string,
  known: Known,
  { seed, world = 'sim', system, set }: Overrides,
  varying: readonly Choice[] = [],
): { plan: Plan; written: Written } | { problems: Problem[] } {
  const opened = openScenario({ file, text }, known, set)
  const { sheet: whole, usable } = opened
  const other = onSystem(whole, system)
  const choices = [...other, ...varying]
  const sheet = varied(whole, choices)
  if (!usable) return { problems: inFileOrder(sheet.problems, file) }
  const { value } = sheet
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    sheet.report([], {
      message: `a scenario is a map of keys, this is ${nounOf(value)}`,
      hint: 'Begin with name: and regions:, or copy scenarios/steady-state.yaml.',
    })
    return { problems: sheet.problems }
  }
  checkWorlds(sheet, world)
  checkSystems(whole, known, system)
  const laidOver = worldsLaidOver(sheet)
  // Of a point of a sweep the whole sweep was read before.
  if (varying.length === 0) resolveSweep(sheet, namesOf(known, regionsWritten(sheet)), null)
  const wanted: Wanted = { seed, world, checkLacks: !laidOver.includes(world) }
  const base = resolve(sheet, text, known, wanted)
  let plan = base
  for (const laidWorld of laidOver) {
    // Of another system only the world it is asked for: real servers need not have what it needs.
    const checkLacks = other.length === 0 || laidWorld === world
    const laidWanted = { ...wanted, world: laidWorld, checkLacks }
    const laid = layOver({ whole, sheet }, text, known, laidWanted, choices)
    if (laidWorld === world)
      plan = laid && base && { ...laid, overlay: overlaySentences(base, laid) }
  }
  const kinds = system === undefined ? otherSystems(whole) : []
  for (const kind of kinds.filter((one) => Object.hasOwn(known.systems, one))) {
    const choicesThere = [...onSystem(whole, kind), ...varying]
    layOver({ whole, sheet }, text, known, { ...wanted, checkLacks: false }, choicesThere)
  }
  if (plan && other.length > 0) {
    const own = loadPlan(text, file, { ...known, delaySteps: {} }, { seed, world, set }, varying)
    if ('plan' in own)
      plan = { ...plan, overlay: [...own.plan.overlay, ...overlaySentences(own.plan, plan)] }
  }
  const stepUs = known.delaySteps?.[world]
  if (!plan || sheet.problems.length > 0) return { problems: inFileOrder(sheet.problems, file) }
  const written = { text: resolvedText({ file, text }, opened), origin: originLines(opened) }
  return { plan: stepUs === undefined ? plan : inDelaySteps(plan, stepUs), written }
}

/** The plan of a world with an overlay; problems the scenario has without it are not said again. */
function layOver(
  { whole, sheet }: { whole: Sheet; sheet: Sheet },
  text: string,
  known: Known,
  wanted: Wanted,
  choices: readonly Choice[],
): Plan | null {
  const reported = new Set(sheet.problems.map(formatProblem))
  const laid = whole.apart()
  const plan = resolve(overlaid(varied(laid, choices), wanted.world), text, known, wanted)
  for (const problem of laid.problems) {
    const message = problem.message.replace(forWorld(wanted.world), '')
    if (!reported.has(formatProblem({ ...problem, message }))) sheet.problems.push(problem)
  }
  return plan
}

/** Whether a scenario is to be run at several points. */
export function isSweep(source: SourceFile, files: Files, set?: SetVariables): boolean {
  // Most scenarios are none and are parsed for themselves next. A key in quotes may be spelled with escapes.
  if (!/sweep|extends|\\/.test(source.text)) return false
  const { sheet, usable } = openScenario(source, files, set)
  return usable && sweeps(sheet)
}

/** The plans of all points of a sweep, or everything that is wrong with the scenario. */
export function loadSweep(
  text: string,
  file: string,
  known: Known,
  overrides: Overrides,
): { sweep: SweepPlan; written: Written } | { problems: Problem[] } {
  const base = loadPlan(text, file, known, overrides)
  if ('problems' in base) return base
  const { sheet } = openScenario({ file, text }, known, overrides.set)
  const sweep = resolveSweep(sheet, namesOf(known, base.plan.regions), base.plan.limits)
  // Expectations about limits can be checked only once the limits are read.
  if (sheet.problems.length > 0) return { problems: inFileOrder(sheet.problems, file) }
  invariant(sweep !== null, 'the sweep was read with the plan')
  const points: SweepPoint[] = []
  for (const [i, { at, choices }] of sweep.points.entries()) {
    const loaded = loadPlan(text, file, known, overrides, choices)
    if ('problems' in loaded) return loaded
    const expect = sweep.expectAt(at) ?? loaded.plan.expect
    points.push({ number: i + 1, at, plan: { ...loaded.plan, expect, point: at } })
  }
  checkShownPhases(sheet, points)
  if (sheet.problems.length > 0) return { problems: inFileOrder(sheet.problems, file) }
  return { sweep: { points, show: sweep.show }, written: base.written }
}

/** A phase that no point has would be a column without a figure; `fault` and `recovery` are those of all faults. */
function checkShownPhases(sheet: Sheet, points: readonly SweepPoint[]): void {
  const named = points.flatMap(({ plan }) => judgedPhases(plan))
  const phases = [...new Set([...named, 'fault', 'recovery'])]
  const show = sheet.at(['sweep', 'show']) as { phase?: string }[]
  for (const [i, { phase }] of show.entries())
    if (phase !== undefined && !phases.includes(phase))
      sheet.report(['sweep', 'show', i, 'phase'], {
        message: `unknown phase ${nounOf(phase)}`,
        hint: didYouMean(phase, phases, 'phases'),
      })
}

/** What an entry of `show:` means, given as plain data. Throws an Error that says what is wrong with it. */
export function shownPlans(
  entry: object,
  known: Known,
  regions: readonly string[],
): readonly ShownPlan[] {
  const { sheet } = openSheet({ file: 'claims', text: JSON.stringify({ show: [entry] }) })
  const shown = resolveShown(sheet, ['show', 0], namesOf(known, regions))
  const [problem] = sheet.problems
  if (problem) throw new Error(`${JSON.stringify(entry)}: ${problem.message}`)
  return shown
}

/** What one entry of `limits:` means, given as plain data. Throws an Error that says what is wrong with it. */
export function limitPlans(
  entry: object,
  known: Known,
  regions: readonly string[],
): readonly LimitPlan[] {
  const { sheet } = openSheet({ file: 'claims', text: JSON.stringify({ limits: [entry] }) })
  const plans = resolveLimits(sheet, known, namesOf(known, regions), null)
  const [problem] = sheet.problems
  if (problem) throw new Error(`${JSON.stringify(entry)}: ${problem.message}`)
  return plans ?? []
}

/** Worlds a scenario says it runs in; all of them if that cannot be read. */
export function worldsNamed(source: SourceFile, files: Files): readonly WorldName[] {
  const { sheet, usable } = openScenario(source, files)
  return usable ? worldsOf(sheet) : worldNames
}
