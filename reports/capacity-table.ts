import {
  type CapacityResult,
  levelsOf,
  type Trial,
  type TrialVerdict,
} from '../harness/model/capacity.ts'
import type { LimitPlan } from '../harness/model/limit.ts'
import type { ShownFigure } from '../harness/model/sweep.ts'
import {
  countText,
  limitBound,
  limitSubject,
  percentText,
  valueText,
} from '../harness/text/value.ts'
import { figureText } from './sweep-table.ts'

/** Titles of the figures of trials, in their order. */
const figureTitles = ['search p99', 'recall', 'lag p90']

/** Head and rows of the table of all rates that were tried, lowest first: seeds of one rate share a row. */
export function capacityTable({ trials, own, outcome, limits }: CapacityResult): {
  head: string[]
  rows: string[][]
} {
  const head = [
    'bracket',
    'times',
    'operations',
    'searches',
    'verdict',
    ...figureTitles,
    'what broke',
  ]
  const mark = (factor: number): string => {
    if (outcome.kind !== 'bracketed') return ''
    return factor === outcome.keeps ? 'keeps' : factor === outcome.fails ? 'fails' : ''
  }
  const rows = levelsOf(trials).map(({ factor, trials: level }) => [
    mark(factor),
    countText(factor, 4),
    rateText(own.perSec * factor),
    rateText(own.searchPerSec * factor),
    verdictsText(level),
    ...figureTitles.map((_, i) => rangeText(level, i)),
    brokenText(level, limits),
  ])
  return { head, rows }
}

const rateText = (perSec: number): string => valueText(perSec, 'per-second')

/** `pass`, or of several seeds `2 pass, 1 open`. */
function verdictsText(level: readonly Trial[]): string {
  const verdicts = [...new Set(level.map(({ verdict }) => verdict))]
  const count = (one: TrialVerdict) => level.filter(({ verdict }) => verdict === one).length
  if (level.length === 1) return verdicts.join('')
  return verdicts.map((one) => `${count(one)} ${one}`).join(', ')
}

/** One figure of all seeds of a rate, from the lowest end to the highest. */
export function levelFigure(level: readonly Trial[], index: number): ShownFigure | null {
  const figures = level.flatMap(({ figures: own }) => {
    const figure = own[index]
    return figure && (figure.low !== undefined || figure.high !== undefined) ? [figure] : []
  })
  const [first] = figures
  if (!first) return null
  const lows = figures.map(({ low, high }) => low ?? high ?? 0)
  const open = figures.some(({ high }) => high === undefined)
  const most = Math.max(...figures.map(({ low, high }) => high ?? low ?? 0))
  const count = figures.reduce((sum, figure) => sum + figure.count, 0)
  const ends = { low: Math.min(...lows), ...(!open && { high: most }) }
  return { title: first.title, unit: first.unit, count, ...ends }
}

function rangeText(level: readonly Trial[], index: number): string {
  const figure = levelFigure(level, index)
  return figure ? figureText(figure) : '–'
}

/** `search.response p99 ≤ 20 ms, baseline`: a limit as short as tells it from others. */
export function limitName(limit: LimitPlan): string {
  const { region, link, phase, operation, pool } = limit
  const where = [operation, region ?? link, pool ? 'pooled' : null, phase]
  const said = where.filter((part) => part !== null)
  return [`${limitSubject(limit)} ${limitBound(limit)}`, ...said].join(', ')
}

/** Limits that broke with any seed; where none did, what broke instead, or which limits nobody could tell. */
function brokenText(level: readonly Trial[], limits: readonly LimitPlan[]): string {
  const that = (wanted: string): string[] =>
    limits
      .filter(({ text }) =>
        level.some((trial) =>
          trial.limits.some((one) => one.text === text && one.verdict === wanted),
        ),
      )
      .map(limitName)
  const broken = that('fail')
  if (broken.length > 0) return broken.join('; ')
  const odd = level.find(({ verdict }) => verdict === 'fail' || verdict === 'invalid')
  if (odd) return odd.because
  const untold = that('unknown')
  return untold.length > 0 ? `cannot tell: ${untold.join('; ')}` : ''
}

/** For each limit the highest rate at which all seeds keep it, and the lowest at which one breaks it. */
export function limitTable({ trials, own, limits }: CapacityResult): {
  head: string[]
  rows: string[][]
} {
  const levels = levelsOf(trials)
  const verdictsAt = (text: string, level: readonly Trial[]) =>
    level.flatMap((trial) => trial.limits.filter((one) => one.text === text))
  const rows = limits.map((limit) => {
    const { text } = limit
    const breaks = levels.find(({ trials: level }) =>
      verdictsAt(text, level).some(({ verdict }) => verdict === 'fail'),
    )?.factor
    const kept = levels.findLast(
      ({ factor, trials: level }) =>
        factor < (breaks ?? Number.POSITIVE_INFINITY) &&
        verdictsAt(text, level).length > 0 &&
        verdictsAt(text, level).every(({ verdict }) => verdict === 'pass'),
    )?.factor
    const at = (factor: number | undefined): string =>
      factor === undefined ? 'at none tried' : rateText(own.perSec * factor)
    return [limitName(limit), at(kept), at(breaks)]
  })
  return { head: ['limit', 'kept up to', 'broken from'], rows }
}

/** The answer in one sentence. */
export function capacitySentence(result: CapacityResult): string {
  const { outcome, own, trials, limits, without } = result
  if (outcome.kind === 'interrupted')
    return `Interrupted after ${trials.length} runs: nothing is concluded.`
  if (outcome.kind === 'refused') return `No capacity (${outcome.why}): ${outcome.because}`
  const { keeps, fails } = outcome
  const broke = brokenText(
    trials.filter(({ factor }) => factor === fails),
    limits,
  )
  return (
    `${without === undefined ? 'Keeps' : `Without ${without} it keeps`} all limits up to ${rateText(own.perSec * keeps)} (${rateText(own.searchPerSec * keeps)} of them searches); ` +
    `at ${rateText(own.perSec * fails)} this breaks: ${broke}.`
  )
}

/** How far the scenario's own rate is from it, in one sentence; empty where there is no bracket. */
export function headroomSentence({ outcome, own }: CapacityResult): string {
  if (outcome.kind !== 'bracketed') return ''
  const { keeps, fails } = outcome
  const of = `${rateText(own.perSec)}, the scenario's own rate,`
  if (fails <= 1)
    return `${of} is more than it takes: ${percentText(1 - fails)} of it has to go at least.`
  if (keeps < 1) return `${of} lies inside the bracket: whether it is kept cannot be told.`
  return `${of} is ${percentText(1 / keeps)} of that: the headroom is ${percentText(1 - 1 / keeps)}.`
}
