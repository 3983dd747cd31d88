import { type WorldName, worldNames } from '../../model/plan.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { keyHint } from '../yaml/keys.ts'
import { quantity } from '../yaml/quantity.ts'
import { nounOf, read } from '../yaml/reading.ts'
import { didYouMean, list } from '../yaml/spelling.ts'

/** Sections an overlay replaces as a whole, and sections of which it replaces single keys. */
const replaced = ['rate', 'load', 'faults', 'limits', 'alerts', 'probes', 'expect', 'store']
const merged = ['timeline', 'data', 'servers']
const overlayKeys =
  'rate load timeline data probes faults limits alerts store servers expect'.split(' ')

type Keys = Record<string, unknown>

const isKeys = (value: unknown): value is Keys =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Worlds a scenario says it runs in: all of them if it does not say, or if what it says cannot be read. */
export function worldsOf(sheet: Sheet): readonly WorldName[] {
  const written = sheet.at(['runs-in'])
  const known = worldNames.filter((world) => Array.isArray(written) && written.includes(world))
  return known.length > 0 ? known : worldNames
}

/** Worlds with something laid over the scenario. */
export const worldsLaidOver = (sheet: Sheet): WorldName[] =>
  worldNames.filter((world) => isKeys(sheet.at(['worlds', world])))

/**
 * The sheet as one world reads it: what `worlds.<world>` says stands in the place of what the scenario says, and
 * problems are found where the words stand. A problem in a part that was not laid over begins with the world's name.
 */
export function overlaid(sheet: Sheet, world: WorldName): Sheet {
  const overlay = sheet.at(['worlds', world])
  if (!isKeys(overlay)) return sheet
  const isLaid = (path: Path): boolean => {
    const [section, key] = path
    const laid = typeof section === 'string' && Object.hasOwn(overlay, section)
    if (!laid || !overlayKeys.includes(section)) return false
    if (replaced.includes(section) || !isKeys(sheet.at([section]))) return true
    const keys = overlay[section]
    if (!isKeys(keys)) return true
    return key !== undefined && Object.hasOwn(keys, key)
  }
  const place = (path: Path): Path => (isLaid(path) ? ['worlds', world, ...path] : path)
  return {
    ...sheet,
    at(path) {
      const [section] = path
      const both = path.length === 1 && typeof section === 'string' && merged.includes(section)
      const [own, laid] = [sheet.at(path), sheet.at(['worlds', world, ...path])]
      return both && isKeys(own) && isKeys(laid) ? { ...own, ...laid } : sheet.at(place(path))
    },
    written: (path) => sheet.written(place(path)),
    place: (path, at) => sheet.place(place(path), at),
    report(path, problem) {
      const message = isLaid(path) ? problem.message : `${forWorld(world)}${problem.message}`
      sheet.report(place(path), { ...problem, message })
    },
  }
}

export const rateSchema = quantity('share', { above: 0 })

/** The share of all rates that an overlay asks for; 1 where the sheet is not overlaid. */
export const resolveRate = (sheet: Sheet): number =>
  sheet.at(['rate']) === undefined ? 1 : (read(sheet, ['rate'], rateSchema) ?? 1)

export const forWorld = (world: WorldName): string => `for ${world}: `

/** What is wrong with the keys of overlays; what is below them is read as the section it stands for. */
export function checkWorlds(sheet: Sheet, asked: WorldName): void {
  checkRunsIn(sheet, asked)
  const written = sheet.at(['worlds'])
  if (written === undefined) return
  if (!isKeys(written)) {
    const message = `expected a map from world to what is laid over, found ${nounOf(written)}`
    const hint = 'Write worlds: { containers: { rate: 50% } }.'
    sheet.report(['worlds'], { message, hint })
    return
  }
  for (const [name, overlay] of Object.entries(written)) {
    const world = worldNames.find((known) => known === name)
    if (world) checkOverlay(sheet, world, overlay)
    else
      sheet.report(['worlds', name], {
        message: `unknown world "${name}"`,
        hint: didYouMean(name, worldNames, 'worlds'),
        at: 'key',
      })
  }
}

function checkOverlay(sheet: Sheet, world: WorldName, overlay: unknown): void {
  const path = ['worlds', world]
  if (!isKeys(overlay)) {
    const message = `expected a map of what is laid over for ${world}, found ${nounOf(overlay)}`
    sheet.report(path, { message, hint: `Keys: ${list(overlayKeys)}.` })
    return
  }
  const runsIn = worldsOf(sheet)
  if (runsIn.length === 1) {
    const message = `nothing can be laid over: this scenario runs in ${list(runsIn)} only`
    const hint = runsIn.includes(world)
      ? 'Write it into the scenario itself.'
      : `Take it out, or add ${world} to runs-in.`
    sheet.report(path, { message, hint, at: 'key' })
    return
  }
  for (const key of Object.keys(overlay))
    if (!overlayKeys.includes(key))
      sheet.report([...path, key], {
        message: `"${key}" cannot be laid over`,
        hint: keyHint(key, overlayKeys),
        at: 'key',
      })
  if (Object.hasOwn(overlay, 'rate') && Object.hasOwn(overlay, 'load'))
    sheet.report([...path, 'rate'], {
      message: 'rate is a share of the rates of the scenario, and load replaces them',
      hint: 'Take one of the two out.',
      at: 'key',
    })
}

function checkRunsIn(sheet: Sheet, asked: WorldName): void {
  const written = sheet.at(['runs-in'])
  if (written === undefined) return
  if (!Array.isArray(written) || written.length === 0) {
    const message = `expected a list of worlds, found ${nounOf(written)}`
    sheet.report(['runs-in'], { message, hint: 'Write runs-in: [sim, containers].' })
    return
  }
  const strangers = written.filter((name) => !worldNames.includes(name))
  for (const name of strangers)
    sheet.report(['runs-in', written.indexOf(name)], {
      message: `unknown world ${nounOf(name)}`,
      hint: didYouMean(String(name), worldNames, 'worlds'),
    })
  const runsIn = worldsOf(sheet)
  if (strangers.length === 0 && !runsIn.includes(asked))
    sheet.report(['runs-in'], {
      message: `this scenario runs in ${list(runsIn)} only, not in ${asked}`,
      hint: `Run it with --world ${runsIn[0]}.`,
    })
}
