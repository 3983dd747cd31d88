import { exitCodes } from '../../analysis/limits/judge.ts'
import { textTable } from '../../text/table.ts'
import { type Gate, REGRESSED } from './gate.ts'
import { type GatedSeries, sentenceOf } from './gated-series.ts'

const order = ['regressed', 'suspected', 'no data', 'improved', 'learning', 'steady'] as const

/** What needs looking at first. */
export const inOrder = (series: readonly GatedSeries[]): GatedSeries[] =>
  [...series].sort((a, b) => order.indexOf(a.trend.state) - order.indexOf(b.trend.state))

const colours = new Map<number, string>([
  [exitCodes.pass, 'GREEN'],
  [REGRESSED, 'REGRESSED'],
  [exitCodes.unknown, 'NO DATA'],
])

/** The word for a night that ends so. */
export const colourOf = (exitCode: number): string => colours.get(exitCode) ?? 'RED'

/** What a night came to: the worst first, what is steady as a count, and the sentence that says why it is red or not. */
export function gateTable({ night, nights, begins, series, because, exitCode }: Gate): string {
  const told = inOrder(series).filter(
    ({ trend }) => trend.state !== 'steady' && trend.state !== 'learning',
  )
  const learning = series.filter(({ trend }) => trend.state === 'learning').length
  const steady = series.length - told.length - learning
  const rows = told.map((one) => [wordOf(one), one.what, one.where, sentenceOf(one)])
  return [
    `${night.scenario} on ${night.system}, ${night.world}, night ${night.night} (${nights} that compare), commit ${night.commit}`,
    ...(rows.length > 0 ? textTable(['', '', '', ''], ['left', 'left', 'left', 'left'], rows) : []),
    ...(begins === undefined ? [] : [begins]),
    ...(learning > 0 ? [`  ${learning} of ${series.length} figures are being learned.`] : []),
    ...(steady > 0 ? [`  ${steady} of ${series.length} figures are as they were.`] : []),
    '',
    `${colourOf(exitCode)}: ${because}`,
  ].join('\n')
}

const wordOf = ({ trend, quarantined }: GatedSeries): string =>
  quarantined ? `${trend.state} (quarantined until ${quarantined.until})` : trend.state
