import type { LinkName } from '../../model/fault.ts'
import type { LinkPlan } from '../../model/plan.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Known, Names } from '../known.ts'
import { type LinkWritten, linkSchema } from '../schema.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { read } from '../yaml/reading.ts'
import { directions, type LinkText, linkIssues, linkMeant, splitLink } from '../yaml/reference.ts'
import { closest, didYouMean } from '../yaml/spelling.ts'
import { defaults } from './defaults.ts'
import type { LinkPreset } from './link-preset.ts'
import { type Open, presetLatencies, tableKeys, wholeTable } from './link-tables.ts'

type Written = Exclude<LinkWritten, string>

/**
 * One plan for every ordered pair of regions, in the order of `regions`; null if any is missing or wrong, or the
 * regions are not known. Pairs that no key names come from the table of `preset` or `file`.
 */
export function resolveLinks(
  sheet: Sheet,
  known: Known,
  names: Names,
  regions: readonly RegionName[] | null,
): LinkPlan[] | null {
  const before = sheet.problems.length
  const open = { sheet, known, regions }
  const written = sheet.at(['links'])
  const [a = 'a', b = 'b'] = regions ?? []
  if (written === undefined) {
    if (!regions || regions.length < 2) return regions && []
    const hint = `Write links: { ${a} <-> ${b}: { latency: 38ms } }, every pair of regions once.`
    sheet.report(['links'], { message: '"links" is missing', hint })
    return null
  }
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    const hint = `Write ${a} <-> ${b}: { latency: 38ms }.`
    sheet.report(['links'], { message: 'expected a map from link to delay', hint })
    return null
  }
  const plans = new Map<string, LinkPlan | null>()
  for (const key of Object.keys(written)) if (!tableKeys.includes(key)) addEntry(open, key, plans)
  const table = wholeTable(open, names)
  if (!regions) return null
  if (table !== null) fillGaps(sheet, regions, plans, table)
  const inOrder = pairs(regions).map(({ from, to }) => plans.get(pairKey(from, to)) ?? null)
  const whole = inOrder.filter((plan) => plan !== null)
  return sheet.problems.length > before || whole.length < inOrder.length ? null : whole
}

const pairKey = (from: RegionName, to: RegionName): string => `${from} -> ${to}`

function pairs(regions: readonly RegionName[]): LinkName[] {
  return regions.flatMap((from) =>
    regions.filter((to) => to !== from).map((to): LinkName => ({ from, to })),
  )
}

function addEntry(open: Open, key: string, plans: Map<string, LinkPlan | null>): void {
  const { sheet, regions } = open
  const path = ['links', key]
  const link = splitLink(key) ?? reportNoLink(sheet, key)
  if (!link) return
  const issues = linkIssues(link, regions)
  for (const { message, params } of issues)
    sheet.report(path, { message, hint: params.hint, at: 'key' })
  const found = read(sheet, path, linkSchema)
  const named = directions(meant(link, regions))
  for (const { from, to } of named) {
    const pair = pairKey(from, to)
    if (plans.has(pair)) {
      const message = `the link ${pair} is written twice`
      sheet.report(path, { message, hint: 'Keep one of the two.', at: 'key' })
    } else plans.set(pair, null)
  }
  if (found === undefined) return
  const written: Written = typeof found === 'string' ? { preset: found } : found
  const latencies = latenciesOf(open, path, link, written, typeof found === 'string')
  if (!latencies) return
  named.forEach(({ from, to }, i) => {
    plans.set(pairKey(from, to), planOf({ from, to }, latencies[i] as Us, written))
  })
}

/** Says that a key names no link; the link that it means, where another arrow says so. */
function reportNoLink(sheet: Sheet, key: string): LinkText | undefined {
  const meant = linkMeant(key)
  const own = closest(key, tableKeys)
  const hint = meant
    ? `Write ${meant}.`
    : own === undefined
      ? 'Write us-east <-> eu-west, or us-east -> eu-west for one direction.'
      : `Did you mean "${own}"?`
  sheet.report(['links', key], { message: `"${key}" names no link`, hint, at: 'key' })
  return meant === undefined ? undefined : splitLink(meant)
}

/** A misspelt region counts as the one it means, so that its links are not called missing as well. */
function meant({ a, b, arrow }: LinkText, regions: readonly RegionName[] | null): LinkText {
  if (!regions) return { a, b, arrow }
  return { a: closest(a, regions) ?? a, b: closest(b, regions) ?? b, arrow }
}

function planOf({ from, to }: LinkName, latencyUs: Us, written: Omit<Written, 'preset'>): LinkPlan {
  return {
    from,
    to,
    latencyUs,
    jitterUs: written.jitter ?? defaults.link.jitterUs,
    law: written.law ?? defaults.link.law,
    lossShare: written.loss ?? defaults.link.lossShare,
    bitsPerSec: written.bandwidth ?? defaults.link.bitsPerSec,
    ...(written.window !== undefined && { windowBytes: written.window }),
  }
}

/** One-way latency there and, for `<->`, back; undefined if it cannot be told. */
function latenciesOf(
  open: Open,
  path: Path,
  link: LinkText,
  written: Written,
  bare: boolean,
): Us[] | undefined {
  const { sheet } = open
  const given = (['latency', 'rtt', 'preset'] as const).filter((key) => written[key] !== undefined)
  if (given.length !== 1) {
    const message =
      given.length === 0 ? 'this link has no delay' : `${given.join(' and ')} both give the delay`
    sheet.report(path, { message, hint: 'Give one of latency (one way), rtt or preset.' })
    return undefined
  }
  const { latency, rtt, preset } = written
  const oneWay = latency ?? (rtt === undefined ? undefined : Math.round(rtt / 2))
  const there =
    preset === undefined
      ? [oneWay as Us, oneWay as Us]
      : presetLatencies(open, bare ? path : [...path, 'preset'], preset)
  if (!there) return undefined
  const jitter = written.jitter ?? 0
  const lowest = link.arrow === '->' ? (there[0] as Us) : Math.min(...there)
  if ((written.law ?? defaults.link.law) === 'uniform' && jitter > lowest) {
    const message = 'a uniform jitter (±) larger than the latency would arrive before it was sent'
    sheet.report([...path, 'jitter'], { message, hint: 'Make it smaller, or law: exponential.' })
  }
  return there
}

/** Pairs that no link names are taken from the table; what is not there either is reported. */
function fillGaps(
  sheet: Sheet,
  regions: readonly RegionName[],
  plans: Map<string, LinkPlan | null>,
  table: LinkPreset | undefined,
): void {
  const gaps: LinkName[] = []
  for (const { from, to } of pairs(regions)) {
    if (plans.has(pairKey(from, to))) continue
    const rttUs = table?.rttUs(from, to)
    if (rttUs === undefined) gaps.push({ from, to })
    else plans.set(pairKey(from, to), planOf({ from, to }, Math.round(rttUs / 2), {}))
  }
  const isStranger = (region: RegionName): boolean => table?.cities.includes(region) === false
  for (const region of regions.filter(isStranger)) {
    if (!gaps.some(({ from, to }) => from === region || to === region)) continue
    const key = sheet.at(['links', 'file']) === undefined ? 'preset' : 'file'
    sheet.report(['links', key], {
      message: `region "${region}" is not in ${table?.source}`,
      hint: `${didYouMean(region, table?.cities ?? [], 'regions')} Rename it, or write its links.`,
    })
  }
  for (const gap of gaps)
    if (!isStranger(gap.from) && !isStranger(gap.to)) reportGap(sheet, regions, plans, gap)
}

/** A pair without any link is said once, at its first direction. */
function reportGap(
  sheet: Sheet,
  regions: readonly RegionName[],
  plans: Map<string, LinkPlan | null>,
  { from, to }: LinkName,
): void {
  const isBack = regions.indexOf(from) > regions.indexOf(to)
  const bothMissing = !plans.has(pairKey(to, from))
  if (bothMissing && isBack) return
  const arrow = bothMissing ? '<->' : '->'
  const message = bothMissing
    ? `no link between ${from} and ${to}`
    : `no link from ${from} to ${to}, only back`
  const hint = `Write ${from} ${arrow} ${to}: { latency: 38ms }.`
  sheet.report(['links'], { message, hint, at: 'key' })
}
