import type { Plan } from '../harness/model/plan.ts'
import { counted, countText, durationText } from '../harness/text/value.ts'
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
  return html`<p class="takeaway">${testedText(plan)}</p>${as}${folded('The plan: links, load, knobs, every value that was used, times from the end of warm-up', used, Number.POSITIVE_INFINITY)}`
}

function testedText({ system, index, regions, links, load, faults, data, timeline }: Plan): string {
  const perSec = load.reduce(
    (sum, one) => sum + one.searchPerSec + one.upsertPerSec + one.deletePerSec + one.fetchPerSec,
    0,
  )
  const loops = load.filter(({ closedLoop }) => closedLoop).length
  const rate = [
    perSec > 0 ? `rates of ${countText(perSec)} operations/s together` : '',
    loops > 0 ? counted(loops, 'closed loop') : '',
  ].filter((text) => text !== '')
  const wrong = faults.length === 0 ? 'no fault' : `${faults.map(({ name }) => name).join(', ')}`
  return `${system.kind} on ${index.kind}, ${countText(data.base)} points of ${data.set}; ${counted(regions.length, 'region')} and ${counted(links.length, 'directed link')}; ${rate.join(' and ')} for ${durationText(timeline.runUs)}; ${wrong}.`
}

/** Open where it has at most `most` lines. */
function folded(title: string, text: string, most = LINES): Markup {
  const lines = text.trimEnd().split('\n').length
  const open = lines <= most
  return html`<details class="print-open"${open && html` open`}><summary>${title}, ${counted(lines, 'line')}</summary><pre class="scroll" role="group" tabindex="0" aria-label="${title}"><code>${verbatim(text.trimEnd())}</code></pre></details>`
}
