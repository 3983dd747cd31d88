import { counted } from '../../harness/text/value.ts'
import { byWeight, type Case, type Suite } from './suite.ts'

/** GitHub shows ten annotations of one kind for a step, and drops the rest without a word. */
const MOST = 9

/** Where a limit of a scenario is written, lines from 1; null if it cannot be found. */
export type PlaceOf = (file: string, written: string) => { file: string; line: number } | null

type Note = { title: string; message: string; file?: string; line?: number; column?: number }

/**
 * What is red as `::error`, and what was asked and nobody can tell as `::warning`: workflow commands, which GitHub shows
 * at the line of the scenario. One for each limit, with its worst cell. `pathOf` gives a file as the repository knows it,
 * null if it lies outside.
 */
export function annotations(
  suites: readonly Suite[],
  placeOf: PlaceOf,
  pathOf: (file: string) => string | null,
): string[] {
  const notes = (of: readonly Suite[], isWanted: (one: Case) => boolean): Note[] =>
    of.flatMap((suite) => notesOf(suite, suite.cases.filter(isWanted), placeOf))
  // Of a run that is accepted as it is, what breaks in it is no news.
  const news = suites.filter(({ cases: [verdict] }) => verdict?.outcome !== 'skipped')
  return [
    ...commands('error', notes(suites, isRed), pathOf),
    ...commands('warning', notes(news, isOpen), pathOf),
  ]
}

const isRed = ({ outcome }: Case): boolean => outcome === 'failed' || outcome === 'error'
const isOpen = ({ outcome, aside }: Case): boolean => outcome === 'skipped' && !aside

/** The cells of one limit together, the worst of them first, as are the limits. */
function notesOf({ name, file }: Suite, cases: readonly Case[], placeOf: PlaceOf): Note[] {
  const groups = new Map<string, Case[]>()
  for (const one of [...cases].sort(byWeight)) {
    const key = one.written ?? `${one.where} ${one.name}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()].flatMap((cells): Note[] => {
    const [first] = cells as [Case, ...Case[]]
    const more = cells.length > 1 ? ` And in ${counted(cells.length - 1, 'more cell')}.` : ''
    const title = `${name}: ${first.name}`
    if (file === undefined) return [{ title, message: `${first.because}${more}` }]
    const mistakes = mistakesOf(first.because, file)
    if (mistakes.length > 0) return mistakes.map((mistake) => ({ title, file, ...mistake }))
    const found = first.written === undefined ? null : placeOf(file, first.written)
    const place = found === null ? { file } : { file: found.file, line: found.line }
    return [{ title, message: `${first.because}${more}`, ...place }]
  })
}

/** `my.yaml:15:35: too few samples …`, one a line: what is wrong with a scenario, where it stands. */
function mistakesOf(because: string, file: string): Omit<Note, 'title'>[] {
  return because.split('\n').flatMap((said) => {
    const at = said.indexOf(`${file}:`)
    const parts = at < 0 ? null : /^(\d+):(\d+): (.*)$/.exec(said.slice(at + file.length + 1))
    if (!parts) return []
    const [, line, column, message = ''] = parts
    return [{ message, line: Number(line), column: Number(column) }]
  })
}

function commands(
  kind: 'error' | 'warning',
  notes: readonly Note[],
  pathOf: (file: string) => string | null,
): string[] {
  const left = notes.length - MOST
  const shown = left > 0 ? notes.slice(0, MOST - 1) : notes
  const rest = `${counted(notes.length - shown.length, 'more', 'more')} in the step summary and the report.`
  return [
    ...shown.map((note) => command(kind, note, pathOf)),
    ...(left > 0 ? [`::${kind} title=Faultline::${inMessage(rest)}`] : []),
  ]
}

function command(
  kind: string,
  { title, message, file, line, column }: Note,
  pathOf: (file: string) => string | null,
): string {
  const path = file === undefined ? null : pathOf(file)
  const place = path === null ? {} : { file: path, line, col: column }
  const known = Object.entries({ ...place, title }).filter(([, value]) => value !== undefined)
  const properties = known.map(([key, value]) => `${key}=${inProperty(String(value))}`).join(',')
  return `::${kind} ${properties}::${inMessage(message)}`
}

const inMessage = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const inProperty = (text: string): string =>
  inMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
