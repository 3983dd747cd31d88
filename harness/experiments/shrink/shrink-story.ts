import { type FaultPlan, faultText, linkText } from '../../model/fault.ts'
import type { Finding, LimitResult } from '../../model/finding.ts'
import { arrivalsEndUs } from '../../model/plan.ts'
import type { HopEvent, OpEnd, OpStart, RecordEvent } from '../../model/record.ts'
import { counted, countText } from '../../text/value.ts'
import { moment, seconds, sinceWarmup } from '../../text/wording.ts'
import type { ListedPlan } from './smaller-plans.ts'

export type Story = {
  before: ListedPlan
  after: ListedPlan
  tries: number
  /** The run of the smaller plan. */
  events: readonly RecordEvent[]
  shown: Finding | LimitResult | undefined
  /** The same in the run that was to be made smaller. */
  shownBefore: Finding | LimitResult | undefined
  /** What was left out, part by part. */
  steps: readonly ShrinkStep[]
  faultline: string
  /** How to run it again. */
  command: string
}

/** A part of the search: what was left out, the plan after it, and how many runs were tried by then. */
export type ShrinkStep = { what: string; plan: ListedPlan; tries: number }

/** What is left of a failing run, as Markdown a person can read: what was left out, what happens, why it is wrong. */
export function shrinkStory(story: Story): string {
  const { before, after, events, shown, command } = story
  return [
    `# ${before.name}, seed ${before.seed}: ${nameOf(shown)}`,
    sizes(story),
    ...(shown === undefined
      ? []
      : [
          `**What is wrong**: ${shown.because}`,
          ...witnesses(shown).map((sentence) => `- ${sentence}`),
        ]),
    '## What happens',
    `Regions ${after.regions.join(', ')}; ${after.system.kind}; ${countText(after.data.base)} points from the start. Times from the end of warm-up, as in the scenario.`,
    ['```', ...timeline(after, events), '```'].join('\n'),
    `Repeat it: \`${command}\``,
    '',
  ].join('\n\n')
}

export const nameOf = (shown: Story['shown']): string =>
  shown === undefined ? 'fails' : 'checker' in shown ? `${shown.checker} fails` : shown.limit.text

/** `24 faults -> 1, 5,210 operations -> 14 …`, of what became smaller. */
export function sizes({ before, after, tries }: Pick<Story, 'before' | 'after' | 'tries'>): string {
  const now = sizesOf(after)
  const told = sizesOf(before).map(
    ([noun, was], i) => `${counted(was, noun)} -> ${countText(now[i]?.[1] ?? 0)}`,
  )
  return `${told.join(', ')}; ${counted(tries, 'run')} tried.`
}

/** How large a plan is, in each respect. */
export function sizesOf(plan: ListedPlan): [string, number][] {
  const { faults, operations, regions, data } = plan
  return [
    ['fault', faults.length],
    ['operation', operations.length],
    ['region', regions.length],
    ['client', new Set(operations.map((one) => one.client)).size],
    ['key', new Set(operations.flatMap((one) => ('id' in one ? [one.id] : []))).size],
    ['second', Math.round(arrivalsEndUs(plan) / 1e6)],
    ['base point', data.base],
  ]
}

export const witnesses = (shown: Finding | LimitResult): string[] =>
  'events' in shown ? shown.events.map(({ sentence }) => sentence) : []

const MOST_LINES = 400

/** What happens in a run of a small plan, a line each, in seconds from the end of warm-up. */
export function timeline(plan: ListedPlan, events: readonly RecordEvent[]): string[] {
  const ends = new Map(events.flatMap((one) => (one.type === 'op.end' ? [[one.op, one]] : [])))
  const lines = events.flatMap((event): [number, string][] => {
    const text = textOf(event, plan, ends)
    return text === null ? [] : [[event.t, text]]
  })
  const { warmupUs } = plan.timeline
  const since = (us: number): string => seconds(us - warmupUs)
  const width = since(lines.at(-1)?.[0] ?? 0).length
  const told = lines.map(
    ([us, text]) => `${since(us).padStart(width)}  ${sinceWarmup(text, warmupUs)}`,
  )
  if (told.length <= MOST_LINES) return told
  return [...told.slice(0, MOST_LINES), `… and ${told.length - MOST_LINES} more lines`]
}

function textOf(
  event: RecordEvent,
  plan: ListedPlan,
  ends: ReadonlyMap<number, OpEnd>,
): string | null {
  switch (event.type) {
    case 'fault':
      return event.what === 'injected' || event.what === 'healed'
        ? `${event.what.toUpperCase()} ${faultNamed(plan, event.name)}`
        : null
    case 'agent':
      return event.what === 'start' && event.t === 0 ? null : `${event.region}: agent ${event.what}`
    case 'op.start':
      return startText(event, ends.get(event.op))
    case 'hop':
      return event.write === 0 || event.hop === 'visible' ? null : hopText(event)
    case 'tombstones':
      return `  ${event.region}: forgets tombstones of id ${event.ids.join(', ')}`
    case 'scan':
      return event.final ? scanText(event, plan) : null
    default:
      return null
  }
}

function faultNamed({ faults }: ListedPlan, name: string): string {
  const fault = faults.find((one) => one.name === name)
  return fault ? faultLine(fault) : name
}

/** What a fault does, and where. */
export function faultLine(fault: FaultPlan): string {
  const where = 'links' in fault ? fault.links.map(linkText).join(', ') : fault.region
  return `${faultText(fault)}: ${where}`
}

function startText({ op, kind, client, gateway, id, query }: OpStart, end?: OpEnd): string {
  const what = id === undefined ? `query ${query}` : `id ${id}`
  const versions = end?.ids?.map((one, i) => `${one} by ${end.writes?.[i]}`).slice(0, 5)
  const found = kind === 'fetch' || kind === 'search' ? ` [${versions?.join(', ') ?? ''}]` : ''
  const answer = end
    ? `${end.outcome}${end.error ? ` (${end.error})` : ''} at ${moment(end.t)}${found}`
    : 'no answer'
  return `${gateway}: operation ${op}, ${client} ${kind} ${what} -> ${answer}`
}

function hopText({ hop, region, write, id, from }: HopEvent): string {
  const came = from === undefined ? '' : ` from ${from}`
  return `  ${region}: ${hop}${came}, operation ${write} of id ${id}`
}

/** Of the points that the operations were about. */
function scanText(event: Extract<RecordEvent, { type: 'scan' }>, plan: ListedPlan): string {
  const about = new Set(plan.operations.flatMap((one) => ('id' in one ? [one.id] : [])))
  const held = (event.ids ?? []).flatMap((id, i) => {
    if (!about.has(id)) return []
    const gone = event.rows?.[i] === -1 ? ' (deleted)' : ''
    return [`id ${id} by operation ${event.writes?.[i]}${gone}`]
  })
  return `${event.region}: at the end holds ${held.length === 0 ? 'none of these points' : held.join(', ')}`
}
