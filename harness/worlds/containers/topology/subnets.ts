import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** An IPv4 range as numbers. */
type Range = { base: number; mask: number }

/** A /24 by its first three numbers: "10.207.13". */
export type Prefix = string

/**
 * Ranges this host already routes somewhere, from the text of /proc/net/route (hexadecimal, least byte first); the
 * default route apart. Docker itself only looks at its own networks.
 */
export function routedRanges(text = readRoutes()): Range[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter((fields) => fields.length > 7)
    .map((fields) => ({ base: swapped(fields[1] as string), mask: swapped(fields[7] as string) }))
    .filter(({ mask }) => mask !== 0)
}

function readRoutes(): string {
  try {
    return readFileSync('/proc/net/route', 'utf8')
  } catch {
    return ''
  }
}

function swapped(hex: string): number {
  return Buffer.from(hex, 'hex').readUInt32LE(0)
}

/** A private /24 that no range overlaps, out of 10.128.0.0/9, at random: runs beside each other seldom meet. */
export function freePrefix(
  ranges: readonly Range[],
  draw = (max: number) => randomInt(max),
): Prefix {
  for (let tries = 0; tries < 1000; tries++) {
    const [second, third] = [128 + draw(128), draw(256)]
    const base = ((10 << 24) | (second << 16) | (third << 8)) >>> 0
    if (!ranges.some((range) => overlaps(range, { base, mask: 0xffffff00 })))
      return `10.${second}.${third}`
  }
  throw new Error('every subnet of 10.128.0.0/9 is routed somewhere')
}

function overlaps(a: Range, b: Range): boolean {
  const common = (a.mask & b.mask) >>> 0
  return (a.base & common) >>> 0 === (b.base & common) >>> 0
}
