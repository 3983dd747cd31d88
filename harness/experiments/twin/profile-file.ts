import { type Document, isMap, isSeq, type Node, parseDocument, Scalar } from 'yaml'
import type { ProfileRow, TwinRun } from '../../model/profile.ts'
import { markOf, TWIN } from '../../scenario/parts/profile.ts'

/** A profile's file with these rows in the place of its own; comments and all other rows stay as they are. */
export function withRows(text: string, rows: readonly ProfileRow[]): string {
  const document = parseDocument(text)
  for (const { key, value, source } of rows) {
    const row = document.get(key)
    if (!isMap(row)) throw new Error(`the profile has no row "${key}" to put a measured value in`)
    row.set('value', value)
    row.set('source', quoted(source))
  }
  // What was compared with real servers was another profile.
  document.delete(TWIN)
  return written(document)
}

/** A profile's file with what comparisons with real servers said of it; `rows` are those that were compared. */
export function withTwin(
  text: string,
  rows: readonly ProfileRow[],
  runs: readonly TwinRun[],
): string {
  const document = parseDocument(text)
  document.delete(TWIN)
  const block = document.createNode({ values: quoted(markOf(rows)), runs: runs.map(plain) })
  flowErrors(block)
  document.set(TWIN, block)
  return written(document)
}

const plain = ({ errors, ...run }: TwinRun) => ({
  ...run,
  date: quoted(run.date),
  errors: Object.fromEntries(errors.map(({ metric, ...error }) => [metric, error])),
})

/** One line for each metric. */
function flowErrors(block: Node): void {
  if (!isMap(block)) return
  const runs = block.get('runs')
  if (!isSeq(runs)) return
  for (const run of runs.items) {
    const errors = isMap(run) ? run.get('errors') : undefined
    if (isMap(errors)) for (const { value } of errors.items) if (isMap(value)) value.flow = true
  }
}

function quoted(text: string): Scalar {
  const scalar = new Scalar(text)
  scalar.type = 'QUOTE_DOUBLE'
  return scalar
}

const written = (document: Document): string =>
  document.toString({ lineWidth: 0, flowCollectionPadding: true })
