import type { FaultSpan } from '../harness/model/finding.ts'
import { overlayOf, type Plan, storesText, storesUsed } from '../harness/model/plan.ts'
import { counted, countText, durationText, momentText } from '../harness/text/value.ts'
import { table } from './charts/table.ts'
import { shellWord, whereLabel } from './format.ts'
import { html, type Markup, verbatim } from './markup.ts'
import type { Report } from './report.ts'
import { serversOf } from './servers.ts'

/** Faults as planned, and what canaries saw of them. */
export function faultsSection({ analysis }: Report): Markup {
  const { faults, plan } = analysis
  if (faults.length === 0)
    return html`<p class="missing">${plan.faults.length === 0 ? 'No fault was planned' : 'No fault was reached'}.</p>`
  const unseen = faults.filter(({ confirmedUs }) => confirmedUs === null)
  const takeaway =
    unseen.length === 0
      ? `Every fault was seen to bite by a canary of its own.`
      : `Not confirmed by any canary: ${unseen.map(({ name }) => name).join(', ')}. What follows from ${unseen.length === 1 ? 'it' : 'them'} is not proven.`
  const rows = faults.map((fault) => {
    const planned = plan.faults.find(({ name }) => name === fault.name)
    return [
      fault.name,
      fault.kind,
      whereLabel(fault.where),
      planned ? `${momentText(planned.atUs)} to ${momentText(planned.untilUs)}` : '',
      `${momentText(fault.fromUs)} to ${momentText(fault.toUs)}`,
      seen(fault.confirmedUs, fault.fromUs),
      seen(fault.healConfirmedUs, fault.toUs),
      fault.saw,
    ]
  })
  const head = [
    'fault',
    'kind',
    'where',
    'planned',
    'in force',
    'confirmed',
    'end confirmed',
    'the canary saw',
  ]
  return html`<p class="takeaway">${takeaway}</p>${table(head, rows)}`
}

/** When a canary saw it, and how long after it happened. */
function seen(us: FaultSpan['confirmedUs'], sinceUs: number): string {
  return us === null
    ? 'not confirmed'
    : `${momentText(us)} (+${durationText(Math.max(0, us - sinceUs))})`
}

/** What the file lays over for the world of this run: limits and rates here are not those of another world. */
export function overlaySection({ analysis: { plan } }: Report): Markup | false {
  const overlay = overlayOf(plan)
  if (overlay.length === 0) return false
  return html`<div class="overlay"><p>Laid over for ${plan.world}:</p><ul>${overlay.map(
    (sentence) => html`<li>${sentence}</li>`,
  )}</ul></div>`
}

export function profileSection({ analysis: { plan } }: Report): Markup {
  if (plan.world !== 'sim') return serversTable(plan)
  const { name, rows } = plan.profile
  if (rows.length === 0) return html`<p class="missing">Profile ${name} names no sources.</p>`
  return html`<details class="print-open"><summary>${counted(rows.length, 'value')} of ${name}, each with its source</summary>${table(
    ['value of', 'is', 'source'],
    rows.map(({ key, value, source }) => [key, value, source]),
  )}</details>`
}

/** How the real servers were set; what they are stands in the environment. */
function serversTable(plan: Plan): Markup {
  const { servers, mirror, log } = plan
  const { tickUs, sessionTtlUs, producer, concurrentSends, kafkaClock } = servers
  const used = storesUsed(plan)
  const ofMilvus: [string, string][] = [
    ['Milvus time tick', durationText(tickUs)],
    ['Milvus session TTL', durationText(sessionTtlUs)],
  ]
  const ofPgvector: [string, string][] = [
    ['iterative scans of pgvector', servers.iterativeScan ?? 'off'],
    ['autovacuum', 'as PostgreSQL has it: once a minute, where a fifth of a table is dead'],
  ]
  return pairs([
    ['stores', storesText(plan)],
    ...(used.includes('milvus') ? ofMilvus : []),
    ...(used.includes('pgvector') ? ofPgvector : []),
    ['producers', `${producer}${concurrentSends ? ', with concurrent sends' : ''}`],
    ['mirrors', `${mirror.delivery}, offsets flushed every ${durationText(mirror.flushUs)}`],
    ['partitions a topic', countText(log.partitions)],
    ['clocks of brokers', kafkaClock ? 'can be moved (libfaketime)' : 'as the host has them'],
  ])
}

/** Whatever the caller knew about the machine, in the order given. */
export function environmentSection({ environment, analysis }: Report): Markup {
  const { ended } = analysis
  const own: [string, string][] = [
    ['faultline', analysis.faultline],
    ['record', `${counted(ended.lines, 'line')}, ${ended.how} at ${momentText(ended.atUs)}`],
  ]
  const given = Object.entries(environment)
    .filter(([key, value]) => key !== 'faultline' && isPlain(value))
    .map(([key, value]): [string, string] => [
      key,
      key === 'wallMs' ? `${countText(Number(value))} ms` : String(value),
    ])
  return html`<details class="print-open" open><summary>Made with</summary>${pairs([...own, ...given])}</details>${serversOf(environment)}`
}

const pairs = (rows: readonly (readonly [string, string])[]): Markup =>
  html`<table class="pairs">${rows.map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`,
  )}</table>`

const isPlain = (value: unknown): boolean =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value))

/** With the path as it was typed; the plan knows only the file's name. */
export function repeatCommand({
  analysis: { plan },
  environment: { scenarioFile },
}: Report): string {
  const file = typeof scenarioFile === 'string' ? scenarioFile : plan.file
  const world = plan.world === 'sim' ? '' : ` --world ${plan.world}`
  return `faultline run ${shellWord(file)}${world} --seed ${plan.seed}`
}

/** Seed and command: the same plan and the same Faultline give the same record. */
export function repeatSection(report: Report): Markup {
  const { plan, faultline } = report.analysis
  const same =
    plan.world === 'sim' &&
    ` With Faultline ${faultline} and an unchanged scenario, the record has the same bytes.`
  return html`<p>Seed <strong>${String(plan.seed)}</strong>.${same}</p><pre><code>${verbatim(repeatCommand(report))}</code></pre>
<p>To make this report again from what was recorded:</p><pre><code>faultline report ${shellWord(report.run)}</code></pre>`
}
