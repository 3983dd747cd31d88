import { z } from 'zod'
import type { LinkName } from '../../model/fault.ts'
import type { LinkPlan } from '../../model/plan.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Known, Names } from '../known.ts'
import { about, optional } from '../yaml/about.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { quantity } from '../yaml/quantity.ts'
import { nounOf, read } from '../yaml/reading.ts'
import {
  directions,
  type LinkText,
  linkIssues,
  linkMeant,
  nameOf,
  splitLink,
} from '../yaml/reference.ts'
import { closest, didYouMean, list } from '../yaml/spelling.ts'
import { defaults } from './defaults.ts'
import {
  type LinkPreset,
  readLinkPreset,
  readRttTable,
  type TableUnit,
  tableUnits,
} from './rtt-table.ts'

const duration = quantity('duration')
const window = quantity('bytes', { above: 0 })
const law = z.enum(['uniform', 'exponential', 'pareto'])

/** One link, or one direction of it: a preset, or delays of its own. */
const linkSchema = about(
  z.union(
    [
      z.string().meta({ examples: ['washington-dc -> frankfurt'] }),
      z.strictObject({
        preset: optional(z.string(), 'the pair of a link preset that this link is taken from'),
        latency: optional(duration, 'one way; half of rtt'),
        rtt: optional(duration, 'there and back; twice latency'),
        jitter: optional(duration, 'how far the delay varies', '0s'),
        law: optional(law, 'the law jitter is drawn by', defaults.link.law),
        loss: optional(quantity('share'), 'the share of segments that is lost', '0%'),
        bandwidth: optional(
          quantity('bandwidth', { above: 0 }),
          'what all connections of the link carry together; without end if left out',
        ),
        window: optional(
          window,
          'the window of every connection over the link; that of the profile',
        ),
      }),
    ],
    { error: 'expected { latency: 38ms } or a preset such as washington-dc -> frankfurt' },
  ),
  'the delay of a link named a <-> b, or of one direction named a -> b',
)
type LinkWritten = z.output<typeof linkSchema>

/** Links by name, or a table of round trips; what a table leaves out is asked for. */
export const linksSchema = (names: Names) =>
  z
    .object({
      preset: optional(
        nameOf('link preset', 'link presets', names.linkPresets),
        'measured round trips that ship with Faultline',
      ),
      file: optional(z.string(), 'a CSV file of round trips, beside the scenario'),
      unit: optional(z.enum(tableUnits), 'of numbers in the file that have none'),
    })
    .catchall(linkSchema)

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

/** One-way latency there and, for `<->`, back; undefined if nothing gives it. */
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

/** A pair without any link is reported once, at its first direction. */
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

/** Links being read; `regions` is null where they could not be. */
type Open = { sheet: Sheet; known: Known; regions: readonly RegionName[] | null }

/** Keys beside the links: a table for all pairs that no link names. */
const tableKeys = ['preset', 'file', 'unit']

/** Latency of `city -> city` and back, from the first table that has both. */
function presetLatencies(open: Open, path: Path, preset: string): Us[] | undefined {
  const cities = splitLink(preset)
  const tables = Object.keys(open.known.linkPresets).map((name) => tableOf(open, name))
  if (tables.includes(null)) return undefined
  const read = tables.filter((table) => table !== null)
  if (!cities) {
    const hint = 'Write two cities: washington-dc -> frankfurt.'
    open.sheet.report(path, { message: `"${preset}" is not a preset of one link`, hint })
    return undefined
  }
  for (const table of read) {
    const there = table.rttUs(cities.a, cities.b)
    const back = table.rttUs(cities.b, cities.a)
    if (there !== undefined && back !== undefined)
      return [Math.round(there / 2), Math.round(back / 2)]
  }
  const known = [...new Set(read.flatMap((table) => table.cities))]
  for (const city of [cities.a, cities.b])
    if (!known.includes(city))
      open.sheet.report(path, {
        message: `unknown city "${city}"`,
        hint: didYouMean(city, known, 'cities'),
      })
  if (known.includes(cities.a) && known.includes(cities.b))
    open.sheet.report(path, { message: `no link preset goes from ${cities.a} to ${cities.b}` })
  return undefined
}

function tableOf({ known, sheet }: Open, name: string): LinkPreset | null {
  const source = known.linkPresets[name]
  if (!source) return null
  const result = readLinkPreset(source)
  if ('preset' in result) return result.preset
  sheet.problems.push(...result.problems)
  return null
}

/** The table that covers all pairs not written; undefined if none is named, null if it cannot be used. */
function wholeTable(open: Open, names: Names): LinkPreset | null | undefined {
  const { sheet } = open
  const at = (key: string): unknown => sheet.at(['links', key])
  const refuse = (key: string, message: string, hint: string): null => {
    sheet.report(['links', key], { message, hint })
    return null
  }
  if (at('unit') !== undefined && at('file') === undefined)
    return refuse('unit', 'unit is the unit of a file, and there is none', 'Write file: ./rtt.csv.')
  if (at('preset') !== undefined && at('file') !== undefined)
    return refuse('preset', 'preset and file both give all delays', 'Take one of the two out.')
  if (at('file') !== undefined) return ownTable(open)
  const name = at('preset')
  if (name === undefined) return undefined
  if (typeof name === 'string' && names.linkPresets.includes(name)) return tableOf(open, name)
  return refuse(
    'preset',
    `unknown link preset ${nounOf(name)}`,
    didYouMean(String(name), names.linkPresets, 'link presets'),
  )
}

/** The table of a CSV file beside the scenario. */
function ownTable({ sheet, known }: Open): LinkPreset | null {
  const name = sheet.at(['links', 'file'])
  const unit = sheet.at(['links', 'unit'])
  if (typeof name !== 'string') {
    const message = `expected the name of a file, found ${nounOf(name)}`
    sheet.report(['links', 'file'], { message, hint: 'Write file: ./rtt.csv.' })
    return null
  }
  if (unit !== undefined && !tableUnits.includes(unit as TableUnit)) {
    const message = `expected one of ${list(tableUnits)}, found ${nounOf(unit)}`
    sheet.report(['links', 'unit'], { message })
    return null
  }
  const source = known.fileBeside(sheet.place(['links', 'file']).file, name)
  if ('wrong' in source) {
    const message = `${nounOf(name)} cannot be read: ${source.wrong}`
    sheet.report(['links', 'file'], { message, hint: 'The path counts from the scenario file.' })
    return null
  }
  const result = readRttTable(source, unit as TableUnit | undefined)
  if ('preset' in result) return result.preset
  sheet.problems.push(...result.problems)
  return null
}
