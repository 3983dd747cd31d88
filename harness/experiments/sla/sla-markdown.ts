import { code, escapedText } from '../../../reports/markdown.ts'
import type { Sla, SlaLevel, SlaSample } from '../../model/sla.ts'
import { markdownTable } from '../../text/table.ts'
import { writtenText } from '../../text/value.ts'
import { aboutText, imagesText, ownerText, runHead, runRow } from './provenance.ts'
import {
  bySeverity,
  objectiveCells,
  sampleText,
  sourceText,
  statusSentence,
  statusWord,
} from './wording.ts'

/** sla.md: the whole of the page as Markdown. */
export function slaMarkdown(sla: Sla): string {
  const parts = ['# SLA sign-off', escapedText(aboutText(sla)), ...sla.levels.flatMap(levelParts)]
  const command = `To make this page again:\n\n\`\`\`sh\n${sla.command}\n\`\`\``
  return `${[...parts, command].join('\n\n')}\n`
}

function levelParts(level: SlaLevel): string[] {
  const { name, title, reasons, notes, untested, samples, windowUs } = level
  return [
    `## ${statusWord(level)}: ${escapedText(title)}`,
    escapedText(`Profile ${name}${ownerText(level)}. ${statusSentence(level)}`),
    ...(reasons.length === 0
      ? []
      : [
          '### What keeps it from being signed',
          reasons
            .map(({ what, wayOut }) => `- ${escapedText(what)}\n  - ${escapedText(wayOut)}`)
            .join('\n'),
        ]),
    ...notes.map((note) => `> ${escapedText(note)}`),
    ...samples.flatMap((sample) => sampleParts(sample, windowUs)),
    '### What was not tested',
    untested.map(({ what, which }) => `- **${what}**: ${escapedText(which.join('; '))}`).join('\n'),
    '### Runs',
    ...samples.map(runsPart),
  ]
}

function sampleParts(sample: SlaSample, windowUs: number): string[] {
  const head = ['', 'objective', 'where', 'measured', 'evidence', 'budget burnt']
  const rows = bySeverity(sample.objectives).map((one) => [...objectiveCells(one), sourceText(one)])
  const more = [`windows of ${writtenText(windowUs, 'us')} kept`, 'runs kept', 'real or simulated']
  const title = `### ${escapedText(sampleText(sample))}`
  if (rows.length === 0) return [title, 'No run is evidence.']
  const cells = rows.map((row) => row.map(escapedText))
  return [title, escapedText(sample.question), markdownTable([...head, ...more], cells)]
}

function runsPart(sample: SlaSample): string {
  const rows = sample.runs.map((run) => runRow(run).map(escapedText))
  const images = imagesText(sample)
  return [
    escapedText(sampleText(sample)),
    markdownTable(runHead, rows),
    ...(images === '' ? [] : [escapedText(images)]),
    `To repeat: ${code(sample.repeat)}`,
  ].join('\n\n')
}
