import type { Plan, WorldName } from '../../model/plan.ts'
import { markdownTable } from '../../text/table.ts'

/** A scenario of the library, the file it is in, and the worlds it can run in; the plan is for the first. */
export type LibraryEntry = {
  file: string
  plan: Plan
  worlds: readonly WorldName[]
  /** Of a sweep; 0 if it is none. */
  points: number
}

/**
 * scenarios/README.md: every scenario with its question, in order of name. Generated: a test compares it with the
 * file.
 */
export function libraryReadme(entries: readonly LibraryEntry[]): string {
  const sorted = [...entries].sort((a, b) => (a.plan.name < b.plan.name ? -1 : 1))
  const rows = sorted.map(({ file, plan, worlds, points }) => [
    `[${plan.name}](${file})`,
    plan.question,
    `${plan.system.kind}, ${plan.index.kind}`,
    faultsText(plan),
    worlds.join(', '),
    points > 0 ? `sweep of ${points} points` : plan.expect ? expectText(plan.expect) : 'not stated',
  ])
  return [
    '<!-- Generated from the scenarios, do not edit: npx faultline docs -->',
    '# Scenarios',
    '',
    'Each file asks one question, in its first comment. Copy the one nearest to yours, change it, and let',
    '`faultline check` name every mistake. `faultline run --expect` judges by the outcome the file states;',
    'a plain `faultline run` judges by its limits and by what was lost. Worlds: `sim` is the simulator, `containers`',
    'are real servers (`faultline run FILE --world containers`).',
    '',
    markdownTable(
      ['scenario', 'question', 'system, index', 'faults', 'worlds', 'meant to end'],
      rows,
    ),
    '',
  ].join('\n')
}

function faultsText({ faults }: Plan): string {
  if (faults.length === 0) return 'none'
  const kinds = faults.map(({ kind }) => kind)
  return [...new Set(kinds)]
    .map((kind) => {
      const count = kinds.filter((other) => other === kind).length
      return count === 1 ? kind : `${kind} × ${count}`
    })
    .join(', ')
}

function expectText({ verdict, mustFire, mustBreak = [] }: NonNullable<Plan['expect']>): string {
  const by = [...mustBreak, ...mustFire]
  return by.length === 0 ? verdict : `${verdict}: ${by.join(', ')}`
}
