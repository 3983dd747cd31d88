import { loadNotes } from '../harness/model/load-notes.ts'
import { storesText } from '../harness/model/plan.ts'
import { counted, durationText, momentText } from '../harness/text/value.ts'
import { catchUpAnswer, lagAnswer, latencyAnswer, recallAnswer, survivalAnswer } from './answers.ts'
import { overlaySection } from './circumstances.ts'
import { html, type Markup } from './markup.ts'
import { how } from './method.ts'
import type { Report } from './report.ts'
import { twinLine } from './twin-line.ts'
import { icon } from './verdict.ts'

/** The verdict, why, what was asked, and the four answers. */
export function header(report: Report): Markup {
  const { analysis, judgement } = report
  const { plan } = analysis
  return html`<header class="${judgement.verdict}">
<p class="kicker"><span>Faultline ${analysis.faultline}</span>${where(report)}</p>
<h1>${plan.name}</h1>
<p class="verdict-line">${icon(judgement.verdict)}<strong>${judgement.verdict.toUpperCase()}</strong> <span>${judgement.because}</span></p>
<p class="question">${plan.question}</p>
${cutOff(report)}
<p class="facts">${facts(report)}</p>
${modelled(report)}
${loadNotes(plan).map((note) => html`<p class="warning">${note}</p>`)}
${overlaySection(report)}
<dl class="answers">
<div><dt>How slow is search?</dt><dd>${latencyAnswer(analysis)} ${how('search.response')}</dd></div>
<div><dt>How much recall is lost?</dt><dd>${recallAnswer(analysis)} ${how('recall')}</dd></div>
<div><dt>How far behind, until when?</dt><dd>${lagAnswer(analysis)} ${catchUpAnswer(analysis)} ${how('lag')}</dd></div>
<div><dt>Did every write survive?</dt><dd>${survivalAnswer(analysis)} ${how('lost-writes')}</dd></div>
</dl>
</header>`
}

const where = ({ analysis: { plan } }: Report): Markup =>
  plan.world === 'sim'
    ? html`<span class="badge">simulated · profile ${plan.profile.name}</span>`
    : html`<span class="badge">real servers · ${plan.world} · ${storesText(plan)}</span>`

/** Why the times of a simulated run are not those of real servers, and how far off they may be. */
function modelled({ analysis: { plan }, environment }: Report): Markup | false {
  if (plan.world !== 'sim') return false
  const error =
    twinLine(plan.profile) ??
    environment.profileError ??
    'Its error against real servers has not been measured in this version'
  return html`<p class="quiet">Every time here is modelled with the service profile <em>${plan.profile.name}</em>. ${withStop(error)}</p>`
}

const withStop = (sentence: string): string => (sentence.endsWith('.') ? sentence : `${sentence}.`)

/** Said at the top: everything below is about a run that did not end as planned. */
function cutOff({ analysis: { ended } }: Report): Markup | false {
  if (ended.how === 'complete') return false
  const how = { interrupted: 'was interrupted', failed: 'failed', 'cut off': 'is cut off' }[
    ended.how
  ]
  const what = ended.how === 'cut off' ? 'The record' : 'The run'
  const because = ended.because === '' ? '' : `: ${ended.because}`
  return html`<p class="warning"><strong>${what} ${how}</strong> at ${momentText(ended.atUs)}, after ${counted(ended.lines, 'line')}${because}. All figures cover what was recorded until then.</p>`
}

/** `2026-11-21 12:00:00 UTC`; whatever else stands there as it is. */
const whenText = (iso: string): string =>
  iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, '$1 $2 UTC')

function facts({ analysis, environment }: Report): string {
  const { plan, ended } = analysis
  const { wallMs } = environment
  return [
    counted(plan.regions.length, 'region'),
    counted(plan.links.length, 'directed link'),
    plan.faults.length === 0 ? 'no fault' : counted(plan.faults.length, 'fault'),
    `${plan.system.kind} on ${plan.index.kind}`,
    `${durationText(plan.timeline.warmupUs + ended.atUs)} of ${plan.world === 'sim' ? 'simulated time' : 'run'}`,
    ...(typeof wallMs === 'number' ? [`${durationText(wallMs * 1000)} of ours`] : []),
    `seed ${plan.seed}`,
    ...(typeof environment.commit === 'string' && environment.commit !== 'not known'
      ? [`commit ${environment.commit}`]
      : []),
    whenText(environment.startedAt),
  ].join(' · ')
}
