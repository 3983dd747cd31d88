import { placeName } from '../../limits/cells.ts'
import { faultText } from '../../model/fault.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { metrics } from '../../model/metric.ts'
import { type LoadPlan, loadName, type Plan, storeNames, storeOf } from '../../model/plan.ts'
import type { Us } from '../../model/units.ts'
import { conditionText, expectationText } from '../../text/alert.ts'
import { percentileName } from '../../text/value.ts'
import { strengthText, targetText } from '../parts/fault-kinds.ts'
import { list } from '../yaml/spelling.ts'
import { boundText, countText, durationText, rateText, shareText } from './figures.ts'

/** What an overlay changed, one plain sentence each: how the plan differs from the scenario without it. */
export function overlaySentences(base: Plan, laid: Plan): string[] {
  return [
    ...changed('system', { kind: base.system.kind }, { kind: laid.system.kind }),
    ...loadSentences(base, laid),
    ...changed('timeline', timelineTexts(base), timelineTexts(laid)),
    ...changed('data', dataTexts(base), dataTexts(laid)),
    ...changed('probes', probeTexts(base), probeTexts(laid)),
    ...changed('store', storeTexts(base), storeTexts(laid)),
    ...changed('servers', serverTexts(base), serverTexts(laid)),
    ...twoLists(faultTexts(base), faultTexts(laid)),
    ...twoLists(limitTexts(base), limitTexts(laid)),
    ...twoLists(alertTexts(base), alertTexts(laid)),
    ...changed('expected', expectTexts(base), expectTexts(laid)),
  ]
}

type Texts = Record<string, string>

/** `timeline: run 120s -> 90s`. */
function changed(noun: string, before: Texts, after: Texts): string[] {
  return Object.entries(after).flatMap(([key, text]) =>
    text === before[key] ? [] : [`${noun}: ${key} ${before[key] ?? 'nothing'} -> ${text}`],
  )
}

const timelineTexts = ({ timeline }: Plan): Texts => ({
  warmup: durationText(timeline.warmupUs),
  run: durationText(timeline.runUs),
  settle: durationText(timeline.settleUs),
})

const dataTexts = ({ data }: Plan): Texts => ({ set: data.set, base: countText(data.base) })

const probeTexts = ({ probes }: Plan): Texts => ({
  pairs: probes.everyUs === 0 ? 'off' : `every ${durationText(probes.everyUs)}`,
})

/** `store: us-east Milvus -> pgvector`. */
const storeTexts = (plan: Plan): Texts =>
  Object.fromEntries(plan.regions.map((region) => [region, storeNames[storeOf(plan, region)]]))

/** Of the clocks of brokers nothing is said here: faults set them, and those are told themselves. */
const serverTexts = ({ servers }: Plan): Texts => ({
  tick: durationText(servers.tickUs),
  sessionTtl: durationText(servers.sessionTtlUs),
  producer: servers.producer,
  concurrentSends: String(servers.concurrentSends),
  iterativeScan: servers.iterativeScan ?? 'off',
})

function expectTexts({ expect }: Plan): Texts {
  return {
    verdict: expect?.verdict ?? 'nothing',
    'to break': list(expect?.mustBreak ?? []) || 'nothing',
    'to fire': list(expect?.mustFire ?? []) || 'nothing',
    'to stay quiet': list(expect?.mustNotFire ?? []) || 'nothing',
  }
}

/** `load: 60/s -> 30/s searches in us-east`; regions with the same change share a sentence. */
function loadSentences(base: Plan, laid: Plan): string[] {
  const regionsOf = new Map<string, string[]>()
  const names = new Set([...base.load, ...laid.load].map(loadName))
  for (const name of names)
    for (const text of loadChanges(loadCalled(base, name), loadCalled(laid, name)))
      regionsOf.set(text, [...(regionsOf.get(text) ?? []), name])
  return [...regionsOf].map(([text, regions]) => `load: ${text} in ${inWords(regions)}`)
}

const inWords = (names: readonly string[]): string =>
  names.length === 1 ? String(names[0]) : `${list(names.slice(0, -1))} and ${names.at(-1)}`

const loadCalled = ({ load }: Plan, name: string): LoadPlan | undefined =>
  load.find((entry) => loadName(entry) === name)

const loadFigures: [string, (load: LoadPlan) => string][] = [
  ['searches', ({ closedLoop, searchPerSec }) => (closedLoop ? 'max' : rateText(searchPerSec))],
  ['think time', ({ closedLoop }) => durationText(closedLoop?.thinkUs ?? 0)],
  ['upserts', ({ upsertPerSec }) => rateText(upsertPerSec)],
  ['deletes', ({ deletePerSec }) => rateText(deletePerSec)],
  ['clients', ({ clients }) => countText(clients)],
  ['fetches', ({ fetchPerSec }) => rateText(fetchPerSec)],
  ['fetches of own writes', ({ fetchOwn }) => shareText(fetchOwn)],
  ['deadline', ({ deadlineUs }) => durationText(deadlineUs)],
  ['k', ({ k }) => String(k)],
]

function loadChanges(before: LoadPlan | undefined, after: LoadPlan | undefined): string[] {
  if (!before && !after) return []
  if (!after) return ['none any more']
  if (!before) return ['added']
  const figures = loadFigures.flatMap(([noun, textOf]) => {
    const [was, is] = [textOf(before), textOf(after)]
    return was === is ? [] : [`${was} -> ${is} ${noun}`]
  })
  const shapes = (['arrivals', 'keys', 'queries', 'retry', 'inFlight'] as const).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  )
  return [...figures, ...shapes.map((key) => `other ${key}`)]
}

/** What stands in both lists has a line if it changed; what stands in one is dropped or added. */
function twoLists(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) {
  const differing = [...before].flatMap(([key, text]) => {
    const now = after.get(key)
    if (now === undefined) return [`${key} dropped`]
    return now === text ? [] : [`${key} ${text} -> ${now}`]
  })
  const added = [...after].filter(([key]) => !before.has(key))
  return [...differing, ...added.map(([key, text]) => `${key} added: ${text}`)]
}

/** Times count from the end of warm-up, as the scenario writes them. */
function faultTexts({ faults, timeline }: Plan): Map<string, string> {
  const at = (us: Us): string => durationText(us - timeline.warmupUs)
  return new Map(
    faults.map((fault) => {
      const { atUs, untilUs } = fault
      const strength = strengthText(fault)
      const what = `${targetText(fault)}${strength && `, ${strength}`}`
      return [faultText(fault), `${what}, ${at(atUs)} to ${at(untilUs)}`]
    }),
  )
}

const limitTexts = ({ limits }: Plan): Map<string, string> =>
  new Map(limits.map((limit) => [limitKey(limit), limitBound(limit)]))

/** Rules, and what is expected of them. */
const alertTexts = ({ alerts }: Plan): Map<string, string> =>
  new Map([
    ...(alerts?.rules ?? []).map((rule): [string, string] => [
      `alert ${rule.alert}`,
      conditionText(rule),
    ]),
    ...(alerts?.expect ?? []).map((one): [string, string] => [
      `expectation of alert ${one.alert}`,
      expectationText(one),
    ]),
  ])

/** What is limited, and where: two limits with the same key bound the same thing. */
function limitKey({ metric, stat, region, link, phase, operation, pool }: LimitPlan): string {
  const where = [
    ...(operation === null ? [] : [`of ${operation}`]),
    ...(region === null && link === null ? [] : [`in ${placeName(region ?? link ?? '')}`]),
    ...(phase === null ? [] : [`during ${phase}`]),
    ...(pool ? ['pooled'] : []),
  ]
  const what = stat.kind === 'quantile' ? ` ${percentileName(stat.q)}` : ''
  return [`limit ${metric}${what}`, ...where].join(' ')
}

function limitBound({ metric, stat, bound, value }: LimitPlan): string {
  const side = bound === 'at-most' ? 'max' : 'min'
  return `${stat.kind === 'mean' ? 'mean' : side} ${boundText(value, metrics[metric].unit)}`
}
