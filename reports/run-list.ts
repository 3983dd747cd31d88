import type { RunGroup, RunList } from '../harness/model/run-list.ts'
import { figuresOf, newsOf, whenText } from '../harness/text/run-list.ts'
import { counted } from '../harness/text/value.ts'
import { html, type Markup, nothing } from './markup.ts'
import { page } from './page.ts'
import { scrollArea } from './scroll-area.ts'
import { icon, severity, verdictMark } from './verdict.ts'

/** Of each scenario so many runs are listed; the others are in their folders. */
const MOST_RUNS = 20

/** index.html of a folder of runs: what each scenario came to last, whether that is new, and where its pages are. */
export function runListPage(list: RunList, faultline: string, folder: string): string {
  const { groups, pages, untold } = list
  const sorted = [...groups].sort(
    (a, b) => severity[a.runs[0].verdict] - severity[b.runs[0].verdict],
  )
  const worst = sorted[0]?.runs[0].verdict ?? 'unknown'
  const body = html`<header class="${worst}">
<p class="kicker"><span>Faultline ${faultline}</span></p>
<h1>What ran in ${folder}</h1>
<p class="verdict-line">${icon(worst)}<span>${sentence(groups)}</span></p>
</header>
<main>
<section id="scenarios"><h2>Each scenario, by its newest run</h2>
${groups.length === 0 ? html`<p class="missing">No run is here yet.</p>` : newest(sorted)}
</section>
${
  pages.length > 0
    ? html`<section id="pages"><h2>About several runs</h2>
<ul>${pages.map(({ path, what }) => html`<li><a href="${hrefOf(path)}">${path}</a>: ${what}</li>`)}</ul>
</section>`
    : nothing
}
${
  untold.length > 0
    ? html`<section id="untold"><h2>Not told</h2>
<ul>${untold.map(({ path, why }) => html`<li>${path}: ${why}</li>`)}</ul>
</section>`
    : nothing
}
<section id="all"><h2>All runs</h2>
${sorted.map(history)}
</section>
</main>`
  return page(faultline, `runs in ${folder}`, body)
}

function sentence(groups: readonly RunGroup[]): string {
  const bad = groups.filter(({ runs: [{ verdict }] }) => verdict !== 'pass')
  const news = groups.filter(({ streak, before }) => streak === 1 && before !== null)
  if (groups.length === 0) return 'Nothing has run.'
  const red =
    bad.length === 0 ? 'all passed last' : `${bad.length} did not pass last (${named(bad)})`
  const changed =
    news.length === 0
      ? 'none came out otherwise than before'
      : `${news.length} came out otherwise than before (${named(news)})`
  return `Of ${counted(groups.length, 'scenario')} ${red}, and ${changed}.`
}

/** So many are named; the table has all. */
const MOST_NAMED = 3

function named(groups: readonly RunGroup[]): string {
  const names = groups.slice(0, MOST_NAMED).map(({ scenario }) => scenario)
  const more = groups.length - names.length
  return [...names, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}

const hrefOf = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

const head = [
  'verdict',
  'scenario',
  'on',
  'search p99',
  'recall',
  'lag p90',
  'UTC',
  'is it new',
  'page',
]

function newest(groups: readonly RunGroup[]): Markup {
  return rows(
    head,
    groups.map((group) => {
      const [run] = group.runs
      const on = group.world === 'sim' ? group.system : `${group.system}, ${group.world}`
      return html`<tr><td>${verdictMark(run.verdict)}</td><td>${group.scenario}</td><td>${on}</td>${figuresOf(
        run,
      ).map(
        (text) => html`<td>${text}</td>`,
      )}<td>${whenText(run.startedAt)}</td><td>${newsOf(group)}</td><td>${link(run)}</td></tr>\n`
    }),
    'Each scenario, by its newest run',
  )
}

const link = ({ path, hasReport }: RunGroup['runs'][number]): Markup =>
  hasReport ? html`<a href="${hrefOf(`${path}/report.html`)}">report</a>` : html`${path}`

function history({ scenario, system, world, runs }: RunGroup): Markup {
  const shown = runs.slice(0, MOST_RUNS)
  const more = runs.length - shown.length
  return html`<details><summary>${scenario} on ${system}${world !== 'sim' && `, ${world}`}: ${counted(runs.length, 'run')}</summary>
${rows(
  ['verdict', 'UTC', 'seed', 'search p99', 'recall', 'lag p90', 'because', 'page'],
  shown.map(
    (run) =>
      html`<tr><td>${verdictMark(run.verdict)}</td><td>${whenText(run.startedAt)}</td><td>${String(run.seed)}</td>${figuresOf(
        run,
      ).map((text) => html`<td>${text}</td>`)}<td>${run.because}</td><td>${link(run)}</td></tr>\n`,
  ),
  `Runs of ${scenario}`,
)}
${more > 0 ? html`<p class="quiet">${String(more)} more are in their folders.</p>` : nothing}</details>`
}

const rows = (titles: readonly string[], body: readonly Markup[], label: string): Markup =>
  scrollArea(
    label,
    html`<table class="words-all"><thead><tr>${titles.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead><tbody>${body}</tbody></table>`,
  )
