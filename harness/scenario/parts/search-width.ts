import type { IndexPlan, Plan } from '../../model/plan.ts'
import type { Known } from '../known.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { defaults } from './defaults.ts'

/**
 * Reports searches that ask a graph for more neighbours than it keeps candidates. Milvus refuses an ef below k, and
 * hnswlib would search with k in its place: with neither is the ef of the plan the one that was used.
 */
export function checkWidth(
  sheet: Sheet,
  known: Known,
  { system, index }: Pick<Plan, 'system' | 'index'>,
): void {
  const graphs = [
    { graph: index, key: 'index' },
    { graph: known.systems[system.kind]?.builds?.(system.knobs) ?? null, key: 'reindexTo' },
  ]
  const loads = sheet.at(['load'])
  for (const { graph, key } of graphs)
    for (const i of Array.isArray(loads) ? loads.keys() : [])
      if (graph?.kind === 'hnsw') checkLoad(sheet, ['load', i], graph, key)
}

function checkLoad(
  sheet: Sheet,
  path: Path,
  { ef }: Extract<IndexPlan, { kind: 'hnsw' }>,
  key: string,
): void {
  const written = sheet.at([...path, 'k'])
  const k = written ?? defaults.load.k
  if (typeof k !== 'number' || k <= ef) return
  const own = key === 'index'
  sheet.report(written === undefined ? ['system', key] : [...path, 'k'], {
    message: `searches ask for k: ${k} of a graph ${own ? '' : 'that the system builds '}with ef: ${ef}: Milvus refuses an ef below k`,
    hint: own ? `Write ef: ${k} or more, or k: ${ef} or less.` : `Write k: ${ef} or less.`,
  })
}
