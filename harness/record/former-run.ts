import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** Folders below a run directory that are runs themselves. */
const PART = /^(rep|point|seed)-\d+$/

/** Everything that a run, its repetitions, a sweep, a campaign, a calibration or a comparison leaves behind. */
const OWN = new RegExp(
  [
    ...[
      'record.jsonl',
      'environment.json',
      'health.jsonl',
      'truth',
      'logs',
      'agents',
      'report.html',
    ],
    ...[
      'summary.(json|md)',
      'servers.json',
      'reps.(json|md)',
      'sweep.(json|md|html)',
      'campaign.(json|html)',
    ],
    ...[
      'table.json',
      'library.html',
      'direct.json',
      'profile.yaml',
      'twin.*',
      'compare.(json|html)',
      'circumstances.json',
      'sim',
      'real',
    ],
    ...['small.*', '(rep|point|seed)-\\d+.*', 'capacity.(json|html)', '(keeps|fails).plan.json'],
    ...['trial-.*', 'sla.(html|json|md)', 'sla-of-.*', 'nights.html'],
  ]
    .map((name) => `^${name}$`)
    .join('|'),
)

/** The report for CI servers may lie beside a run, and is there before the run is. */
const TOLD = /^junit.*\.xml$/

/** What stands in a folder that a run is to be left in. */
type Former =
  | { kind: 'nothing' }
  /** An earlier run, or several, with the sentence that says which. */
  | { kind: 'run'; sentence: string }
  /** Files that no run left there; some of their names. */
  | { kind: 'foreign'; names: string[] }

export function formerRun(path: string): Former {
  const names = existsSync(path) ? readdirSync(path).filter((name) => !TOLD.test(name)) : []
  if (names.length === 0) return { kind: 'nothing' }
  const foreign = names.filter((name) => !OWN.test(name))
  const parts = names.filter((name) => PART.test(name)).map((name) => join(path, name))
  const runs = [path, ...parts].filter(isRun)
  // Notes that somebody laid beside a run stay where they are; a folder without a run is somebody else's.
  if (foreign.length > 0 && runs.length === 0)
    return { kind: 'foreign', names: foreign.slice(0, 3) }
  return { kind: 'run', sentence: `replaces ${whichRun(runs[0])}` }
}

/** A record begins with its plan. */
function isRun(path: string): boolean {
  const start = '{"type":"plan"'
  try {
    const file = openSync(join(path, 'record.jsonl'), 'r')
    try {
      const bytes = Buffer.alloc(start.length)
      readSync(file, bytes, 0, start.length, 0)
      return bytes.toString() === start
    } finally {
      closeSync(file)
    }
  } catch {
    return false
  }
}

/** `the run of 2026-11-30 01:18:22 UTC (faultline run my.yaml)`. */
function whichRun(path: string | undefined): string {
  if (path === undefined) return 'what an earlier run left'
  try {
    const { startedAt, command } = JSON.parse(readFileSync(join(path, 'environment.json'), 'utf8'))
    const when = String(startedAt)
      .replace('T', ' ')
      .replace(/(\.\d+)?Z$/, ' UTC')
    return `the run of ${when}${command === undefined ? '' : ` (${String(command)})`}`
  } catch {
    return 'an earlier run'
  }
}
