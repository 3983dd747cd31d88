import { z } from 'zod'

/** A number read from a text with a unit, or what is wrong with the text. */
export type Reading = { value: number } | { wrong: string; hint: string }

type Kind = {
  noun: string
  /** What one of the unit is in the unit of the plan. */
  units: Record<string, number>
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

const kinds = {
  /** In µs. */
  duration: {
    noun: 'duration',
    units: time,
    examples: ['500us', '38ms', '30s', '2m'],
    guesses: ['s', 'ms'],
    signed: false,
    whole: 'us',
  },
  /** In µs, may be negative. */
  offset: {
    noun: 'time offset',
    units: time,
    examples: ['5s', '-30s', '250ms'],
    guesses: ['s', 'ms'],
    signed: true,
    whole: 'us',
  },
  /** Per second. */
  rate: {
    noun: 'rate',
    units: { '/s': 1, '/min': 1 / 60, '/h': 1 / 3600 },
    examples: ['60/s', '300/min'],
    guesses: ['/s'],
    signed: false,
    whole: null,
  },
  /** In bits per second. */
  bandwidth: {
    noun: 'bandwidth',
    units: { 'bit/s': 1, 'kbit/s': 1e3, 'Mbit/s': 1e6, 'Gbit/s': 1e9 },
    examples: ['100Mbit/s', '1Gbit/s'],
    guesses: ['Mbit/s'],
    signed: false,
    whole: 'bit/s',
  },
  /** In parts per million, may be negative. */
  drift: {
    noun: 'drift',
    units: { ppm: 1 },
    examples: ['200ppm', '-50ppm'],
    guesses: ['ppm'],
    signed: true,
    whole: null,
  },
  bytes: {
    noun: 'size',
    units: { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 },
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

function readUnits(kind: Kind, raw: string | number): Reading {
  const parts = /^([+-]?)(\d+(?:\.\d+)?)\s*(\S.*)?$/.exec(String(raw).trim())
  if (!parts) return { wrong: `"${raw}" is not a ${kind.noun}`, hint: writeOne(kind.examples) }
  const [, sign = '', digits = '', unit] = parts
  const amount = Number(digits)
  if (unit === undefined && amount === 0) return { value: 0 }
  if (unit === undefined)
    return {
      wrong: `${raw} has no unit`,
      hint: `Write ${kind.guesses.map((guess) => `${sign}${digits}${guess}`).join(' or ')}.`,
    }
  const size = Object.hasOwn(kind.units, unit) ? kind.units[unit] : undefined
  if (size === undefined)
    return { wrong: `"${raw}" is not a ${kind.noun}`, hint: writeOne(kind.examples) }
  if (sign === '-' && !kind.signed)
    return { wrong: `a ${kind.noun} cannot be negative`, hint: writeOne(kind.examples) }
  const value = amount * size * (sign === '-' ? -1 : 1)
  if (kind.whole === null) return { value }
  const whole = Math.round(value)
  if (Math.abs(value - whole) > 1e-6 * Math.max(1, Math.abs(value)))
    return { wrong: `${raw} is finer than 1${kind.whole}`, hint: 'Round it.' }
  return { value: whole }
}

function readShare(raw: string | number): Reading {
  const parts = /^(-?\d+(?:\.\d+)?)\s*(%?)$/.exec(String(raw).trim())
  if (!parts) return { wrong: `"${raw}" is not a share`, hint: 'Write it as 10% or 0.1.' }
  const written = parts[2] === '%' ? Number(parts[1]) / 100 : Number(parts[1])
  // 99.9 / 100 is 0.9990000000000001: a share is what was written, not what binary makes of it.
  const value = Math.round(written * 1e12) / 1e12
  if (value < 0 || value > 1)
    return { wrong: `a share lies between 0% and 100%, not at ${raw}`, hint: 'Write 10% or 0.1.' }
  return { value }
}

/** A zod schema that reads a quantity; `above` refuses values that are not larger. */
export function quantity(kind: QuantityKind, { above }: { above?: number } = {}) {
  const { noun, examples } = examplesOf(kind)
  const said = `expected a ${noun} such as ${examples[0]}`
  return z
    .union([z.string().meta({ examples }), z.number()], { error: said })
    .transform((raw, ctx): number => {
      const reading = readQuantity(kind, raw)
      const fail = (message: string, hint: string): number => {
        ctx.addIssue({ code: 'custom', message, params: { hint } })
        return z.NEVER
      }
      if ('wrong' in reading) return fail(reading.wrong, reading.hint)
      if (above !== undefined && reading.value <= above)
        return fail(`${raw} does nothing here`, `Give a ${noun} above ${above}.`)
      return reading.value
    })
    .meta({ description: `a ${noun}: ${examples.join(', ')}` })
}
