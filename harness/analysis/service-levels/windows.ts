import { Listed } from '../../base/listed.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { type MetricName, type MetricRow, metrics, type PhaseSpan } from '../../model/metric.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import { phaseFinder } from '../facts/phases.ts'
import { type Cell, Cells, type Dims } from '../metrics/cells.ts'
import { materialOf, measures } from '../metrics/measures.ts'
import type { Neighbours } from '../metrics/recall.ts'
import { RecallSamples } from '../metrics/recall-samples.ts'

/** A part of a phase, and what was measured in it of the metrics asked for. */
export type MeasuredWindow = {
  phase: string
  lengthUs: Us
  cells: Cell[]
  rows: MetricRow[]
}

/**
 * Cuts every phase in which operations arrive into windows and measures each by itself, of the metrics that `limits` are
 * on. A window is measured by the same folds as a phase: to them each is a phase of its own.
 */
export function measuredWindows(
  facts: Facts,
  neighbours: Neighbours,
  limits: readonly LimitPlan[],
  widthUs: Us,
): MeasuredWindow[] {
  const spans = facts.spans.flatMap((span) => (isIdle(span) ? [span] : cut(span, widthUs)))
  const named = spans.map((span, i) => ({ ...span, name: `${span.name}@${i}` }))
  const windows = new Map<string, MeasuredWindow>()
  for (const [i, span] of spans.entries())
    if (!isIdle(span))
      windows.set(`${span.name}@${i}`, {
        phase: span.name,
        lengthUs: span.toUs - span.fromUs,
        cells: [],
        rows: [],
      })
  const wanted = new Set(limits.map(({ metric }) => metric))
  const { cells, rows } = measureIn(inWindows(facts, named), neighbours, wanted)
  for (const cell of cells) windows.get(cell.dims.phase ?? '')?.cells.push(cell)
  for (const row of rows) windows.get(row.phase ?? '')?.rows.push(row)
  return [...windows.values()]
}

const isIdle = ({ name }: PhaseSpan): boolean => name === 'warmup' || name === 'settle'

/** Windows from the start of a stretch on; a rest shorter than half a window belongs to the one before it. */
export function cut({ name, fromUs, toUs }: PhaseSpan, widthUs: Us): PhaseSpan[] {
  const lengthUs = toUs - fromUs
  const whole = Math.floor(lengthUs / widthUs)
  const count = Math.max(1, lengthUs - whole * widthUs >= widthUs / 2 ? whole + 1 : whole)
  return Array.from({ length: count }, (_, i) => ({
    name,
    fromUs: fromUs + i * widthUs,
    toUs: i === count - 1 ? toUs : fromUs + (i + 1) * widthUs,
  }))
}

/** The facts with each window as a phase; limits that name a phase, which say what goodput is, name its windows. */
function inWindows(facts: Facts, spans: PhaseSpan[]): Facts {
  const { plan } = facts.history
  const limits = plan.limits.flatMap((limit) =>
    limit.phase === null
      ? [limit]
      : spans
          .filter(({ name }) => name.startsWith(`${limit.phase}@`))
          .map(({ name }) => ({ ...limit, phase: name })),
  )
  const history = { ...facts.history, plan: { ...plan, limits } }
  return { ...facts, history, spans, phaseOf: phaseFinder(spans) }
}

function measureIn(facts: Facts, neighbours: Neighbours, wanted: ReadonlySet<MetricName>) {
  const cells = new WantedCells(wanted)
  const needsQueries = [...wanted].some((metric) => metrics[metric].evidence === 'queries')
  const material = needsQueries
    ? materialOf(facts, neighbours, cells)
    : { facts, samples: new RecallSamples(facts.history.ops), differences: [], cells }
  const inParts = [...wanted].filter((metric) => isInParts(metric))
  const folds = new Set(inParts.map((metric) => measures[metric].fold))
  const rows = [...folds].flatMap((fold) => [...fold(material)])
  return { cells: cells.all(), rows: rows.filter(({ metric }) => wanted.has(metric)) }
}

/** Whether a metric says something of a part of a phase: what happens once in a run, or adds up over it, does not. */
export const isInParts = (metric: MetricName): boolean =>
  metrics[metric].evidence !== 'whole' || metrics[metric].unit === 'per-second'

/** Lists the values of some metrics and drops the others: one fold measures several. */
class WantedCells extends Cells {
  private readonly wanted: ReadonlySet<MetricName>
  private readonly dropped = new Dropped()

  constructor(wanted: ReadonlySet<MetricName>) {
    super(() => new Listed())
    this.wanted = wanted
  }

  override at(dims: Dims): Listed {
    return this.wanted.has(dims.metric) ? (super.at(dims) as Listed) : this.dropped
  }
}

class Dropped extends Listed {
  override add(): void {
    // Nobody asks for it.
  }

  override addBound(): void {
    // Nobody asks for it.
  }
}
