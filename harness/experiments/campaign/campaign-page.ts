import { basename, relative } from 'node:path'
import { type Spread, spreadChart } from '../../../reports/charts/spread.ts'
import { table } from '../../../reports/charts/table.ts'
import { html, type Markup, nothing } from '../../../reports/markup.ts'
import { chartMarks, page } from '../../../reports/page.ts'
import { scrollArea } from '../../../reports/scroll-area.ts'
import { icon, verdictMark } from '../../../reports/verdict.ts'
import type { Verdict } from '../../model/finding.ts'
import { type MetricName, metrics } from '../../model/metric.ts'
import type { Plan } from '../../model/plan.ts'
import { counted, countText, measuredText, metricText, percentText } from '../../text/value.ts'
import type { RunFigure } from '../side-by-side.ts'
import type { FailingSeed, SeedCampaign } from './seed-campaign.ts'
import { rateSentence, shrinkable } from './seed-table.ts'
import type { Row } from './task.ts'

/** Failing seeds listed one by one; campaign.json has all. */
const MOST_FAILING = 200
/** Drawings of how figures spread; the table has all figures. */
const MOST_CHARTS = 12

/** What is drawn, in this order, phase by phase. */
const drawn: readonly string[] = [
  'search.response p99',
  'recall mean',
  'lag p90',
  'catch-up',
  'convergence',
]

type Origin = { plan: Plan; file: string; base: string }

/** campaign.html: how many seeds failed and what that shows, what failed in which, and how far the figures spread. */
export async function campaignPage(
  campaign: SeedCampaign,
  rows: readonly Row[],
  { plan, file, base }: Origin,
): Promise<string> {
  const { scenario, faultline, done, asked, failing, undecided } = campaign
  const verdict = failing.length > undecided ? 'fail' : failing.length > 0 ? 'unknown' : 'pass'
  const figures = figuresOf(rows)
  const body = html`<header class="${verdict}">
<p class="kicker"><span>Faultline ${faultline}</span><span class="badge">simulated: times are modelled</span></p>
<h1>${scenario} under ${counted(done, 'seed')}</h1>
<p class="verdict-line">${icon(verdict)}<strong>${verdict.toUpperCase()}</strong> <span>${rateSentence(campaign)}</span></p>
<p class="question">${plan.question}</p>
${done < asked && html`<p class="warning">Interrupted: ${countText(asked - done)} of ${counted(asked, 'seed')} were not run.</p>`}
<p class="facts">${factsOf(campaign, plan)}</p>
</header>
<main>
<section id="seeds"><h2>Seeds</h2>
${verdictCounts(campaign)}
${failing.length > 0 && failingSection(campaign, rows, base)}
<p class="quiet">Seeds are taken as independent draws. The share of all seeds is exact at 95 % (Clopper and Pearson 1934); where none of n failed its upper end is
1 − 0.05^(1/n), about 3 ÷ n (Hanley and Lippman-Hand 1983).${undecided > 0 && ' Seeds that cannot be counted count as good for the lower end and as failed for the upper one.'}</p>
</section>
<section id="spread"><h2>How far figures spread</h2>
${figures.length === 0 ? html`<p class="missing">No run measured a figure.</p>` : await spreadSection(figures, rows, base)}
</section>
<section id="repeat"><h2>Look at one of them</h2>
<p>A run with its whole report: <code>faultline run ${file} --seed ${String(rows[0]?.seed ?? 1)}</code>. All seeds with their reports: <code>--reports</code>. All of this page is in campaign.json.</p>
</section>
</main>`
  return page(faultline, `${scenario}: ${counted(done, 'seed')}`, body, [chartMarks()])
}

const factsOf = ({ expecting, seconds, jobs }: SeedCampaign, plan: Plan): string =>
  [
    plan.system.kind,
    counted(plan.regions.length, 'region'),
    counted(plan.faults.length, 'fault'),
    expecting ? 'held against what the scenario expects' : 'asked to pass',
    `${seconds.toFixed(0)} s in ${counted(jobs, 'process', 'processes')}`,
  ].join(' · ')

const isVerdict = (word: string): word is Verdict => word !== 'not run'

const marked = (word: Row['verdict']): Markup =>
  isVerdict(word) ? verdictMark(word) : html`<span class="verdict note">${word}</span>`

const verdictCounts = ({ verdicts, done }: SeedCampaign): Markup =>
  html`<p class="legend">${Object.entries(verdicts).map(
    ([word, count]) =>
      html`<span>${marked(word as Row['verdict'])} ${countText(count)} (${percentText(count / Math.max(1, done))})</span> `,
  )}</p>`

function failingSection(
  { causes, failing, done }: SeedCampaign,
  rows: readonly Row[],
  base: string,
) {
  const more = failing.length - MOST_FAILING
  return html`<h3>What failed</h3>
${table(
  ['checker or limit', 'seeds', 'share', 'first seed'],
  causes.map(({ what, seeds, first }) => [
    what,
    countText(seeds),
    percentText(seeds / done),
    String(first),
  ]),
  1,
)}
<h3>Each seed that failed</h3>
${scrollArea(
  'Each seed that failed',
  html`<table ><thead><tr>${['verdict', 'seed', 'what failed'].map((text) => html`<th scope="col">${text}</th>`)}</tr></thead><tbody>${failing.slice(0, MOST_FAILING).map((one) => failingRow(one, rows, base))}</tbody></table>`,
)}
${more > 0 && html`<p class="quiet">${countText(more)} more are in campaign.json.</p>`}
${shrinkCommand(failing)}`
}

function failingRow(
  { seed, verdict, wrong, failed = [], replay }: FailingSeed,
  rows: readonly Row[],
  base: string,
): Markup {
  const again =
    replay !== undefined &&
    html` <code>faultline run <a href="${basename(replay)}">${replay}</a></code>`
  return html`<tr><td>${marked(verdict)}</td><td>${seedLink(seed, rows, base)}</td><td class="text">${failed.join(', ')}</td></tr>
<tr class="why"><td colspan="3">${wrong.join('; ')}${again}</td></tr>\n`
}

function shrinkCommand(failing: readonly FailingSeed[]): Markup {
  const replay = shrinkable(failing)
  if (replay === undefined) return nothing
  return html`<p>Make the first small: <code>faultline shrink ${replay}</code></p>`
}

/** Leads to the report of a run where it was kept. */
function seedLink(seed: number, rows: readonly Row[], base: string): Markup {
  const directory = rows.find((row) => row.seed === seed)?.directory
  if (directory === undefined) return html`${String(seed)}`
  return html`<a href="${relative(base, directory)}/report.html">${String(seed)}</a>`
}

type SeedValue = { seed: number; low: number; high: number; failed: boolean }
type SeedFigure = Pick<RunFigure, 'what' | 'where' | 'metric' | 'unit'> & { values: SeedValue[] }

/** Every figure with its value under each seed that measured it, smallest first. */
function figuresOf(rows: readonly Row[]): SeedFigure[] {
  const figures = new Map<string, SeedFigure>()
  for (const { seed, figures: own = [], outcome } of rows)
    for (const { what, where, metric, unit, measured } of own) {
      if (!measured) continue
      const figure = figures.get(`${what}|${where}`) ?? { what, where, metric, unit, values: [] }
      figure.values.push({ seed, ...measured, failed: outcome === 'not as it should' })
      figures.set(`${what}|${where}`, figure)
    }
  for (const { values } of figures.values())
    values.sort((a, b) => a.high - b.high || a.low - b.low || a.seed - b.seed)
  return [...figures.values()]
}

async function spreadSection(figures: readonly SeedFigure[], rows: readonly Row[], base: string) {
  const wanted = drawn.flatMap((what) => figures.filter((one) => one.what === what))
  const charts: Markup[] = []
  for (const figure of wanted.slice(0, MOST_CHARTS))
    charts.push(await spreadChart(spreadOf(figure)))
  const failed = rows.some(({ outcome }) => outcome === 'not as it should')
  return html`<figure><div class="facets">${charts}</div>
<figcaption>One mark a seed, from the smallest value at the left to the largest at the right.${failed && ' Red squares: seeds that failed.'} A line down from a mark: what the value can be at least. Triangles on top: it had not happened when the run ended.</figcaption></figure>
${figureTable(figures, rows, base)}`
}

const spreadOf = ({ what, where, unit, values }: SeedFigure): Spread => ({
  title: where === '' ? what : `${what}, ${where}`,
  unit,
  values: values.map(({ seed, ...value }) => ({ name: `seed ${seed}`, ...value })),
})

function figureTable(figures: readonly SeedFigure[], rows: readonly Row[], base: string): Markup {
  const head = ['figure', 'where', 'seeds', 'smallest', 'at seed', 'median', 'largest', 'at seed']
  const row = ({ what, where, metric, values }: SeedFigure): Markup => {
    const [first, last] = [values[0], values.at(-1)] as [SeedValue, SeedValue]
    const middle = [values[(values.length - 1) >> 1], values[values.length >> 1]] as SeedValue[]
    const median = middle.reduce(
      (sum, { low, high }) => ({ low: sum.low + low / 2, high: sum.high + high / 2 }),
      { low: 0, high: 0 },
    )
    const cells = [
      countText(values.length),
      text(first, metric),
      seedLink(first.seed, rows, base),
      text(median, metric),
      text(last, metric),
      seedLink(last.seed, rows, base),
    ]
    return html`<tr><td>${what}</td><td>${where}</td>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`
  }
  return scrollArea(
    'Every figure over all seeds',
    html`<table class="words-2"><thead><tr>${head.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead><tbody>${figures.map(row)}</tbody></table>`,
  )
}

/** Both ends of a value; what had not even begun to end as a word, such as `never caught up`. */
const text = ({ low, high }: { low: number; high: number }, metric: MetricName): string =>
  Number.isFinite(low) ? measuredText({ low, high }, metrics[metric].unit) : metricText(low, metric)
