import {
  type AlertExpr,
  type AlertMetric,
  type AlertMetricName,
  type AlertReading,
  type AlertSelector,
  type AlertTerm,
  aggregations,
  alertMetrics,
  type Comparison,
  type LabelMatcher,
  overTimeFunctions,
} from '../../model/alert.ts'
import type { Us } from '../../model/units.ts'
import { readQuantity } from '../yaml/quantity.ts'
import { closest, list } from '../yaml/spelling.ts'
import { Refusal, type Token, tokensOf } from './alert-tokens.ts'

const comparisons: readonly string[] = ['>', '>=', '<', '<=', '==', '!=']

const anExample = 'max by (link) (replication_lag_seconds) > 2'
const aQuantile =
  'histogram_quantile(0.99, sum by (le, region) (rate(search_response_seconds_bucket[5m])))'

/** Other functions of PromQL, and what says about the same here. */
const otherFunctions: Record<string, string> = {
  irate: 'Write rate(…[1m]).',
  delta: 'Write max_over_time(…[5m]), or increase(…[5m]) of a counter.',
  deriv: 'Write rate(…[5m]) of a counter.',
  predict_linear: 'Write a bound on the value itself.',
  absent:
    'Nothing fires where there is no data; each rule says how often it had some. Write up == 0.',
  absent_over_time: 'Nothing fires where there is no data. Write max_over_time(up[5m]) == 0.',
  quantile_over_time: 'Write max_over_time(…[5m]).',
  quantile: `Write ${aQuantile}.`,
  topk: 'Every series is an alert of its own already. Take topk out.',
  bottomk: 'Every series is an alert of its own already. Take bottomk out.',
}

/**
 * Reads an expression of an alerting rule: the small part of PromQL of `alertGrammar` (text/alert.ts). What is not in it is refused by
 * name, with what to write in its place.
 */
export function readAlertExpr(text: string): { expr: AlertExpr } | { wrong: string; hint: string } {
  try {
    return { expr: new Reader(tokensOf(text)).whole() }
  } catch (error) {
    if (error instanceof Refusal) return { wrong: error.message, hint: error.hint }
    throw error
  }
}

type Value = Pick<AlertExpr, 'term' | 'divisor'>

class Reader {
  private readonly tokens: readonly Token[]
  private at = 0

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  whole(): AlertExpr {
    if (this.next.kind === 'number')
      throw new Refusal('the number stands before the comparison', `Write it behind: ${anExample}.`)
    const value = this.value()
    const comparison = this.comparison()
    const bound = this.bound()
    if (this.next.kind !== 'end') this.refuseRest()
    return { ...value, comparison, bound }
  }

  private value(): Value {
    const value = this.accepts('(') ? this.enclosed() : { term: this.term(), divisor: null }
    if (!this.accepts('/')) return value
    if (value.divisor || this.next.kind === 'number')
      throw new Refusal(
        'only one series can be divided by another',
        'Put the factor into the bound.',
      )
    const divisor = this.accepts('(') ? this.enclosed() : { term: this.term(), divisor: null }
    if (divisor.divisor)
      throw new Refusal('a quotient is divided once more', 'Write TERM / TERM > NUMBER.')
    checkSides(value.term, divisor.term)
    return { term: value.term, divisor: divisor.term }
  }

  private enclosed(): Value {
    const value = this.value()
    this.expect(')')
    return value
  }

  private term(): AlertTerm {
    const { text } = this.next
    const how = aggregations.find((name) => name === text)
    if (!how) return { reading: this.reading(), together: null }
    this.at++
    const before = this.by()
    this.expect('(')
    const reading = this.reading()
    if (this.next.text !== ')') this.refuseInside(how)
    this.expect(')')
    const by = before ?? this.by() ?? []
    checkLabels(by, labelsLeft({ reading, together: null }), how)
    return { reading, together: { how, by } }
  }

  /** The labels of `by (a, b)`; undefined if there is none here. */
  private by(): string[] | undefined {
    if (this.next.text === 'without')
      throw new Refusal('without is not read', 'Write by (…) with the labels that are to stay.')
    if (!this.accepts('by')) return undefined
    this.expect('(')
    const labels: string[] = []
    while (!this.accepts(')')) {
      if (this.next.kind !== 'name')
        throw new Refusal(
          `expected a label, found ${this.found()}`,
          'Write by (region), or by (link).',
        )
      labels.push(this.next.text)
      this.at++
      this.accepts(',')
    }
    return labels
  }

  private reading(): AlertReading {
    if (this.next.kind !== 'name')
      throw new Refusal(`expected a metric, found ${this.found()}`, `Write ${anExample}.`)
    const name = this.next.text
    if (this.tokens[this.at + 1]?.text !== '(') return this.now()
    if (aggregations.some((how) => how === name))
      throw new Refusal(`${name} stands inside another function`, `Write ${anExample}.`)
    if (name === 'rate' || name === 'increase') return this.growth(name)
    if (name === 'histogram_quantile') return this.quantile()
    const overTime = overTimeFunctions.find((how) => `${how}_over_time` === name)
    if (overTime) return this.overTime(overTime)
    const short = /^p(\d{2,3})$/.exec(name)?.[1]
    if (short) {
      const q = Number(`0.${short}`)
      throw new Refusal(`${name} is no function`, `Write ${aQuantile.replace('0.99', String(q))}.`)
    }
    const hint =
      otherFunctions[name] ??
      `There are rate, increase, histogram_quantile, ${list(overTimeFunctions.map((how) => `${how}_over_time`))}.`
    throw new Refusal(`the function ${name} is not read`, hint)
  }

  private now(): AlertReading {
    const of = this.selector()
    if (this.next.kind === 'window')
      throw new Refusal('a window needs a function', `Write max_over_time(${of.metric}[5m]).`)
    const { type } = alertMetrics[of.metric]
    if (type === 'histogram' && !of.part)
      throw new Refusal(
        `${of.metric} is a histogram, and no single number`,
        `Write ${quantileOf(of)}.`,
      )
    if (type !== 'gauge')
      throw new Refusal(
        `${nameOfSelector(of)} only grows`,
        `Write rate(${nameOfSelector(of)}[1m]).`,
      )
    return { read: 'now', of }
  }

  private overTime(read: (typeof overTimeFunctions)[number]): AlertReading {
    this.at++
    const { of, windowUs } = this.ranged()
    const name = nameOfSelector(of)
    if (alertMetrics[of.metric].type !== 'gauge')
      throw new Refusal(`${name} is no gauge`, `Write rate(${name}[5m]) > 1, or ${aQuantile} > 1.`)
    return { read, of, windowUs }
  }

  private growth(read: 'rate' | 'increase'): AlertReading {
    this.at++
    const { of, windowUs } = this.ranged()
    const { type } = alertMetrics[of.metric]
    if (type === 'gauge')
      throw new Refusal(
        `${of.metric} is a gauge, and ${read} is for what only grows`,
        `Write max_over_time(${of.metric}[5m]), or ${of.metric} alone.`,
      )
    if (type === 'histogram' && !of.part)
      throw new Refusal(`${read} of a histogram is no single number`, `Write ${quantileOf(of)}.`)
    return { read, of, windowUs }
  }

  private quantile(): AlertReading {
    this.at++
    this.expect('(')
    const q = Number(this.next.text)
    if (this.next.kind !== 'number' || !(q >= 0 && q <= 1))
      throw new Refusal(
        `the quantile is ${this.found()}`,
        'Write a number from 0 to 1, such as 0.99.',
      )
    this.at++
    this.expect(',')
    const summed = this.accepts('sum')
    const before = summed ? this.by() : undefined
    if (summed) this.expect('(')
    if (!this.accepts('rate') && !this.accepts('increase'))
      throw new Refusal(`expected rate(…), found ${this.found()}`, `Write ${aQuantile}.`)
    const { of, windowUs, bucket } = this.ranged(true)
    if (summed) this.expect(')')
    const by = summed ? (before ?? this.by() ?? []) : null
    this.expect(')')
    return { read: 'quantile', q, of, windowUs, by: by && withoutLe(by, of, bucket) }
  }

  /** `(SERIES[5m])`. */
  private ranged(buckets = false): { of: AlertSelector; windowUs: Us; bucket: boolean } {
    this.expect('(')
    const bucket = buckets && this.next.text.endsWith('_bucket')
    const of = this.selector(bucket)
    if (buckets && (alertMetrics[of.metric].type !== 'histogram' || of.part))
      throw new Refusal(`${nameOfSelector(of)} is no histogram`, `Write ${aQuantile}.`)
    if (this.next.kind !== 'window')
      throw new Refusal(
        `expected a window, found ${this.found()}`,
        `Write ${nameOfSelector(of)}[5m].`,
      )
    const reading = readQuantity('duration', this.next.text)
    if (this.next.text.includes(':'))
      throw new Refusal('a subquery is not read', 'Write one window: [5m].')
    if ('wrong' in reading) throw new Refusal(`the window: ${reading.wrong}`, reading.hint)
    if (reading.value === 0) throw new Refusal('the window has no length', 'Write [5m].')
    this.at++
    this.expect(')')
    return { of, windowUs: reading.value, bucket }
  }

  private selector(bucket = false): AlertSelector {
    if (this.next.kind !== 'name')
      throw new Refusal(`expected a metric, found ${this.found()}`, `Write ${anExample}.`)
    const name = this.next.text
    this.at++
    const { metric, part } = metricNamed(bucket ? name.slice(0, -'_bucket'.length) : name)
    const matchers = this.accepts('{') ? this.matchers(metric) : []
    for (const word of ['offset', '@'])
      if (this.next.text === word)
        throw new Refusal(`${word} is not read`, 'Take it out: rules see the present.')
    return { metric, ...(part && { part }), matchers }
  }

  private matchers(metric: AlertMetricName): LabelMatcher[] {
    const found: LabelMatcher[] = []
    while (!this.accepts('}')) {
      const label = this.next.text
      checkLabels([label], alertMetrics[metric].labels, metric)
      this.at++
      const is = (['=', '!=', '=~', '!~'] as const).find((sign) => this.accepts(sign))
      if (!is || this.next.kind !== 'text')
        throw new Refusal(
          `expected ="…" behind ${label}, found ${this.found()}`,
          `Write {${label}="…"}.`,
        )
      if (is.endsWith('~')) checkPattern(this.next.text)
      found.push({ label, is, value: this.next.text })
      this.at++
      this.accepts(',')
    }
    return found
  }

  private comparison(): Comparison {
    const { text } = this.next
    if (!comparisons.includes(text)) this.refuseRest()
    this.at++
    if (this.next.text === 'bool')
      throw new Refusal('bool is not read', 'Take it out: what does not hold is no alert.')
    return text as Comparison
  }

  private bound(): number {
    const { kind, text } = this.next
    const plain = kind === 'number' && Number.isFinite(Number(text))
    if (plain) {
      this.at++
      return Number(text)
    }
    if (kind === 'number') throw withUnit(text)
    throw new Refusal(
      `expected a number behind the comparison, found ${this.found()}`,
      `Write ${anExample}.`,
    )
  }

  private refuseRest(): never {
    const { text, kind } = this.next
    if (kind === 'end')
      throw new Refusal('nothing is compared', `Write a bound behind it: ${anExample}.`)
    if (['and', 'or', 'unless'].includes(text))
      throw new Refusal(`${text} is not read`, 'Write a rule for each of the two.')
    if (['*', '+', '-', '%', '^', '/'].includes(text) || /^[+-]/.test(text))
      throw new Refusal(
        `${text} is not read here`,
        'Put the factor into the bound: seconds, bytes and shares are compared as they are.',
      )
    if (['on', 'ignoring', 'group_left', 'group_right'].includes(text))
      throw new Refusal(
        `${text} is not read`,
        'Write sum by (…) with the same labels on both sides.',
      )
    throw new Refusal(`one comparison and no more: found ${this.found()}`, `Write ${anExample}.`)
  }

  private refuseInside(how: string): never {
    throw new Refusal(
      `only one series can stand in ${how}(…), found ${this.found()}`,
      `Write ${how}(…) / ${how}(…) > 0.05.`,
    )
  }

  private get next(): Token {
    return this.tokens[Math.min(this.at, this.tokens.length - 1)] as Token
  }

  private found(): string {
    if (this.next.kind === 'end') return 'nothing'
    return this.next.kind === 'window' ? `[${this.next.text}]` : `"${this.next.text}"`
  }

  private accepts(text: string): boolean {
    const { kind } = this.next
    if (this.next.text !== text || kind === 'text' || kind === 'window') return false
    this.at++
    return true
  }

  private expect(text: string): void {
    if (!this.accepts(text))
      throw new Refusal(`expected ${text}, found ${this.found()}`, `Write ${anExample}.`)
  }
}

export const nameOfSelector = ({ metric, part }: AlertSelector): string =>
  part ? `${metric}_${part}` : metric

const quantileOf = ({ metric }: AlertSelector): string =>
  aQuantile.replace('search_response_seconds', metric)

/** A metric by its name, or a counter of a histogram. */
function metricNamed(name: string): Pick<AlertSelector, 'metric' | 'part'> {
  if (Object.hasOwn(alertMetrics, name)) return { metric: name as AlertMetricName }
  const [, whole, part] = /^(.+)_(bucket|count|sum)$/.exec(name) ?? []
  const known = whole !== undefined && Object.hasOwn(alertMetrics, whole)
  if (known && alertMetrics[whole as AlertMetricName].type === 'histogram') {
    const metric = whole as AlertMetricName
    if (part === 'bucket')
      throw new Refusal(
        `${name} are buckets, and no single number`,
        `Write ${quantileOf({ metric, matchers: [] })}.`,
      )
    return { metric, part: part as 'count' | 'sum' }
  }
  const names = Object.keys(alertMetrics)
  const longer = names.find((known) => known.startsWith(name) || name.includes(known))
  const meant = /cpu/i.test(name) ? 'cpu_busy_ratio' : (closest(name, names) ?? longer)
  const hint = meant ? `Did you mean ${meant}?` : `Recorded are ${list(names)}.`
  throw new Refusal(`capability missing: no run records ${name}`, hint)
}

/** What labels a term leaves to tell its series apart. */
function labelsLeft({ reading, together }: AlertTerm): readonly string[] {
  if (together) return together.by
  if (reading.read === 'quantile' && reading.by) return reading.by
  return (alertMetrics[reading.of.metric] as AlertMetric).labels
}

function checkLabels(labels: readonly string[], known: readonly string[], of: string): void {
  for (const label of labels) {
    if (known.includes(label)) continue
    const meant = closest(label, known)
    const all =
      known.length === 0
        ? 'It has none.'
        : `There ${known.length === 1 ? 'is' : 'are'} ${list(known)}.`
    throw new Refusal(`${of} has no label "${label}"`, meant ? `Did you mean ${meant}?` : all)
  }
}

/** Labels of `by` that tell series apart: `le` tells buckets apart, which is what a quantile is made of. */
function withoutLe(by: readonly string[], of: AlertSelector, bucket: boolean): string[] {
  const rest = by.filter((label) => label !== 'le')
  checkLabels(rest, alertMetrics[of.metric].labels, of.metric)
  if (bucket && rest.length === by.length)
    throw new Refusal(
      'the sum takes all buckets together: no quantile is left',
      `Write sum by (${['le', ...rest].join(', ')}) (…).`,
    )
  if (!bucket && rest.length < by.length)
    throw new Refusal(`${of.metric} without _bucket has no le`, `Write ${of.metric}_bucket.`)
  return rest
}

function checkSides(a: AlertTerm, b: AlertTerm): void {
  const [left, right] = [a, b].map((term) => [...labelsLeft(term)].sort().join(', '))
  if (left !== right)
    throw new Refusal(
      `what is divided has the labels (${left}), what it is divided by (${right})`,
      'Write sum by (…) with the same labels on both sides.',
    )
}

const LONGEST_PATTERN = 200

/** Only what reads the same in Go and here. */
function checkPattern(pattern: string): void {
  const plain = pattern.length <= LONGEST_PATTERN && !/\(\?|\\[1-9]|[+*?}][+*]/.test(pattern)
  try {
    new RegExp(`^(?:${pattern})$`, 'u')
    if (plain) return
  } catch {
    // Said below.
  }
  throw new Refusal(`"${pattern}" is no plain pattern`, 'Write one such as "us-.*|eu-west".')
}

/** A bound with a unit: what it is in base units. */
function withUnit(text: string): Refusal {
  const percent = /^([\d.]+)%$/.exec(text)?.[1]
  if (percent !== undefined)
    return new Refusal(
      `${text} has a unit`,
      `Write ${Number((Number(percent) / 100).toPrecision(12))}.`,
    )
  const reading = readQuantity('duration', text)
  const hint =
    'value' in reading ? `Write ${reading.value / 1e6}: seconds.` : 'Write it without a unit.'
  return new Refusal(`${text} has a unit`, hint)
}
