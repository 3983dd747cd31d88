import { linkLabel } from '../../../reports/format.ts'
import type { SlaLevel, SlaObjective, SlaSample, SlaState } from '../../model/sla.ts'
import {
  besideLimit,
  counted,
  countText,
  limitBound,
  limitSubject,
  percentText,
} from '../../text/value.ts'

/** Words of a state, as tables have them. */
export const stateWords: Record<SlaState, string> = {
  holds: 'holds',
  broken: 'broken',
  open: 'not shown',
  beside: 'too short',
}

/** `search.response p99 ≤ 40 ms`. */
export const objectiveText = ({ limit }: SlaObjective): string =>
  `${limitSubject(limit)} ${limitBound(limit)}`

/** `eu-west · fault:cut · search`. */
export function placeText({ limit, region, link, phase, operation }: SlaObjective): string {
  const pooled = limit.pool && region === undefined && link === undefined ? 'pooled' : undefined
  const parts = [link === undefined ? region : linkLabel(link), pooled, phase, operation]
  return parts.filter((part) => part !== undefined).join(' · ') || 'whole run'
}

/** `12.3 ms`, with as many digits as the comparison needs. */
export const measuredText = ({ limit, measured }: SlaObjective): string =>
  besideLimit(measured, limit)

/** What that shows at the limit's confidence: `11.9 … 12.8 ms at 95 %`; nothing where nothing is a sample. */
export function shownText({ limit, shown }: SlaObjective): string {
  if (!shown || limit.confidence === null) return ''
  return `${besideLimit(shown, limit)} at ${percentText(limit.confidence)}`
}

/** Bad ÷ allowed: `34 %`; nothing where nothing is a share, or nothing may be bad. */
export function burntText({ budget }: SlaObjective): string {
  if (!budget || budget.allowed === 0) return ''
  const [low, high] = [percentText(budget.burnt.low), percentText(budget.burnt.high)]
  return low === high ? low : `${low} … ${high}`
}

/** `4 of 12 allowed`. */
export function usedText({ budget }: SlaObjective): string {
  if (!budget) return ''
  const { bad, allowed } = budget
  const [low, high] = [countText(bad.low), countText(bad.high)]
  const used = low === high ? low : `${low} … ${high}`
  return allowed === 0 ? `${used} bad, none allowed` : `${used} of ${countText(allowed)} allowed`
}

/** Two texts in one cell. */
export const both = (one: string, two: string): string =>
  [one, two && (one === '' ? two : `(${two})`)].filter((text) => text !== '').join(' ')

/** `57 of 60`, and how many of the phase's windows tell nothing. */
export function windowsText({ windows }: SlaObjective): string {
  if (!windows) return ''
  const { kept, broken, open, thin } = windows
  const told = kept + broken + open
  const few = thin > 0 ? `, ${countText(thin)} too thin` : ''
  return told === 0 ? `none told${few}` : `${countText(kept)} of ${countText(told)}${few}`
}

/** `3 of 3`, and of others how many break it and how many cannot tell alone. */
export function runsText({ runs: { pass, fail, unknown, invalid } }: SlaObjective): string {
  const open = unknown + invalid
  const rest = [
    ...(fail > 0 ? [`${fail} break it`] : []),
    ...(open > 0 ? [`${open} cannot tell`] : []),
  ]
  return [`${pass} of ${pass + fail + open}`, ...rest].join(', ')
}

/** Real, or simulated with how far that was off; of what is simulated alone a reader has to know more. */
export function sourceText({ limit, error }: SlaObjective): string {
  if (!error) return 'real servers'
  const { of, exact, median, worst, without, holds } = error
  if (of === undefined) return 'simulated; never compared with real servers'
  const stands = exact ? `${of} was` : `its percentile was never compared; ${of} was`
  if (worst === undefined) return `simulated; ${stands} no different on real servers`
  const off = `simulated; ${stands} off by ${median}, at worst ${worst}`
  if (!without) return off
  const words = {
    true: 'which keeps the bound',
    false: 'which breaks it',
    null: 'on both sides of it',
  }
  return `${off}; without that ${besideLimit(narrow(without), limit)}, ${words[`${holds ?? null}`]}`
}

const narrow = (range: { low: number; high: number }) =>
  range.low === range.high ? range.low : range

/** `steady-state, simulated with milvus-2.3.5-2core, on active-active-cdc`. */
export function sampleText({ scenario, world, simulatedWith, system, differs }: SlaSample): string {
  const where =
    simulatedWith === null ? `on real servers (${world})` : `simulated with ${simulatedWith}`
  return `${scenario}, ${where}, ${system}${differs === '' ? '' : `, with ${differs}`}`
}

export const objectivesIn = ({ samples }: SlaLevel): SlaObjective[] =>
  samples.flatMap(({ objectives }) => objectives)

export const canSign = ({ reasons }: SlaLevel): boolean => reasons.length === 0

/** `SIGNABLE`, and of what nothing real stands behind: `SIGNABLE AS SIMULATED`. */
export function statusWord(level: SlaLevel): string {
  if (!canSign(level)) return 'UNSIGNED'
  const simulated = level.samples.filter(({ simulatedWith }) => simulatedWith !== null).length
  if (simulated === 0) return 'SIGNABLE'
  return simulated === level.samples.length ? 'SIGNABLE AS SIMULATED' : 'SIGNABLE, PARTLY SIMULATED'
}

/** Why, in a sentence. */
export function statusSentence(level: SlaLevel): string {
  const objectives = objectivesIn(level)
  const of = (state: SlaState) => objectives.filter((one) => one.state === state).length
  const asked = objectives.length - of('beside')
  const runs = level.samples.flatMap(({ runs: own }) => own)
  const fit = runs.filter(({ unfit }) => unfit === undefined).length
  const evidence = `${counted(fit, 'run')} of ${counted(level.samples.length, 'plan')}`
  const short = of('beside')
  const beside =
    short > 0
      ? ` ${counted(short, 'cell')} of recoveries too short to tell ${short === 1 ? 'is' : 'are'} not part of it.`
      : ''
  const doubtful = objectives.filter(({ error }) => error?.holds === false).length
  const doubt =
    doubtful > 0
      ? ` ${doubtful} of them would be broken if the simulator is as far off as it was beside real servers.`
      : ''
  if (canSign(level))
    return `All ${counted(asked, 'objective')} hold on ${evidence}.${doubt}${beside}`
  const broken = level.samples.flatMap(({ runs: own }) => own.filter(({ broke }) => broke)).length
  const parts = [
    ...(broken > 0
      ? [`${counted(broken, 'run breaks', 'runs break')} a promise of the system`]
      : []),
    ...(of('broken') > 0 ? [`${of('broken')} of ${counted(asked, 'objective')} broken`] : []),
    ...(of('open') > 0 ? [`${of('open')} of ${counted(asked, 'objective')} not shown`] : []),
    ...(fit < runs.length
      ? [`${runs.length - fit} of ${counted(runs.length, 'run')} no evidence`]
      : []),
  ]
  if (parts.length === 0) return level.reasons[0]?.what ?? ''
  return `${parts.join('; ')}.`.replace(/^./, (letter) => letter.toUpperCase())
}

/** Worst first, otherwise in the order of the profile. */
export const bySeverity = (objectives: readonly SlaObjective[]): SlaObjective[] =>
  [...objectives].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))

const order: readonly SlaState[] = ['broken', 'open', 'holds', 'beside']

/** An objective as cells of text: state, what, where, measured, evidence, budget burnt, windows kept, runs kept. */
export const objectiveCells = (one: SlaObjective): string[] => [
  stateWords[one.state],
  objectiveText(one),
  placeText(one),
  both(measuredText(one), shownText(one)),
  countText(one.count),
  both(burntText(one), usedText(one)),
  windowsText(one),
  runsText(one),
]
