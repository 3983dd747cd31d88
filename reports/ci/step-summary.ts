import { markdownTable } from '../../harness/text/table.ts'
import { counted } from '../../harness/text/value.ts'
import { code, escapedText } from '../markdown.ts'
import { byWeight, type Case, type Outcome, ranks, type Suite } from './suite.ts'

/** Rows and suites beyond these are counted: GitHub drops a summary of more than 1 MiB, and nobody reads it. */
const LIMITS = 20
const FINDINGS = 10
const SUITES = 200
const IN_FULL = 10

/** What a step of a GitHub workflow shows: the verdict, limits with the worst first, findings, where the report is. */
export function stepSummary(suites: readonly Suite[]): string {
  const sorted = [...suites].sort((a, b) => rankOf(a) - rankOf(b))
  const [only] = sorted
  if (sorted.length === 1 && only) return `${suiteText(only)}\n`
  const red = sorted.filter((suite) => rankOf(suite) < ranks.skipped)
  const rows = sorted.slice(0, SUITES).map((suite) => {
    const { name, cases } = suite
    return [words[worstOf(suite)], escapedText(name), escapedText(cases[0]?.because ?? '')]
  })
  const more = sorted.length - rows.length
  return [
    `# ${red.length === 0 ? 'Faultline' : `${red.length} of ${counted(suites.length, 'run')} not as it should be`}`,
    markdownTable(['', 'run', 'verdict'], rows),
    ...(more > 0 ? [`${counted(more, 'more run')} not shown.`] : []),
    ...red.slice(0, IN_FULL).map((suite) => suiteText(suite, '##')),
    '',
  ].join('\n\n')
}

const words: Record<Outcome, string> = {
  failed: '❌ failed',
  error: '⚠️ error',
  skipped: '❔ cannot tell',
  passed: '✅ passed',
}

/** The verdict's case leads; what else is red in a suite without a verdict decides it. */
function worstOf({ cases }: Suite): Outcome {
  const [first, ...rest] = cases
  const red = rest.filter(({ outcome }) => ranks[outcome] < ranks.skipped)
  const [worst] = [...(first ? [first] : []), ...red].sort(byWeight)
  return worst?.outcome ?? 'error'
}

const rankOf = (suite: Suite): number => ranks[worstOf(suite)]

function suiteText(suite: Suite, heading = '#'): string {
  const { name, cases, report } = suite
  const [verdict, ...others] = cases
  const limits = others.filter(({ written }) => written !== undefined)
  const rest = others.filter(({ written }) => written === undefined)
  const parts = [
    `${heading} ${words[worstOf(suite)]}: ${escapedText(name)}`,
    escapedText(verdict?.because ?? ''),
    limitsPart(limits),
    restPart(rest),
    report === undefined ? '' : `Report: ${code(report)}`,
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function limitsPart(limits: readonly Case[]): string {
  if (limits.length === 0) return ''
  const sorted = [...limits].sort(byWeight)
  const listed = sorted.filter(({ aside }) => !aside).slice(0, LIMITS)
  const rows = listed.map(({ outcome, where, name, because }) =>
    [words[outcome], cellOf(where), name, because].map(escapedText),
  )
  const left = limits.length - listed.length
  const more = left > 0 ? `\n\n${counted(left, 'more limit')} in the report.` : ''
  return `${markdownTable(['', 'where', 'limit', 'measured'], rows)}${more}`
}

/** `us-east · baseline`; a limit may also be on a link. */
const cellOf = (where: string): string => where.replace('.', ' · ')

function restPart(rest: readonly Case[]): string {
  const listed = [...rest]
    .sort(byWeight)
    .filter(({ outcome, aside }) => outcome !== 'passed' && !aside)
  const passed = rest.filter(({ outcome }) => outcome === 'passed').length
  const items = listed.slice(0, FINDINGS).map(({ name, because, more: [first] }) => {
    const witness = first === undefined ? '' : `\n  > ${escapedText(first)}`
    return `- **${escapedText(name)}** ${escapedText(because)}${witness}`
  })
  const left = listed.length - items.length
  return [
    ...items,
    ...(left > 0 ? [`- ${counted(left, 'more', 'more')} in the report.`] : []),
    ...(rest.length > 0
      ? [`${items.length > 0 ? '\n' : ''}${passed} of ${rest.length} others passed.`]
      : []),
  ].join('\n')
}
