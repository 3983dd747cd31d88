import type { Sla, SlaLevel, SlaSample } from '../../model/sla.ts'
import { plainTable, WIDTH, wrap } from '../../text/table.ts'
import { countText } from '../../text/value.ts'
import {
  both,
  burntText,
  bySeverity,
  measuredText,
  objectiveText,
  placeText,
  runsText,
  sampleText,
  shownText,
  stateWords,
  statusSentence,
  statusWord,
  usedText,
  windowsText,
} from './wording.ts'

/** Reasons that are printed; all are in the page. */
const MOST = 8

/** What the command prints: each profile with its objectives, its reasons, and last whether it can be signed. */
export const slaTable = ({ levels }: Sla): string => levels.map(levelText).join('\n\n')

const head = ['', 'objective', 'where', 'measured', 'evidence', 'budget burnt', 'windows', 'runs']

function levelText(level: SlaLevel): string {
  const { reasons } = level
  const more = reasons.length - MOST
  return [
    ...level.samples.flatMap((sample) => [...sampleLines(sample), '']),
    ...level.notes.flatMap((note) => wrap(`note: ${note}`, WIDTH)),
    ...reasons
      .slice(0, MOST)
      .flatMap(({ what, wayOut }) => [
        ...wrap(`- ${what}`, WIDTH),
        ...wrap(wayOut, WIDTH - 2).map((line) => `  ${line}`),
      ]),
    ...(more > 0 ? [`and ${more} more reasons, all in the page`] : []),
    ...(reasons.length > 0 ? [''] : []),
    ...wrap(`${level.name}: ${statusWord(level)}. ${statusSentence(level)}`, WIDTH),
  ].join('\n')
}

function sampleLines(sample: SlaSample): string[] {
  const rows = bySeverity(sample.objectives).map((one) => [
    stateWords[one.state],
    objectiveText(one),
    placeText(one),
    both(measuredText(one), shownText(one)),
    countText(one.count),
    both(burntText(one), usedText(one)),
    windowsText(one),
    runsText(one),
  ])
  const aligns = ['left', 'left', 'left', 'left', 'right', 'left', 'left', 'left'] as const
  return [sampleText(sample), ...(rows.length > 0 ? plainTable(head, rows, [...aligns]) : [])]
}
