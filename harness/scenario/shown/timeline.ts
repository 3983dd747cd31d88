import { expectedIn, plannedPhases } from '../../limits/cells.ts'
import { type Guarantees, promisesOf, type RunPromises } from '../../model/guarantees.ts'
import { loadNotes } from '../../model/load-notes.ts'
import type { OperationKind } from '../../model/operation.ts'
import { type Arrivals, type LoadPlan, loadName, type Plan } from '../../model/plan.ts'
import type { Us } from '../../model/units.ts'
import { type Align, textTable, WIDTH, wrap } from '../../text/table.ts'
import { strengthText, targetText } from '../parts/fault-kinds.ts'
import { writtenKnob } from '../parts/system.ts'
import { alertLinesOf } from './alert-text.ts'
import { countText, durationText, rateText, shareText } from './figures.ts'
import { limitLines } from './limit-text.ts'
import { linkLines } from './links-text.ts'
import { overlayLines, serversLine, startedLines } from './servers-text.ts'

/**
 * What `faultline check` prints: the plan as a person can check it, at most 100 columns wide. Times count from the
 * end of warm-up, as in the scenario. Operations are expected ones; a seed draws a few more or fewer.
 */
export function renderCheck(plan: Plan, promises: RunPromises): string {
  const sections: [string, string[]][] = [
    ['', headLines(plan)],
    [`Laid over for ${plan.world}`, overlayLines(plan)],
    ['What is started', startedLines(plan)],
    ['Regions and load', loadLines(plan)],
    ['', noteLines(plan)],
    ['Links', linkLines(plan)],
    ['Phases (from the end of warm-up)', phaseLines(plan)],
    ['Faults', faultLines(plan)],
    ['Promised under these faults', promiseLines(promises)],
    ['Operations expected', operationLines(plan)],
    ['Limits', limitLines(plan)],
    ...levelSections(plan),
    ['Alerts', alertLinesOf(plan)],
    ['Expected outcome', expectLines(plan)],
  ]
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => [...(title === '' ? [] : [title]), ...lines].join('\n'))
    .join('\n\n')
}

/** Limits by name, each as the scenario's own are shown. */
const levelSections = (plan: Plan): [string, string[]][] =>
  (plan.serviceLevels ?? []).map(({ name, title, owner, windowUs, limits }) => {
    const whose = owner === null ? '' : `, owned by ${owner}`
    const about = wrap(`${title}${whose}, in windows of ${durationText(windowUs)}`, WIDTH - 2)
    const lines = [...about.map((line) => `  ${line}`), ...limitLines({ ...plan, limits })]
    return [`Profile ${name} (judged only by faultline sla)`, lines]
  })

function headLines(plan: Plan): string[] {
  const { system, data, probes, mirror, log } = plan
  const knobs = Object.entries(system.knobs).map(([key, value]) => {
    const shown = key.endsWith('Us') ? (value === 0 ? 'off' : durationText(Number(value))) : value
    return `${writtenKnob(key)} ${String(shown)}`
  })
  const rows = [
    ['system', [`${system.kind}: ${knobs.join(', ')}`]],
    ['index', [indexText(plan)]],
    ['data', [`${data.set}, ${countText(data.base)} points at the start in every region`]],
    ['mirrors', [`${mirror.delivery}, offsets flushed every ${durationText(mirror.flushUs)}`]],
    ['logs', [`${log.partitions} partitions a topic, kept ${durationText(log.retentionUs)}`]],
    ['probes', [probes.everyUs === 0 ? 'off' : `one pair every ${durationText(probes.everyUs)}`]],
    ['servers', [serversLine(plan)]],
  ] as const
  const title = `${plan.name}, seed ${plan.seed}`
  const question = plan.question === '' ? [] : wrap(plan.question, WIDTH)
  const table = rows.map(([name, [text]]) => [name, text])
  return [title, ...question, '', ...textTable(['', ''], ['left', 'left'], table)]
}

/** A real store seals and compacts when it sees fit. */
function indexText({ index, world }: Plan): string {
  if (index.kind === 'flat') return 'flat (exact)'
  const { m, efConstruction, ef, sealAt, compactAt } = index
  const graph = `hnsw: m ${m}, efConstruction ${efConstruction}, ef ${ef}`
  if (world !== 'sim') return graph
  return `${graph}, sealed at ${countText(sealAt)} points, compacted at ${shareText(compactAt)} dead`
}

/** What figures of this load can tell, and what they cannot. */
const noteLines = (plan: Plan): string[] =>
  loadNotes(plan).flatMap((note) => wrap(note, WIDTH - 2).map((line) => `  ${line}`))

function loadLines({ regions, load }: Plan): string[] {
  const fetches = load.some(({ fetchPerSec }) => fetchPerSec > 0)
  const figures: [string, (entry: LoadPlan) => string][] = [
    ['clients', ({ clients }) => String(clients)],
    ['search', (entry) => (entry.closedLoop ? 'max' : rateText(entry.searchPerSec))],
    ['upsert', ({ upsertPerSec }) => rateText(upsertPerSec)],
    ['delete', ({ deletePerSec }) => rateText(deletePerSec)],
    ...(fetches ? [fetchFigure] : []),
    ['fetchOwn', ({ fetchOwn }) => shareText(fetchOwn)],
    ['deadline', ({ deadlineUs }) => durationText(deadlineUs)],
  ]
  const rows = regions.flatMap((region) => {
    const entries = load.filter((candidate) => candidate.region === region)
    if (entries.length === 0) return [[region, ...figures.map(() => ''), 'no load enters here']]
    return entries.map((entry) => [
      loadName(entry),
      ...figures.map(([, textOf]) => textOf(entry)),
      loadDetails(entry),
    ])
  })
  const header = ['region', ...figures.map(([name]) => name), '']
  const aligns: Align[] = ['left', ...figures.map((): Align => 'right'), 'left']
  return textTable(header, aligns, rows)
}

const fetchFigure: [string, (entry: LoadPlan) => string] = [
  'fetch',
  ({ fetchPerSec }) => rateText(fetchPerSec),
]

function loadDetails(entry: LoadPlan): string {
  const { k, queries, keys, retry, inFlight } = entry
  const parts = [
    arrivalsText(entry),
    `k ${k}`,
    ...(queries.law === 'zipf' ? [`zipf ${queries.exponent}`] : []),
    ...(keys.contended > 0 ? [contendedText(keys)] : []),
    ...(retry.max > 0 ? [retryText(retry)] : []),
    ...(entry.closedLoop ? [] : [`${inFlight.onFull} beyond ${countText(inFlight.max)} in flight`]),
  ]
  return parts.join(', ')
}

function contendedText({ contended, contendedCount, contendedLaw }: LoadPlan['keys']): string {
  const law = contendedLaw?.law === 'zipf' ? `, zipf ${contendedLaw.exponent}` : ''
  return `${shareText(contended)} on ${contendedCount} keys${law}`
}

function retryText({ max, timeoutUs = 0 }: LoadPlan['retry']): string {
  return `${max} retries${timeoutUs > 0 ? `, after ${durationText(timeoutUs)} each` : ''}`
}

function phaseLines(plan: Plan): string[] {
  const { warmupUs } = plan.timeline
  const rows = plannedPhases(plan).map(({ name, fromUs, toUs }) => [
    name,
    durationText(fromUs - warmupUs),
    durationText(toUs - warmupUs),
    phaseDetails(name, toUs - fromUs),
  ])
  return textTable(['', 'from', 'to', ''], ['left', 'right', 'right', 'left'], rows)
}

function phaseDetails(name: string, lengthUs: Us): string {
  const length = durationText(lengthUs)
  if (name === 'warmup') return `${length}, not judged`
  if (name === 'settle') return `${length}, nothing arrives`
  if (name.startsWith('recovery:')) return `until caught up, at most ${length}; then baseline again`
  return length
}

const BAR = 40

/** One row a fault, drawn over the time in which operations arrive. */
function faultLines({ faults, timeline }: Plan): string[] {
  if (faults.length === 0) return ['  none']
  const { warmupUs, runUs } = timeline
  const cell = (us: Us): number => Math.round(((us - warmupUs) / runUs) * BAR)
  const rows = faults.map((fault) => {
    const from = Math.min(cell(fault.atUs), BAR - 1)
    const to = Math.max(cell(fault.untilUs), from + 1)
    const bar = '·'.repeat(from) + '█'.repeat(to - from) + '·'.repeat(BAR - to)
    const when = `${durationText(fault.atUs - warmupUs)} to ${durationText(fault.untilUs - warmupUs)}`
    const strength = strengthText(fault)
    const what = `${targetText(fault)}${strength && `, ${strength}`}`
    return [fault.name, bar, when, fault.name === fault.kind ? what : `${fault.kind}: ${what}`]
  })
  const end = durationText(runUs)
  const scale = `0s${end.padStart(BAR - 2)}`
  return textTable(['', scale, '', ''], ['left', 'left', 'left', 'left'], rows)
}

const kinds: readonly OperationKind[] = ['search', 'fetch', 'upsert', 'delete']

function operationLines(plan: Plan): string[] {
  const names = [...new Set(plannedPhases(plan).map(({ name }) => name))]
  const phases = names.filter((name) => name !== 'settle')
  const rows = plan.regions.flatMap((region) =>
    kinds.flatMap((kind) => {
      const expected = phases.map((phase) => expectedIn(plan, region, [kind], phase))
      if (expected.includes(Number.POSITIVE_INFINITY))
        return [[region, kind, '', 'as many as are answered: a closed loop']]
      const total = expected.reduce((sum, count) => sum + count, 0)
      if (total === 0) return []
      const judged = expected.slice(phases.indexOf('warmup') + 1)
      const perPhase = judged.map((count, i) => `${shown(phases, i)} ${countText(count)}`)
      return [[region, kind, countText(total), perPhase.join(', ')]]
    }),
  )
  const header = ['region', 'kind', 'in all', 'of these in']
  return textTable(header, ['left', 'left', 'right', 'left'], rows)
}

const shown = (phases: readonly string[], i: number): string =>
  phases[i + phases.indexOf('warmup') + 1] ?? ''

function expectLines({ expect }: Plan): string[] {
  if (!expect) return []
  const { verdict, mustFire, mustNotFire, mustBreak = [] } = expect
  return [
    `${verdict} (judged only by run --expect)`,
    ...(mustBreak.length > 0 ? [`must break: a limit on ${mustBreak.join(', ')}`] : []),
    ...(mustFire.length > 0 ? [`must fire: ${mustFire.join(', ')}`] : []),
    ...(mustNotFire.length > 0 ? [`must stay quiet: ${mustNotFire.join(', ')}`] : []),
  ].flatMap((line) => wrap(line, WIDTH - 2).map((part) => `  ${part}`))
}

/** What the system promises of a run with the planned faults, and what it does not, as lines of `faultline check`. */
function promiseLines({ given, excepted }: RunPromises): string[] {
  return [
    given.length === 0 ? 'nothing' : given.join('; '),
    ...excepted.map(({ clause, when }) => `not: ${clause}, when ${when}`),
  ].flatMap((line) => wrap(line, WIDTH - 2).map((part) => `  ${part}`))
}

/** A plan as `faultline check` prints it, and as its report shows it. */
export const planText = (plan: Plan, guarantees: Guarantees): string =>
  renderCheck(plan, promisesOf(guarantees, plan.faults))

/** How operations of a load arrive, as `check` says it. Times of stages count from the end of warm-up. */
export function arrivalsText({ arrivals, ...load }: LoadPlan): string {
  if (load.closedLoop) {
    const { thinkUs } = load.closedLoop
    const after = thinkUs > 0 ? `${durationText(thinkUs)} after` : 'as soon as'
    return `closed loop: each client asks again ${after} ${thinkUs > 0 ? 'its last answer' : 'it is answered'}`
  }
  switch (arrivals.kind) {
    case 'constant':
      return 'constant arrivals'
    case 'poisson':
      return 'poisson arrivals'
    case 'burst':
      return `bursts ×${arrivals.factor} for ${durationText(arrivals.onUs)}, then ${durationText(arrivals.offUs)} without`
    case 'ramp':
      return `ramp from ×${arrivals.from} at the start of warm-up to ×1 at the end of arrivals`
    case 'stages':
      return arrivals.shape ?? stagesText(arrivals, soleRate(load))
  }
}

/** The rate of a load that asks for one kind of operation; 0 where it asks for several. */
function soleRate(load: Omit<LoadPlan, 'arrivals'>): number {
  const { searchPerSec, upsertPerSec, deletePerSec, fetchPerSec } = load
  const rates = [searchPerSec, upsertPerSec, deletePerSec, fetchPerSec].filter((rate) => rate > 0)
  return rates.length === 1 ? (rates[0] as number) : 0
}

function stagesText(
  { from, stages }: Extract<Arrivals, { kind: 'stages' }>,
  perSec: number,
): string {
  const text = (factor: number) => (perSec > 0 ? rateText(factor * perSec) : shareText(factor))
  let atUs = 0
  const steps = stages.map(({ target, forUs }) => {
    atUs += forUs
    return `${text(target)} at ${durationText(atUs)}`
  })
  return `stages: ${text(from)} in warm-up, straight lines to ${steps.join(', ')}, held to the end`
}
