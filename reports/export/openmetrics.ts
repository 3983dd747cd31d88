import type { Summary } from '../summary.ts'
import { type Family, numberText, type SampleLabels, summaryFamilies } from './families.ts'

/** The summary of a run as OpenMetrics text, a snapshot without times. */
export const openMetricsText = (summary: Summary): string =>
  `${summaryFamilies(summary).flatMap(linesOf).join('\n')}\n# EOF\n`

const linesOf = ({ name, type, unit, help, samples }: Family): string[] => [
  `# TYPE ${name} ${type}`,
  ...(unit === '' ? [] : [`# UNIT ${name} ${unit}`]),
  `# HELP ${name} ${escaped(help)}`,
  ...[...samples.values()].map(
    ({ labels, suffix, value }) => `${name}${suffix}{${labelText(labels)}} ${numberText(value)}`,
  ),
]

const labelText = (labels: SampleLabels): string =>
  Object.entries(labels)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}="${escaped(value)}"`]))
    .join(',')

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
