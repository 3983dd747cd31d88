import { isAbsolute, relative } from 'node:path'
import { shellWord } from '../../../reports/format.ts'
import type { SlaRun, SlaSample } from '../../model/sla.ts'
import { fieldsThatDiffer } from '../compare/plan-differences.ts'
import { objectivesOf } from './objectives.ts'
import type { LevelOfRun, ReadRun } from './read-run.ts'

/** Runs of one plan under one service level. */
export type Group = { runs: ReadRun[] }

/** Fields by which two runs may differ and still be samples of one thing: words, and what their service level replaces. */
const apart = ['seed', 'question', 'file', 'expect', 'limits', 'alerts', 'serviceLevels']

/** What has to be the same for two runs to be pooled under a service level: all of the plan, and the level itself. */
function keyOf({ plan }: ReadRun, { level }: LevelOfRun): string {
  const { twin: _, ...profile } = plan.profile
  const kept = Object.entries({ ...plan, profile }).filter(([key]) => !apart.includes(key))
  return JSON.stringify([Object.fromEntries(kept), level])
}

/** Runs of a level by plan, in the order in which each first came. */
export function groupsOf(runs: readonly ReadRun[], name: string): ReadRun[][] {
  const groups = new Map<string, ReadRun[]>()
  for (const run of runs) {
    const level = levelOf(run, name)
    if (!level) continue
    const key = keyOf(run, level)
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  return [...groups.values()]
}

export const levelOf = ({ levels }: ReadRun, name: string): LevelOfRun | undefined =>
  levels.find(({ level }) => level.name === name)

/** Runs that are evidence. */
export const fitOf = (runs: readonly ReadRun[]): ReadRun[] =>
  runs.filter(({ run }) => run.unfit === undefined)

/** What runs of one plan show of a level. `others`: the other groups of that level. */
export function sampleOf(
  runs: readonly ReadRun[],
  name: string,
  others: readonly ReadRun[][],
): SlaSample {
  const [first] = runs as [ReadRun]
  const { plan, environment } = first
  const fit = fitOf(runs)
  const levels = fit.flatMap((run) => levelOf(run, name) ?? [])
  const file = environment.scenarioFile ?? plan.file
  return {
    ...{ scenario: plan.name, question: plan.question, file, world: plan.world },
    system: plan.system.kind,
    simulatedWith: plan.world === 'sim' ? plan.profile.name : null,
    differs: differsText(first, others),
    runs: runs.map(({ run }) => run),
    objectives: levels.length === 0 ? [] : objectivesOf(levels, plan),
    repeat: repeatCommand(
      first,
      runs.map(({ run }) => run),
    ),
  }
}

const MOST = 3

/** What another plan of the same name has otherwise: the two are never pooled, and a reader wants to know why. */
function differsText(first: ReadRun, others: readonly ReadRun[][]): string {
  const namesakes = others.flatMap(([other]) =>
    other && other !== first && other.plan.name === first.plan.name ? [other] : [],
  )
  const fields = namesakes.flatMap(({ plan }) => {
    const all = fieldsThatDiffer(plan, first.plan)
    return all.filter(
      ({ path }) => !apart.some((own) => path === own || path.startsWith(`${own}.`)),
    )
  })
  const told = [...new Map(fields.map((field) => [field.path, field])).values()]
  if (namesakes.length === 0) return ''
  if (told.length === 0) return 'its profile has other limits'
  const shown = told.slice(0, MOST).map(({ path, b }) => `${path} ${b}`)
  return `${shown.join(', ')}${told.length > MOST ? ` and ${told.length - MOST} more` : ''}`
}

function repeatCommand({ plan, environment }: ReadRun, runs: readonly SlaRun[]): string {
  const file = environment.scenarioFile ?? plan.file
  const shown = isAbsolute(file) ? relative(process.cwd(), file) : file
  const world = plan.world === 'sim' ? '' : ` --world ${plan.world}`
  const other = plan.overlay.some((sentence) => sentence.startsWith('system: '))
  const system = other ? ` --system ${plan.system.kind}` : ''
  // No plan says which values its variables had: the command does that made the run.
  const set = (environment.command ?? '').match(/ --set ('[^']*'|\S+)/g)?.join('') ?? ''
  if (plan.point) return `faultline run ${shellWord(shown)}${set}${world} --seed ${plan.seed}`
  return `faultline sla ${shellWord(shown)}${set}${world}${system}${seedsText(runs.map(({ seed }) => seed))}`
}

function seedsText(seeds: readonly number[]): string {
  const different = [...new Set(seeds)]
  const [only] = different
  if (different.length > 1) return ` --seeds ${rangesText(different)}`
  return ` --seed ${only}${seeds.length > 1 ? ` --reps ${seeds.length}` : ''}`
}

/** `1..3,7`: seeds in a row as a range. */
function rangesText(seeds: readonly number[]): string {
  const rows: [number, number][] = []
  for (const seed of [...seeds].sort((a, b) => a - b)) {
    const last = rows.at(-1)
    if (last && last[1] === seed - 1) last[1] = seed
    else rows.push([seed, seed])
  }
  return rows.map(([from, to]) => (from === to ? `${from}` : `${from}..${to}`)).join(',')
}
