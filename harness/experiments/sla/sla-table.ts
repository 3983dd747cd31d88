import type { Sla, SlaLevel, SlaSample } from '../../model/sla.ts'
import { plainTable, WIDTH, wrap } from '../../text/table.ts'
import { bySeverity, objectiveCells, sampleText, statusSentence, statusWord } from './wording.ts'

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
  const rows = bySeverity(sample.objectives).map(objectiveCells)
  const aligns = ['left', 'left', 'left', 'left', 'right', 'left', 'left', 'left'] as const
  return [sampleText(sample), ...(rows.length > 0 ? plainTable(head, rows, [...aligns]) : [])]
}
