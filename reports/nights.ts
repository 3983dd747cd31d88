import { metrics } from '../harness/model/metric.ts'
import type { GatedFigure, NightsResult } from '../harness/model/nights.ts'
import { counted, measuredText } from '../harness/text/value.ts'
import { named, nightsChart } from './charts/nights.ts'
import { dataDetails, table } from './charts/table.ts'
import { html, type Markup, nothing } from './markup.ts'
import { chartMarks, page } from './page.ts'
import { icon } from './verdict.ts'

/** Drawings of figures that are as they were; what changed is always drawn. */
const MOST_STEADY = 12

const isSteady = ({ state }: GatedFigure): boolean => state === 'steady' || state === 'learning'

/** nights.html: whether anything got worse for good, every figure across the nights, and what each night came to. */
export async function nightsPage(result: NightsResult): Promise<string> {
  const { scenario, system, world, night, commit, faultline, command, nights, figures } = result
  const { word, because, exitCode, begins } = result
  const changed = figures.filter((one) => !isSteady(one))
  const steady = figures.filter(isSteady)
  const verdict = exitCode === 0 ? 'pass' : word === 'NO DATA' ? 'unknown' : 'fail'
  const body = html`<header class="${verdict}">
<p class="kicker"><span>Faultline ${faultline}</span><span class="badge">${world === 'sim' ? 'simulated: times are modelled' : 'measured on real servers'}</span></p>
<h1>${scenario} on ${system}: ${String(nights.length)} ${nights.length === 1 ? 'night' : 'nights'}</h1>
<p class="verdict-line">${icon(verdict)}<strong>${word}</strong> <span>${because} ${isNew(changed, word)}</span></p>
<p class="question">Night ${night}, commit ${commit}. ${sentence(changed, steady)}</p>
${begins !== undefined && html`<p class="warning">${begins}</p>`}
</header>
<main>
${
  changed.length > 0 &&
  html`<section id="changed"><h2>What is not as it was</h2>
${table(['state', 'figure', 'where', 'how it went'], changed.map(rowOf), 'all')}
${await figure(changed)}
</section>`
}
${
  steady.length > 0 &&
  html`<section id="steady"><h2>What is as it was</h2>
${await figure(steady.slice(0, MOST_STEADY))}
${
  steady.length > MOST_STEADY
    ? html`<p class="quiet">${String(steady.length - MOST_STEADY)} more are in the table.</p>`
    : nothing
}
${dataDetails(`All ${counted(steady.length, 'figure')}`, table(['state', 'figure', 'where', 'level'], steady.map(rowOf), 'all'))}
</section>`
}
<section id="nights"><h2>Each night</h2>
${table(['night', 'commit', 'runs', 'what they came to'], [...nights].reverse().map(nightRow), 'all')}
${dataDetails('Medians of each night', medians(result))}
<p class="quiet">Made by ${command}. A figure of a night is the median of its runs. A change counts when it stands for as many nights as were asked for
(two unless said otherwise), or at once where it is large in every run. It is found in the medians of all nights as published by
Hunter (Apache Otava), with Student's t test, and in the last nights by the ranks of their runs among all runs (Conover and Iman 1981).</p>
</section>
</main>`
  return page(faultline, `${scenario}: nights`, body, [chartMarks()])
}

/** Whether the gravest change is one of last night, in a sentence; nothing where none has a beginning. */
function isNew([worst]: readonly GatedFigure[], word: string): string {
  if (worst?.change === undefined) return ''
  const { change, nights, said, quarantined } = worst
  const ago = nights.length - 1 - change.since
  const when =
    ago === 0 ? 'It is new last night' : `It began ${counted(ago, 'night')} before the last`
  // What turned the night red stands in the first sentence, with its size and since when.
  if (word === 'REGRESSED' && !quarantined) return `${when}.`
  return `${when} (${nights[change.since]}): ${said}.`
}

function sentence(changed: readonly GatedFigure[], steady: readonly GatedFigure[]): string {
  const learning = steady.filter(({ state }) => state === 'learning').length
  const same = steady.length - learning
  const counts = [
    ...count(changed, 'regressed', 'got worse'),
    ...count(changed, 'suspected', 'may have got worse'),
    ...count(changed, 'no data', 'could not be told'),
    ...count(changed, 'improved', 'got better'),
    ...(learning > 0 ? [`${learning} ${learning === 1 ? 'is' : 'are'} being learned`] : []),
    ...(same > 0 ? [`${same} ${same === 1 ? 'is as it was' : 'are as they were'}`] : []),
  ]
  return counts.length === 0
    ? ''
    : `Of ${changed.length + steady.length} figures ${counts.join(', ')}.`
}

function count(all: readonly GatedFigure[], state: GatedFigure['state'], verb: string): string[] {
  const found = all.filter((one) => one.state === state).length
  return found === 0 ? [] : [`${found} ${verb}`]
}

const rowOf = ({ state, what, where, said, quarantined }: GatedFigure): string[] => [
  quarantined ? `${state}, in quarantine until ${quarantined.until}: ${quarantined.why}` : state,
  what,
  where,
  said,
]

async function figure(figures: readonly GatedFigure[]): Promise<Markup> {
  const charts: Markup[] = []
  for (const one of figures) charts.push(await nightsChart(one))
  return html`<figure><div class="facets">${charts}</div>
<figcaption>Across: nights. A mark is the median of a night's runs. Dashed: the level it is held against. Solid: the level since a change.</figcaption></figure>`
}

function nightRow({ night, commit, runs }: NightsResult['nights'][number]): string[] {
  const bad = runs.find(({ verdict }) => verdict !== 'pass')
  const passed = runs.filter(({ verdict }) => verdict === 'pass').length
  return [
    night,
    commit,
    `${passed} of ${runs.length} pass`,
    bad ? `seed ${bad.seed} ${bad.verdict}: ${bad.because}` : '',
  ]
}

/** A row for each night, a column for each figure. */
function medians({ nights, figures }: NightsResult): Markup {
  const rows = [...nights].reverse().map(({ night }) => [
    night,
    ...figures.map(({ nights: own, values, metric }) => {
      const value = values[own.indexOf(night)]
      return value === null || value === undefined ? '' : measuredText(value, metrics[metric].unit)
    }),
  ])
  return table(['night', ...figures.map(named)], rows, 1)
}
