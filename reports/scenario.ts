import { counted } from '../harness/text/value.ts'
import { html, type Markup, verbatim } from './markup.ts'
import type { Report } from './report.ts'

/** More lines than this start folded. */
const LINES = 40

/** The scenario as it was written, and the plan made of it: links, load, knobs, with every value that was used. */
export function scenarioSection({ scenario, analysis: { plan } }: Report): Markup {
  if (!scenario)
    return html`<p class="missing">Whoever made this report did not say what the scenario was.</p>`
  const { written, plan: used } = scenario
  const as =
    written === null
      ? html`<p class="missing">${plan.file} was not kept with this run: it was made by an older version, or repeated from a plan.</p>`
      : folded(`${plan.file} as it was written`, written)
  return html`${as}${folded('The plan: every value that was used, times from the end of warm-up', used)}`
}

function folded(title: string, text: string): Markup {
  const lines = text.trimEnd().split('\n').length
  const open = lines <= LINES
  return html`<details class="print-open"${open && html` open`}><summary>${title}, ${counted(lines, 'line')}</summary><pre class="scroll" role="group" tabindex="0" aria-label="${title}"><code>${verbatim(text.trimEnd())}</code></pre></details>`
}
