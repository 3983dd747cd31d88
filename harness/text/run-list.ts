import type { ListedRun, RunGroup, RunList } from '../model/run-list.ts'
import { textTable } from './table.ts'
import { counted, valueText } from './value.ts'

/** Whether the verdict of the newest run is new, as a clause. */
export function newsOf({ runs, streak, before }: RunGroup): string {
  const [{ verdict }] = runs
  if (runs.length === 1) return 'its first run'
  if (before === null) return `as in all ${runs.length} runs`
  if (streak === 1) return `new: the run before was ${before}`
  return `${verdict} for ${streak} runs, ${before} before`
}

/** Worst search p99, recall and lag p90; empty where nothing was measured. */
export const figuresOf = ({
  searchP99Us,
  recall,
  lagP90Us,
}: ListedRun): [string, string, string] => [
  searchP99Us === null ? '' : valueText(searchP99Us, 'us'),
  recall === null ? '' : valueText(recall, 'ratio'),
  lagP90Us === null ? '' : valueText(lagP90Us, 'us'),
]

/** 2026-11-30 12:00, in UTC. */
export const whenText = (startedAt: string): string => startedAt.slice(0, 16).replace('T', ' ')

/** The newest run of each scenario, and directories whose outcome is not known. */
export function runListText({ groups, pages, untold }: RunList, folder: string): string {
  const runs = groups.reduce((sum, group) => sum + group.runs.length, 0)
  if (runs + untold.length + pages.length === 0)
    return `No run below ${folder}. Make one: faultline run partition-heal`
  const rows = groups.map((group) => {
    const [run] = group.runs
    const where = group.world === 'sim' ? group.system : `${group.system}, ${group.world}`
    const when = whenText(run.startedAt)
    return [
      run.verdict,
      group.scenario,
      where,
      ...figuresOf(run),
      when,
      `${newsOf(group)}: ${run.path}`,
    ]
  })
  const newest = [
    `${counted(runs, 'run')} of ${counted(groups.length, 'scenario')} below ${folder}, the newest of each:`,
    ...textTable(
      ['', 'scenario', 'on', 'search p99', 'recall', 'lag p90', 'UTC', 'is it new'],
      ['left', 'left', 'left', 'right', 'right', 'right', 'left', 'left'],
      rows,
      { width: 160 },
    ),
  ]
  return [
    ...(groups.length > 0 ? newest : [`No run below ${folder} says what it came to.`]),
    ...(pages.length > 0 ? ['', 'Pages about several runs:'] : []),
    ...pages.map(({ path, what }) => `  ${path}  ${what}`),
    ...(untold.length > 0 ? ['', 'No outcome known of:'] : []),
    ...untold.map(({ path, why }) => `  ${path}: ${why}`),
  ].join('\n')
}
