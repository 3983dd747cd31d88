import { z } from 'zod'
import { shortened } from './spelling.ts'

/** A number read from a text with a unit, or what is wrong with the text. */
export type Reading = { value: number } | { wrong: string; hint: string }

type Kind = {
  noun: string
  /** What one of the unit is in the unit of the plan; of several names of one unit the first is how we write it. */
  units: Record<string, number>
  /** Names that say the same and are not read, small letters: what to write in their place. */
  meant: Record<string, string>
  examples: string[]
  /** Added to a bare number to show what could have been meant. */
  guesses: string[]
  signed: boolean
  /** The plan's unit, if it holds whole ones only. */
  whole: string | null
}

const time: Record<string, number> = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
}

const otherTimes: Record<string, string> = {
  ...{ µs: 'us', μs: 'us', usec: 'us', microseconds: 'us' },
  ...{ msec: 'ms', msecs: 'ms', millis: 'ms', milliseconds: 'ms', millisecond: 'ms' },
  ...{ sec: 's', secs: 's', second: 's', seconds: 's' },
  ...{ min: 'm', mins: 'm', minute: 'm', minutes: 'm' },
  ...{ hr: 'h', hrs: 'h', hour: 'h', hours: 'h', day: 'd', days: 'd' },
}

const kinds = {
  /** In µs. */
  duration: {
    noun: 'duration',
    units: time,
    meant: otherTimes,
    examples: ['500us', '38ms', '30s', '2m'],
    guesses: ['s', 'ms'],
    signed: false,
    whole: 'us',
  },
  /** In µs, may be negative. */
  offset: {
    noun: 'time offset',
    units: time,
    meant: otherTimes,
    examples: ['5s', '-30s', '250ms'],
    guesses: ['s', 'ms'],
    signed: true,
    whole: 'us',
  },
  /** Per second. */
  rate: {
    noun: 'rate',
    units: { '/s': 1, '/min': 1 / 60, '/h': 1 / 3600, rps: 1, qps: 1 },
    meant: {
      ...{ '/m': '/min', '/minute': '/min', 'per minute': '/min', rpm: '/min', qpm: '/min' },
      ...{ '/sec': '/s', '/second': '/s', 'per second': '/s', 'per sec': '/s', hz: '/s' },
      ...{ 'ops/s': '/s', 'req/s': '/s', 'requests/s': '/s', tps: '/s', ops: '/s' },
      ...{ '/hour': '/h', '/hr': '/h', 'per hour': '/h' },
    },
    examples: ['60/s', '300/min'],
    guesses: ['/s'],
    signed: false,
    whole: null,
  },
  /** In bits per second. */
  bandwidth: {
    noun: 'bandwidth',
    units: {
      ...{ 'bit/s': 1, 'kbit/s': 1e3, 'Mbit/s': 1e6, 'Gbit/s': 1e9 },
      ...{ bps: 1, kbps: 1e3, Mbps: 1e6, Gbps: 1e9, kbit: 1e3, Mbit: 1e6, Gbit: 1e9 },
    },
    meant: {
      ...{ 'kb/s': 'kbit/s', 'mb/s': 'Mbit/s', 'gb/s': 'Gbit/s' },
      ...{ mbps: 'Mbit/s', gbps: 'Gbit/s', mbit: 'Mbit/s', gbit: 'Gbit/s', kbps: 'kbit/s' },
      ...{ 'mbit/s': 'Mbit/s', 'gbit/s': 'Gbit/s', 'kbit/s': 'kbit/s', kbit: 'kbit/s' },
      ...{ mbits: 'Mbit/s', gbits: 'Gbit/s', 'mbits/s': 'Mbit/s', 'gbits/s': 'Gbit/s' },
      ...{ m: 'Mbit/s', g: 'Gbit/s', k: 'kbit/s' },
    },
    examples: ['100Mbit/s', '1Gbit/s'],
    guesses: ['Mbit/s'],
    signed: false,
    whole: 'bit/s',
  },
  /** In parts per million, may be negative. */
  drift: {
    noun: 'drift',
    units: { ppm: 1 },
    meant: {},
    examples: ['200ppm', '-50ppm'],
    guesses: ['ppm'],
    signed: true,
    whole: null,
  },
  bytes: {
    noun: 'size',
    units: { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 },
    meant: {
      ...{ b: 'B', kb: 'kB', mb: 'MB', gb: 'GB', k: 'kB', m: 'MB', g: 'GB' },
      ...{ kib: 'KiB', mib: 'MiB', gib: 'GiB', bytes: 'B', byte: 'B' },
    },
    examples: ['500kB', '10MB'],
    guesses: ['B', 'MB'],
    signed: false,
    whole: 'B',
  },
} satisfies Record<string, Kind>

export type QuantityKind = keyof typeof kinds | 'share'

/** Reads a quantity as it was written. Zero needs no unit. */
export function readQuantity(kind: QuantityKind, raw: string | number): Reading {
  return kind === 'share' ? readShare(raw) : readUnits(kinds[kind], raw)
}

/** Names, examples and how to write a kind of quantity. */
export function examplesOf(kind: QuantityKind): { noun: string; examples: string[] } {
  return kind === 'share' ? { noun: 'share', examples: ['10%', '0.1'] } : kinds[kind]
}

const writeOne = (examples: readonly string[]): string =>
  `Write it as ${examples.slice(0, -1).join(', ')} or ${examples[examples.length - 1]}.`

/** One number with its unit; several in a row are a time such as 2m30s. */
const part = /(\d+(?:\.\d+)?)\s*([^\d\s.+-][^\d+-]*)?/

function readUnits(kind: Kind, raw: string | number): Reading {
  const text = String(raw).trim()
  const signed = /^([+-]?)(\d.*)$/.exec(text)
  const sign = signed?.[1] ?? ''
  const sum = signed && text.length <= LONGEST ? sumOf(kind, signed[2] as string, sign) : null
  if (!sum)
    return { wrong: `"${shortened(text)}" is not a ${kind.noun}`, hint: writeOne(kind.examples) }
  if ('wrong' in sum) return sum
  if (sign === '-' && !kind.signed)
    return { wrong: `a ${kind.noun} cannot be negative`, hint: writeOne(kind.examples) }
  const value = sum.value === 0 ? 0 : sum.value * (sign === '-' ? -1 : 1)
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER)
    return { wrong: `${text} is more than a run can hold`, hint: writeOne(kind.examples) }
  if (kind.whole === null) return { value }
  const whole = Math.round(value)
  if (Math.abs(value - whole) > 1e-6 * Math.max(1, Math.abs(value)))
    return { wrong: `${raw} is finer than 1${kind.whole}`, hint: 'Round it.' }
  return { value: whole }
}

/** No quantity that makes sense has more characters. */
const LONGEST = 40

/** The amount in the unit of the plan; null if it is not made of numbers with units at all. */
function sumOf(kind: Kind, text: string, sign: string): Reading | null {
  const parts: { digits: string; unit: string }[] = []
  for (let rest = text; rest !== ''; ) {
    const found = part.exec(rest)
    if (!found || found.index > 0) return null
    parts.push({ digits: found[1] as string, unit: (found[2] ?? '').trim() })
    rest = rest.slice(found[0].length)
  }
  const isTime = kind.units === time
  if (parts.length > 1 && !isTime) return null
  let sum = 0
  let last = Number.POSITIVE_INFINITY
  for (const { digits, unit } of parts) {
    if (unit === '' && parts.length === 1) return bare(kind, digits, sign)
    const size = Object.hasOwn(kind.units, unit) ? kind.units[unit] : undefined
    if (size === undefined) return otherUnit(kind, text, parts, sign)
    // 30s2m is a slip, 2m30s is two minutes and a half.
    if (size >= last) return null
    last = size
    sum += Number(digits) * size
  }
  return { value: sum }
}

function bare(kind: Kind, digits: string, sign: string): Reading {
  if (Number(digits) === 0) return { value: 0 }
  const ways = kind.guesses.map((guess) => `${sign}${digits}${guess}`)
  return { wrong: `${sign}${digits} has no unit`, hint: `Write ${ways.join(' or ')}.` }
}

/** A unit that is not ours and whose meaning is known is refused with what to write; null if it is not known. */
function otherUnit(
  kind: Kind,
  text: string,
  parts: readonly { digits: string; unit: string }[],
  sign: string,
): Reading | null {
  const ours = parts.map(({ digits, unit }) => {
    if (Object.hasOwn(kind.units, unit)) return `${digits}${unit}`
    // 100MB/s and 100 MB/s are bytes: eight bits each.
    const bytes = kind.noun === 'bandwidth' ? /^([kMG]?)B(?:\/s|ps)$/.exec(unit) : null
    if (bytes) return `${Number(digits) * 8}${bytes[1]}bit/s`
    const name = unit.toLowerCase()
    return Object.hasOwn(kind.meant, name) ? `${digits}${kind.meant[name]}` : null
  })
  if (ours.includes(null)) return null
  return {
    wrong: `"${sign}${text}" is not how a ${kind.noun} is written`,
    hint: `Write ${sign}${ours.join('')}.`,
  }
}

function readShare(raw: string | number): Reading {
  const text = String(raw).trim()
  const parts = /^(-?\d+(?:\.\d+)?)\s*(%?)$/.exec(text)
  if (!parts || text.length > LONGEST) {
    const percent = /^(\d+(?:\.\d+)?)\s*(?:percent|pct|per cent)$/i.exec(text)
    const hint = percent ? `Write ${percent[1]}%.` : 'Write it as 10% or 0.1.'
    return { wrong: `"${shortened(text)}" is not a share`, hint }
  }
  const written = parts[2] === '%' ? Number(parts[1]) / 100 : Number(parts[1])
  // 99.9 / 100 is 0.9990000000000001: a share is what was written, not what binary makes of it.
  const value = Math.round(written * 1e12) / 1e12
  if (value >= 0 && value <= 1) return { value }
  const meant = parts[2] === '' && value > 1 && value <= 100
  return {
    wrong: `a share lies between 0% and 100%, not at ${raw}`,
    hint: meant ? `Write ${text}%.` : 'Write 10% or 0.1.',
  }
}

/**
 * What a text of this kind looks like, for editors: it lets through all that is read, and little else. A time may have
 * several parts, as 2m30s has.
 */
export function patternOf(kind: QuantityKind): string {
  if (kind === 'share') return '^\\s*[0-9]+(\\.[0-9]+)?\\s*%?\\s*$'
  const { units, signed } = kinds[kind]
  const names = Object.keys(units).sort((a, b) => b.length - a.length)
  const part = `[0-9]+(\\.[0-9]+)?\\s*(${names.join('|')})\\s*`
  const sign = signed ? '[+-]?' : '[+]?'
  return `^\\s*${sign}((${part})${units === time ? '+' : ''}|0+(\\.0+)?\\s*)$`
}

/** A quantity of any kind, or a bare number. */
export const anyPattern = ['duration', 'rate', 'bytes', 'share']
  .map((kind) => `(${patternOf(kind as QuantityKind)})`)
  .join('|')

/** Numbers without a unit: zero needs none, and a share is one from 0 to 1. */
function bareNumbers(kind: QuantityKind, above: number | undefined): Record<string, number> {
  if (kind !== 'share') return { const: 0 }
  return { ...(above === undefined ? { minimum: 0 } : { exclusiveMinimum: above }), maximum: 1 }
}

/** A zod schema that reads a quantity; `above` refuses values that are not larger. */
export function quantity(kind: QuantityKind, { above }: { above?: number } = {}) {
  const { noun, examples } = examplesOf(kind)
  const expected = `expected a ${noun} such as ${examples[0]}`
  const text = z.string().meta({ examples, pattern: patternOf(kind) })
  return z
    .union([text, z.number().meta(bareNumbers(kind, above))], { error: expected })
    .transform((raw, ctx): number => {
      const reading = readQuantity(kind, raw)
      const fail = (message: string, hint: string): number => {
        ctx.addIssue({ code: 'custom', message, params: { hint } })
        return z.NEVER
      }
      if ('wrong' in reading) return fail(reading.wrong, reading.hint)
      if (above !== undefined && reading.value <= above)
        return fail(`${shortened(String(raw))} does nothing here`, `Give a ${noun} above ${above}.`)
      return reading.value
    })
    .meta({
      description: `a ${noun}${above === undefined ? '' : ` above ${above}`} such as ${examples.join(', ')}`,
    })
}
