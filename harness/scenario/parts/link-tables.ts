import type { RegionName, Us } from '../../model/units.ts'
import type { Known, Names } from '../known.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { nounOf } from '../yaml/reading.ts'
import { splitLink } from '../yaml/reference.ts'
import { didYouMean, list } from '../yaml/spelling.ts'
import { type LinkPreset, readLinkPreset } from './link-preset.ts'
import { readRttTable, type TableUnit, tableUnits } from './rtt-table.ts'

/** Links being read; `regions` is null where they could not be. */
export type Open = { sheet: Sheet; known: Known; regions: readonly RegionName[] | null }

/** Keys beside the links: a table for all pairs that no link names. */
export const tableKeys = ['preset', 'file', 'unit']

/** Latency of `city -> city` and back, from the first table that has both. */
export function presetLatencies(open: Open, path: Path, preset: string): Us[] | undefined {
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
export function wholeTable(open: Open, names: Names): LinkPreset | null | undefined {
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
  const source = known.fileBeside(sheet.file, name)
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
