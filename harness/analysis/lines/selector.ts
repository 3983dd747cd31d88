import type { CheckerName } from '../../model/checker.ts'
import { UsageError } from '../../model/errors.ts'
import { type MetricName, metrics } from '../../model/metric.ts'
import { checkers } from '../checkers/checkers.ts'

/** What `faultline lines` was asked for. */
export type Selector =
  | { kind: 'op'; op: number }
  | { kind: 'id'; id: number }
  | { kind: 'line'; lines: number[] }
  | { kind: 'type'; type: string }
  | { kind: 'finding'; checker: CheckerName }
  | { kind: 'figure'; metric: MetricName; where: Where }

export type Where = { region?: string; link?: string; phase?: string; operation?: string }

/** A selector nobody can follow; the message shows what can be asked for. */
export class SelectorError extends UsageError {
  constructor(problem: string) {
    super(
      `${problem}. A selector is one of op=17, id=5012, line=1200 or line=7,9, type=fault, finding=lost-writes, ` +
        'or metric=search.response with region=, link=, phase= or operation= behind commas.',
    )
    this.name = 'SelectorError'
  }
}

/** Reads `key=value` or several of them behind commas. Throws SelectorError. */
export function parseSelector(text: string): Selector {
  const parts = text.startsWith('line=') ? [text] : text.split(',')
  const pairs = parts.map((part) => pairOf(part.trim()))
  const [[key, value], ...rest] = pairs as [[string, string], ...[string, string][]]
  if (key === 'metric') return figureOf(value, rest)
  if (key === 'line') return { kind: 'line', lines: numbersOf(text) }
  if (rest.length > 0) throw new SelectorError(`"${text}": only metric= takes more than one part`)
  switch (key) {
    case 'op':
      return { kind: 'op', op: whole(key, value) }
    case 'id':
      return { kind: 'id', id: whole(key, value) }
    case 'type':
      return { kind: 'type', type: value }
    case 'finding':
      if (!Object.hasOwn(checkers, value))
        throw new SelectorError(
          `no checker is called "${value}"; there are ${Object.keys(checkers).join(', ')}`,
        )
      return { kind: 'finding', checker: value as CheckerName }
    default:
      throw new SelectorError(`"${key}" cannot be selected by`)
  }
}

function pairOf(part: string): [string, string] {
  const at = part.indexOf('=')
  if (at < 1 || at === part.length - 1) throw new SelectorError(`"${part}" is not key=value`)
  return [part.slice(0, at), part.slice(at + 1)]
}

/** `line=7,9,12`. */
const numbersOf = (text: string): number[] =>
  text
    .slice('line='.length)
    .split(',')
    .map((number) => whole('line', number.trim()))

function whole(key: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new SelectorError(`${key}=${value}: expected a whole number`)
  return Number(value)
}

const places = ['region', 'link', 'phase', 'operation'] as const

function figureOf(metric: string, parts: readonly [string, string][]): Selector {
  if (!Object.hasOwn(metrics, metric))
    throw new SelectorError(
      `no metric is called "${metric}"; there are ${Object.keys(metrics).join(', ')}`,
    )
  const where: Where = {}
  for (const [key, value] of parts) {
    const place = places.find((name) => name === key)
    if (!place) throw new SelectorError(`"${key}" is not a place a figure can be of`)
    where[place] = value
  }
  return { kind: 'figure', metric: metric as MetricName, where }
}
