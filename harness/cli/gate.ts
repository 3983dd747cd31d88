import { writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { toJson } from '../base/json.ts'
import { type Gate, gateOf, REGRESSED } from '../experiments/gate/gate.ts'
import { gateTable } from '../experiments/gate/gate-table.ts'
import {
  appendLine,
  historyFile,
  type Night,
  type NightHistory,
  readNights,
  seriesOf,
} from '../experiments/gate/history.ts'
import { nightOf } from '../experiments/gate/night.ts'
import { nightsResult } from '../experiments/gate/nights-result.ts'
import { usualStrictness } from '../experiments/gate/trend.ts'
import { judge, scenario } from '../index.ts'
import { INTERRUPTED, UsageError } from '../model/errors.ts'
import type { WorldName } from '../model/plan.ts'
import { describeEnvironment, readEnvironment } from '../pipeline/environment.ts'
import type { Judged } from '../pipeline/judge-run.ts'
import { takeFolder } from '../record/run-directory.ts'
import { type SetVariables, setText } from '../scenario/yaml/variables.ts'
import type { ImageSource } from '../worlds/images/image-list.ts'
import { onInterrupt } from './interrupt.ts'
import { runOnce } from './run.ts'

export type GateFlags = {
  seed?: number
  set?: SetVariables
  world?: WorldName
  system?: string
  images?: ImageSource
  out?: string
  reps: number
  history: string
  night?: string
  learn: number
  stands: number
  json?: boolean
  quiet?: boolean
}

const ENDING =
  'Ending the run. A night that is not whole is not written to its history. Ctrl-C again stops at once.'

/** `faultline gate FILE`: runs a night, adds it to the history, and says whether anything got worse for good. Sets the exit code. */
export async function gateCommand(
  file: string,
  flags: GateFlags,
  argv: readonly string[],
): Promise<void> {
  const command = ['faultline', ...argv.slice(2)].join(' ')
  const plan = await scenario(file, flags)
  const history = readNights(historyFile(flags.history, plan))
  const night = nightName(flags.night, history)
  const base = flags.out ?? join('runs', `${plan.name}-night-${night}`)
  const replaced = takeFolder(base)
  if (replaced !== null) process.stderr.write(`${replaced}\n`)
  const interrupt = onInterrupt([ENDING])
  const runs: Judged[] = []
  try {
    for (let i = 0; i < flags.reps && interrupt.times() === 0; i++) {
      const own = { ...flags, seed: plan.seed + i }
      if (!flags.quiet) process.stderr.write(`run ${i + 1} of ${flags.reps}, seed ${own.seed}\n`)
      const interrupted = () => interrupt.times() > 0
      runs.push(await runOnce(file, own, { command, out: join(base, `rep-${i + 1}`), interrupted }))
    }
  } finally {
    interrupt.done()
  }
  if (interrupt.times() > 0) {
    process.stderr.write(
      `Interrupted: night ${night} is not in ${history.file}. The runs so far are in ${base}.\n`,
    )
    process.exitCode = INTERRUPTED
    return
  }
  appendLine(history.file, nightOf(runs, { night, environment: describeEnvironment(command) }))
  const told = { ...flags, html: join(base, 'nights.html') }
  await finish(readNights(history.file), told, file)
}

const strictnessOf = ({ learn, stands }: Pick<GateFlags, 'learn' | 'stands'>) => ({
  ...usualStrictness,
  ...{ learn, stands },
})

type Told = Pick<GateFlags, 'learn' | 'stands' | 'json' | 'system' | 'set'> & { html?: string }

/** Says what a history comes to, on its page too if there is to be one, and sets the exit code. */
async function finish(history: NightHistory, flags: Told, of?: string): Promise<void> {
  const gate = gateOf(history, strictnessOf(flags))
  const { json, html } = flags
  if (html !== undefined) {
    const { nightsPage } = await import('../../reports/nights.ts')
    writeFileSync(html, await nightsPage(nightsResult(gate, history)))
  }
  process.stdout.write(
    json
      ? `${toJson(gate, 2)}\n`
      : `${gateTable(gate)}\nhistory: ${history.file}\n${html === undefined ? '' : `page: ${html}\n`}${wayOut(gate, of ?? gate.night.scenario, flags)}`,
  )
  process.exitCode = gate.exitCode
}

const wayOut = ({ exitCode, night }: Gate, of: string, { system, set }: Told): string => {
  const own = [
    ...(set === undefined ? [] : [`${setText(set).trimStart()} `]),
    ...(system === undefined ? [] : [`--system ${system} `]),
    ...(night.world === 'sim' ? [] : [`--world ${night.world} `]),
  ]
  return exitCode === REGRESSED
    ? `If it is meant to be so: faultline baseline accept ${of} ${own.join('')}--why "…"\n`
    : ''
}

function dateOf(flag: string, text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))) return text
  throw new UsageError(`${flag} ${text} is no date. Write it like 2026-11-30.`)
}

/** Today, unless it is said; never before a night that is there already, which would change what that one meant. */
function nightName(wanted: string | undefined, { nights, file }: NightHistory): string {
  const night = dateOf('--night', wanted ?? new Date().toISOString().slice(0, 10))
  const last = nights.at(-1)?.night ?? ''
  if (night < last)
    throw new UsageError(
      `--night ${night} is before the last night of ${file}, ${last}. Nights are added at the end.`,
    )
  return night
}

export type BaselineFlags = {
  set?: SetVariables
  world: WorldName
  system?: string
  history: string
  why?: string
  what?: string
  where?: string
  since?: string
  until?: string
  night?: string
  learn: number
  stands: number
  json?: boolean
  html?: string
}

/** `faultline baseline show SCENARIO`: the last night again, without running anything. Sets the exit code of its gate. */
export async function showBaseline(of: string, flags: BaselineFlags): Promise<void> {
  const history = await known(of, flags)
  await finish(history, flags, of)
}

/** `faultline baseline add RUN…`: runs that were made elsewhere become a night. */
export async function addBaseline(runs: readonly string[], flags: BaselineFlags): Promise<void> {
  const judged: Judged[] = []
  for (const path of runs) judged.push(await judge(path))
  const [first] = judged
  if (!first) throw new UsageError('name at least one run: faultline baseline add runs/latest')
  const { name, world } = first.analysis.plan
  const other = judged.find(({ analysis: { plan } }) => plan.name !== name || plan.world !== world)
  if (other)
    throw new UsageError(
      `${other.directory} is of ${other.analysis.plan.name} in ${other.analysis.plan.world}, and ${first.directory} of ${name} in ${world}: a night is of one scenario in one world.`,
    )
  const history = readNights(historyFile(flags.history, first.analysis.plan))
  const environment = readEnvironment(first.directory)
  const night = nightName(flags.night ?? environment.startedAt.slice(0, 10), history)
  appendLine(history.file, nightOf(judged, { night, environment }))
  await finish(readNights(history.file), flags)
}

/** `faultline baseline accept SCENARIO --why TEXT`: the level of now is what is measured against from now on. */
export async function acceptBaseline(of: string, flags: BaselineFlags): Promise<void> {
  const history = await known(of, flags)
  const wanted = flags.since === undefined ? undefined : dateOf('--since', flags.since)
  const { series, night } = gateOf(history, strictnessOf(flags))
  const isNamed = ({ what, where }: { what: string; where: string }) =>
    (flags.what === undefined || flags.what === what) &&
    (flags.where === undefined || flags.where === where)
  const changed = series.filter(
    (one) => isNamed(one) && (one.trend.state === 'regressed' || one.trend.state === 'suspected'),
  )
  if (changed.length === 0)
    throw new UsageError(
      `nothing that ${flags.what === undefined ? 'this history has' : 'these words name'} got worse by night ${night.night}, so there is nothing to accept. See: faultline baseline show ${of}`,
    )
  for (const { what, where, nights, trend } of changed) {
    const since = wanted ?? ('since' in trend ? (nights[trend.since] as string) : night.night)
    appendLine(history.file, { type: 'accept', since, what, where, ...saidNow(flags.why) })
    process.stdout.write(`accepted: ${what} (${where}), as it is since ${since}\n`)
  }
}

/** `faultline baseline quarantine SCENARIO`: a series that is known to be noisy turns nothing red for a while. */
export async function quarantineSeries(of: string, flags: BaselineFlags): Promise<void> {
  const { file, nights } = await known(of, flags)
  const { what, where, until } = flags
  if (what === undefined || where === undefined || until === undefined)
    throw new UsageError(
      'say which and until when: --what "lag p90" --where baseline --until 2026-12-31',
    )
  if (
    !nights.some(({ figures }) => figures.some((one) => one.what === what && one.where === where))
  )
    throw new UsageError(
      `${file} has no figure ${what} (${where}). It has: ${names(nights.at(-1)?.figures ?? [])}.`,
    )
  appendLine(file, {
    type: 'quarantine',
    until: dateOf('--until', until),
    what,
    where,
    ...saidNow(flags.why),
  })
  process.stdout.write(`quarantined until ${until}: ${what} (${where})\n`)
}

const names = (figures: readonly { what: string; where: string }[]): string =>
  figures.map(({ what, where }) => `${what} (${where})`).join(', ')

function saidNow(why: string | undefined): { why: string; by: string; at: string } {
  if (why === undefined || why.trim() === '')
    throw new UsageError(
      'say why, for whoever reads it in a year: --why "the new index costs 8 % and saves half the memory"',
    )
  return { why, by: userInfo().username, at: new Date().toISOString() }
}

/** The history that a gate with the same flags adds to. */
async function known(of: string, flags: BaselineFlags): Promise<NightHistory> {
  const { history, world, system, set } = flags
  const plan = await scenario(of, { world, system, set })
  const all = readNights(historyFile(history, plan))
  // Nights of other values lie in the same file: without --set it is the last night, whatever it was made with.
  const isMeant = (night: Night) =>
    set === undefined || night.series === seriesOf(plan, night.machine)
  const found = { ...all, nights: all.nights.filter(isMeant) }
  if (found.nights.length > 0) return found
  throw new UsageError(
    `${found.file} has no night${set === undefined ? '' : ` with${setText(set)}`} yet. Make one: faultline gate ${of}${setText(set)}${world === 'sim' ? '' : ` --world ${world}`}`,
  )
}
