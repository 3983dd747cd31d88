import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { UsageError } from '../../model/errors.ts'
import { files } from '../../pipeline/catalogue.ts'
import { isReplay } from '../../record/replay.ts'
import { openScenario } from '../../scenario/extension.ts'
import { worldsNamed } from '../../scenario/load.ts'
import { readQuantity } from '../../scenario/yaml/quantity.ts'

/** A file that can be run, and what a glance at it tells before it is read in full. */
export type ScenarioFile = {
  file: string
  /** Where it can run, as far as it says. */
  inSimulator: boolean
  quick: boolean
  /** Kinds under `systems:`. */
  systems: string[]
  /** About how many operations it wants: long runs are begun first. Infinity if it cannot be read. */
  size: number
}

const isScenario = (name: string): boolean => /\.ya?ml$|\.plan\.json$/.test(name)

/** The files named, and for each folder named those in it. Throws UsageError where there is nothing to run. */
export function scenarioFiles(paths: readonly string[]): ScenarioFile[] {
  return [...new Set(paths.flatMap(filesAt))].map(glance)
}

function filesAt(path: string): string[] {
  if (!existsSync(path)) throw new UsageError(`there is no file or folder ${path}`)
  if (!statSync(path).isDirectory()) return [path]
  const names = readdirSync(path)
    .filter((name) => isScenario(name) && !isList(join(path, name)))
    .sort()
  if (names.length === 0)
    throw new UsageError(
      `there is no scenario in ${path}: a scenario is a file that ends in .yaml. Try: faultline run scenarios/`,
    )
  return names.map((name) => join(path, name))
}

/** Lists may stand beside scenarios, which are maps; what cannot be read is reported when it is run. */
const isList = (file: string): boolean =>
  !isReplay(file) && Array.isArray(valueIn(readFileSync(file, 'utf8')))

function glance(file: string): ScenarioFile {
  if (isReplay(file)) return { file, inSimulator: true, quick: false, systems: [], size: Infinity }
  const source = { file, text: readFileSync(file, 'utf8') }
  const { sheet, usable } = openScenario(source, files)
  const written: Written = usable ? Object(sheet.value) : {}
  const { systems = [] } = written
  return {
    file,
    inSimulator: worldsNamed(source, files).includes('sim'),
    quick: written.quick === true,
    systems: Array.isArray(systems) ? systems.map(String) : Object.keys(Object(systems)),
    size: sizeOf(written),
  }
}

type Written = Partial<Record<'systems' | 'quick' | 'load' | 'timeline', unknown>>

/** What is wrong with a file is reported when it is run. */
function valueIn(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

function sizeOf({ load, timeline }: Written): number {
  if (!Array.isArray(load)) return Number.POSITIVE_INFINITY
  const { warmup = '10s', run = '120s' } = Object(timeline) as Record<string, string>
  const seconds = (amount('duration', warmup) + amount('duration', run)) / 1e6
  const perSecond = load.reduce((sum: number, entry: Record<string, unknown>) => {
    const regions = Array.isArray(entry?.['in']) ? entry['in'].length : 1
    const rates = ['search', 'upsert', 'delete', 'fetch'].map((key) => amount('rate', entry?.[key]))
    return sum + regions * rates.reduce((all, rate) => all + rate, 0)
  }, 0)
  return Math.round(seconds * perSecond)
}

function amount(kind: 'duration' | 'rate', written: unknown): number {
  if (typeof written !== 'string' && typeof written !== 'number') return 0
  const reading = readQuantity(kind, written)
  return 'value' in reading ? reading.value : 0
}
