import { table } from '../../../reports/charts/table.ts'
import { html, type Markup, nothing, verbatim } from '../../../reports/markup.ts'
import { page } from '../../../reports/page.ts'
import { scrollArea } from '../../../reports/scroll-area.ts'
import { icon } from '../../../reports/verdict.ts'
import { linkText } from '../../model/fault.ts'
import { counted, countText, durationText, limitSubject, momentText } from '../../text/value.ts'
import { faultLine, nameOf, type Story, sizesOf, timeline, witnesses } from './shrink-story.ts'

/** small.html: what still fails and with how little, what happens in it, and what was left out in which order. */
export function shrinkPage(story: Story): string {
  const { before, after, shown, shownBefore, tries, events, command, faultline } = story
  const { faults, operations } = after
  const body = html`<header class="fail">
<p class="kicker"><span>Faultline ${faultline}</span><span class="badge">simulated: times are modelled</span></p>
<h1>${before.name}, seed ${String(before.seed)}, made small</h1>
<p class="verdict-line">${icon('fail')}<strong>FAIL</strong> <span>${failsText(shown)} with ${counted(operations.length, 'operation')} and ${counted(faults.length, 'fault')}, of ${countText(before.operations.length)} and ${countText(before.faults.length)}. ${shown?.because}</span></p>
<p class="question">${before.question}</p>
<p class="facts">${counted(tries, 'run')} tried · ${after.system.kind} · ${after.regions.join(', ')} · ${counted(after.data.base, 'point')} from the start</p>
</header>
<main>
<section id="happens"><h2>What happens</h2>
${scrollArea('What happens, in seconds from the end of warm-up', html`<pre><code>${verbatim(timeline(after, events).join('\n'))}</code></pre>`)}
<p class="quiet">Seconds from the end of warm-up, as in the scenario. Indented: what became of a write on its way.</p>
${why(story)}
</section>
<section id="plan"><h2>The smallest plan that was found</h2>
${planTable(story)}
</section>
<section id="steps"><h2>What was left out</h2>
${stepsTable(story)}
<p class="quiet">Each row: what is left when that part of the search was done. A part that found nothing to leave out has no row.</p>
${
  shownBefore
    ? html`<h3>Before and after</h3>
${table(
  ['run', 'what it says'],
  [
    ['whole', shownBefore.because],
    ['small', shown?.because ?? ''],
  ],
)}`
    : nothing
}
</section>
<section id="repeat"><h2>Run it again</h2>
<pre><code>${verbatim(command)}</code></pre>
<p class="quiet">It states what it is to come to, so it can be kept as a test.</p>
</section>
</main>`
  return page(faultline, `${before.name} made small: ${nameOf(shown)}`, body)
}

const failsText = (shown: Story['shown']): string =>
  shown !== undefined && 'limit' in shown
    ? `The limit on ${limitSubject(shown.limit)} is broken`
    : nameOf(shown)

function why({ shown }: Story): Markup {
  const sentences = shown === undefined ? [] : witnesses(shown)
  if (sentences.length === 0) return nothing
  return html`<h3>Why that is wrong</h3>
<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`
}

function planTable({ after }: Story): Markup {
  const { regions, links, faults, system, index, timeline: times } = after
  return table(
    ['part', 'what is left'],
    [
      ['regions', regions.join(', ')],
      ['links', links.map(linkText).join(', ')],
      ['system', `${system.kind} on ${index.kind}`],
      [
        'timeline',
        `${durationText(times.warmupUs)} warm-up, ${durationText(times.runUs)} run, ${durationText(times.settleUs)} settle`,
      ],
      ...faults.map((fault): [string, string] => [
        `fault ${fault.name}`,
        `${faultLine(fault)}, from ${momentText(fault.atUs - times.warmupUs)} to ${momentText(fault.untilUs - times.warmupUs)}`,
      ]),
      ...sizesOf(after).map(([noun, count]): [string, string] => [`${noun}s`, countText(count)]),
    ],
  )
}

/** A row for every part of the search that left something out. */
function stepsTable({ before, steps }: Story): Markup {
  const rows = [{ what: 'the whole plan', plan: before, tries: 0 }, ...steps].map(
    ({ what, plan, tries }) => ({
      what,
      tries: countText(tries),
      sizes: sizesOf(plan).map(([, count]) => countText(count)),
    }),
  )
  const changed = rows.filter(
    ({ sizes }, i) => i === 0 || sizes.join() !== rows[i - 1]?.sizes.join(),
  )
  return table(
    ['looked at', 'runs so far', ...sizesOf(before).map(([noun]) => `${noun}s`)],
    changed.map(({ what, tries, sizes }) => [what, tries, ...sizes]),
    1,
  )
}
