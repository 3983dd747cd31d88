import { foreignText } from '../../pipeline/cpu-time.ts'
import { markdownTable } from '../../text/table.ts'
import { byError } from './main-errors.ts'
import type { Twin } from './outcome.ts'
import { aloneText, cellsOf, medianText, worstText } from './wording.ts'

const WORST = 30

/** twin.md: the errors of the main metrics, and what is furthest off. */
export function twinMarkdown(twin: Twin): string {
  const { run, profile, comparison } = twin
  const worst = [...comparison.rows].sort(byError).slice(0, WORST)
  const parts = [
    `# ${run.scenario}: simulator beside real servers`,
    aboutText(twin),
    `Error: simulated / real − 1; for shares and counts simulated − real. Profile ${profile.name}.`,
    '## Main metrics',
    markdownTable(
      ['metric', 'median', 'worst', 'where', 'cells'],
      run.errors.map((error) => [
        error.metric,
        medianText(error),
        error.small ? `${worstText(error)} (too small to compare)` : worstText(error),
        error.at,
        String(error.cells),
      ]),
    ),
    `## Furthest off, ${worst.length} of ${comparison.rows.length} figures`,
    markdownTable(['figure', 'where', 'real', 'simulated', 'error', 'n'], worst.map(cellsOf)),
    aloneText(comparison.alone),
  ]
  return `${parts.join('\n\n')}\n`
}

/** When, on what, and who else used the machine. */
export function aboutText({ run, foreign }: Pick<Twin, 'run' | 'foreign'>): string {
  const { date, servers, machine, seed, faultline } = run
  return `Seed ${seed}, ${date}, Faultline ${faultline}, ${servers}, on ${machine}. ${foreignText(foreign)}`
}
