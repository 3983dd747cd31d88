import type { Summary } from '../summary.ts'
import { type Family, numberText, type SampleLabels, summaryFamilies } from './families.ts'

/** OpenMetrics 1.0, or the text format that Prometheus had before it. */
export type Exposition = 'openmetrics' | 'text'

export const expositionTypes: Record<Exposition, string> = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  text: 'text/plain; version=0.0.4; charset=utf-8',
}

/** Families as text. The older format knows neither units nor info nor stateset, and has no end. */
export function exposition(families: readonly Family[], format: Exposition): string {
  const lines = families.flatMap((family) =>
    family.samples.size === 0 ? [] : [...aboutOf(family, format), ...samplesOf(family)],
  )
  return `${[...lines, ...(format === 'openmetrics' ? ['# EOF'] : [])].join('\n')}\n`
}

/** The summary of a run as OpenMetrics text, a snapshot without times. */
export const openMetricsText = (summary: Summary): string =>
  exposition(summaryFamilies(summary), 'openmetrics')

function aboutOf({ name, type, unit, help }: Family, format: Exposition): string[] {
  if (format === 'openmetrics')
    return [
      `# TYPE ${name} ${type}`,
      ...(unit === '' ? [] : [`# UNIT ${name} ${unit}`]),
      `# HELP ${name} ${escaped(help)}`,
    ]
  const sampled = `${name}${{ counter: '_total', info: '_info' }[type as string] ?? ''}`
  const known = type === 'info' || type === 'stateset' ? 'gauge' : type
  return [`# HELP ${sampled} ${escapedHelp(help)}`, `# TYPE ${sampled} ${known}`]
}

const samplesOf = ({ name, samples }: Family): string[] =>
  [...samples.values()].map(({ labels, suffix, value }) => {
    const text = labelText(labels)
    return `${name}${suffix}${text === '' ? '' : `{${text}}`} ${numberText(value)}`
  })

const labelText = (labels: SampleLabels): string =>
  Object.entries(labels)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}="${escaped(value)}"`]))
    .join(',')

const escaped = (text: string): string => escapedHelp(text).replaceAll('"', '\\"')

const escapedHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
