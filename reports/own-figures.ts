import type { OwnMeasurement, ServerFigure } from '../harness/model/finding.ts'
import { counted, countText, durationText, measuredText, valueText } from '../harness/text/value.ts'
import { table } from './charts/table.ts'
import { html, type Markup } from './markup.ts'

const head = ['region', 'phase', 'the server says', 'readings', 'median', 'largest']

/** What servers say of themselves, beside ours where there is something of ours to compare; warm-up apart. */
export function ownFiguresSection(figures: readonly ServerFigure[]): Markup {
  const measured = figures.filter(({ phase }) => phase !== 'warmup')
  if (measured.length === 0)
    return html`<p class="missing">After warm-up no server said anything of itself.</p>`
  const compared = measured.filter(({ ours }) => ours !== undefined)
  const alone = measured.filter(({ ours }) => ours === undefined)
  return html`${
    compared.length > 0 &&
    table(
      [...head, 'we measured', 'ours'],
      compared.map((row) => [...cellsOf(row), row.ours?.what ?? '', oursText(row.ours)]),
    )
  }
<p>A group’s lag counts records that are in the region’s own copies of the logs and not yet committed. What a cut link or a stopped mirror holds back is not among them; it is in our count, which is of other regions’ writes that were acknowledged at the moment of a reading and by then neither applied nor superseded here. Growing rows are searched exactly, sealed ones by the index, so recall is the index’s only as far as rows are sealed. Dead rows stay in the index of pgvector until a vacuum, and a search spends candidates on them. Milvus’ lags are of its time tick, ours is the median from applied to searchable. No verdict uses what servers say of themselves.</p>
${
  alone.length > 0 &&
  html`<details class="print-open"><summary>${counted(alone.length, 'figure')} with nothing of ours beside ${alone.length === 1 ? 'it' : 'them'}</summary>${table(head, alone.map(cellsOf))}</details>`
}`
}

function cellsOf({ region, phase, figure, count, median, max }: ServerFigure): string[] {
  const text = (value: number) =>
    figure.endsWith('_ms') ? durationText(value * 1000) : countText(value)
  return [region, phase, figure, countText(count), text(median), text(max)]
}

function oursText(ours: OwnMeasurement | undefined): string {
  if (!ours) return ''
  const { unit, low, high, median, max } = ours
  if (low !== undefined && high !== undefined) return `mean ${measuredText({ low, high }, unit, 4)}`
  const most = max === undefined ? '' : `, at most ${valueText(max, unit)}`
  return `median ${valueText(median, unit)}${most}`
}
