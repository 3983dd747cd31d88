import type { Known } from '../known.ts'
import type { Sheet } from '../yaml/document.ts'
import { nounOf } from '../yaml/reading.ts'
import { didYouMean, list } from '../yaml/spelling.ts'
import type { Choice } from './varied.ts'

/** Sections that may be other on another system; whatever else stands there are its knobs. */
const replaced = ['expect', 'limits', 'alerts']

const isKeys = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Kinds under `systems:`, on which a scenario is also to be run; none if that cannot be read. */
export function otherSystems(sheet: Sheet): string[] {
  const written = sheet.at(['systems'])
  if (Array.isArray(written)) return written.filter((kind) => typeof kind === 'string')
  return isKeys(written) ? Object.keys(written) : []
}

/**
 * What a scenario reads like on another of its systems: that kind with the knobs given there, the scenario's own
 * index, its limits unless others are given, and nothing expected unless it is written. Empty for its own system.
 */
export function onSystem(sheet: Sheet, kind: string | undefined): Choice[] {
  const own = sheet.at(['system', 'kind'])
  if (kind === undefined || kind === own || !otherSystems(sheet).includes(kind)) return []
  const given = sheet.at(['systems', kind])
  const settings = isKeys(given) ? given : {}
  const knobs = Object.fromEntries(
    Object.entries(settings).filter(([key]) => key !== 'kind' && !replaced.includes(key)),
  )
  const index = sheet.at(['system', 'index'])
  const value = { kind, ...(index !== undefined && { index }), ...knobs }
  const at = ['systems', kind]
  return [
    { path: ['system'], value, at },
    { path: ['expect'], value: settings['expect'], at: [...at, 'expect'] },
    ...['limits', 'alerts']
      .filter((key) => key in settings)
      .map((key) => ({ path: [key], value: settings[key], at: [...at, key] })),
  ]
}

function checkList(sheet: Sheet, written: readonly unknown[]): void {
  for (const [i, kind] of written.entries()) {
    const path = ['systems', i]
    if (typeof kind !== 'string')
      sheet.report(path, { message: `expected a kind of system, found ${nounOf(kind)}` })
    else if (written.indexOf(kind) < i)
      sheet.report(path, { message: `${kind} appears twice`, hint: 'Keep one of them.' })
  }
}

/** The settings of each system: its knobs, and what else differs there; none means that nothing differs. */
function checkSettings(sheet: Sheet, written: Record<string, unknown>): void {
  for (const [kind, settings] of Object.entries(written)) {
    const path = ['systems', kind]
    if (settings !== null && !isKeys(settings))
      sheet.report(path, {
        message: `expected a map of the settings that differ on ${kind}, found ${nounOf(settings)}`,
        hint: `Write ${kind}: {}, or ${kind}: { expect: { verdict: pass } }.`,
      })
    else if (settings !== null && Object.hasOwn(settings, 'kind'))
      sheet.report([...path, 'kind'], {
        message: `"kind" is not allowed here: these settings are already for ${kind}`,
        hint: 'Take it out.',
        at: 'key',
      })
  }
}

/** What is wrong with the names under `systems:`, or with the one asked for; knobs are read with the system. */
export function checkSystems(sheet: Sheet, known: Known, asked: string | undefined): void {
  const written = sheet.at(['systems'])
  if (written !== undefined && !Array.isArray(written) && !isKeys(written))
    sheet.report(['systems'], {
      message: `expected the kinds of system it is also to be run on, found ${nounOf(written)}`,
      hint: 'Write systems: [wal-sharded], or systems: { wal-sharded: { expect: { verdict: pass } } }.',
    })
  const own = sheet.at(['system', 'kind'])
  const kinds = Object.keys(known.systems)
  const others = otherSystems(sheet)
  if (Array.isArray(written)) checkList(sheet, written)
  else if (isKeys(written)) checkSettings(sheet, written)
  for (const kind of others) {
    const path = ['systems', Array.isArray(written) ? written.indexOf(kind) : kind]
    if (kind === own)
      sheet.report(path, {
        message: `${kind} is the scenario's own system`,
        hint: 'Name only others here.',
        at: 'key',
      })
    else if (!kinds.includes(kind))
      sheet.report(path, {
        message: `unknown system "${kind}"`,
        hint: didYouMean(kind, kinds, 'systems'),
        at: 'key',
      })
  }
  if (asked === undefined || asked === own || others.includes(asked)) return
  const runsOn = [...(typeof own === 'string' ? [own] : []), ...others]
  sheet.report(written === undefined ? ['system'] : ['systems'], {
    message: `this scenario does not list ${asked} among its systems`,
    hint: `It runs on ${list(runsOn)}. Add ${asked} to its systems: to run it there.`,
  })
}
