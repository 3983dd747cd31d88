import type { Row } from '../../model/point.ts'
import type { History } from './history.ts'

/** What the answers of a record are held against: the queries it asked, and the rows that were ever in a store. */
export type Asked = {
  /** Highest pool row that was live, plus 1. */
  rowsUsed: number
  /** Query ids, ascending. */
  queriesUsed: Row[]
}

/** From the record alone: a plan of a million operations need not be drawn again. */
export function askedOf({ plan, ops, probes }: History): Asked {
  const queries = new Set(probes.map(({ query }) => query))
  let rowsUsed = plan.data.base
  for (const { kind, query, row } of ops) {
    if (kind === 'search' && query >= 0) queries.add(query)
    if (row >= rowsUsed) rowsUsed = row + 1
  }
  return { rowsUsed, queriesUsed: [...queries].sort((a, b) => a - b) }
}
