import { z } from 'zod'
import { flowText, onOneLine, type Path, type Place, type Sheet, step } from './document.ts'
import { nounOf } from './reading.ts'
import { didYouMean, list } from './spelling.ts'

/** What a variable may stand for. */
export type Scalar = string | number | boolean

/** What the command line says of variables, by name. */
export type SetVariables = Readonly<Record<string, Scalar>>

/** What sets variables so on the command line, from a blank on. */
export const setText = (set: SetVariables = {}): string =>
  Object.entries(set)
    .map(([name, value]) => ` --set ${name}=${value}`)
    .join('')

/** A variable of a scenario: its value, and where that is written; null if it was set beside the file. */
export type Variable = { name: string; value: Scalar; place: Place | null }

const NAME = '[A-Za-z][A-Za-z0-9_-]*'

export const isVariableName = (text: string): boolean => new RegExp(`^${NAME}$`).test(text)

/** How a variable is named in a value. */
export const aVariable = '$' + '{name}'

/** What stands in the place of a value, for editors. */
export const variablePattern = `\\$\\{${NAME}\\}`

export const isScalar = (value: unknown): value is Scalar =>
  ['string', 'number', 'boolean'].includes(typeof value)

/** Anything between the braces; what is no name is refused with it. */
const used = /\$\{([^}]*)(\}?)/g

/** `vars:` as editors know it; what is wrong with it is reported here, word by word. */
export const variablesSchema = z.record(
  z.string().regex(new RegExp(`^${NAME}$`)),
  z.union([z.string(), z.number(), z.boolean()]),
)

/**
 * A sheet as it reads with its variables filled in: `${name}` is the value of `name` in `vars:`, or what `set` says of
 * it. Where it is all of a value it keeps its type, within a text it is text. Wrong are a name that is not there, and a
 * variable that no value names. `vars` itself is left out of what is read.
 */
export function withVariables(
  sheet: Sheet,
  set: SetVariables,
): { sheet: Sheet; variables: Variable[] } {
  const variables = variablesOf(sheet, set)
  const values = new Map(variables.map(({ name, value }) => [name, value]))
  const { vars: _, ...rest } = sheet.value as Record<string, unknown>
  const found = new Set<string>()
  const value = filled(rest, [], { sheet, values, found })
  for (const { name } of variables) if (!found.has(name)) refuseUnused(sheet, name)
  return { sheet: readingAs(sheet, value), variables }
}

/** The same places with another value. */
function readingAs(sheet: Sheet, value: unknown): Sheet {
  return {
    ...sheet,
    value,
    apart: () => readingAs(sheet.apart(), value),
    at: (path) => path.reduce<unknown>(step, value),
    written(path) {
      const text = sheet.written(path)
      if (!text.includes('${')) return text
      return onOneLine(flowText(path.reduce<unknown>(step, value)))
    },
  }
}

function variablesOf(sheet: Sheet, set: SetVariables): Variable[] {
  const written = sheet.at(['vars']) ?? {}
  if (typeof written !== 'object' || Array.isArray(written)) {
    const message = `expected a map from variable to value, found ${nounOf(written)}`
    sheet.report(['vars'], { message, hint: 'Write vars: { rate: 200, cut: 20s }.' })
    return []
  }
  const names = Object.keys(written)
  for (const name of Object.keys(set).filter((one) => !names.includes(one)))
    sheet.report(['vars'], {
      message: `--set ${name}: there is no variable "${name}" in this scenario`,
      hint: didYouMean(name, names, 'variables'),
    })
  return Object.entries(written).flatMap(([name, value]): Variable[] => {
    if (!isUsable(sheet, name, value)) return []
    const isSet = Object.hasOwn(set, name)
    return [
      isSet
        ? { name, value: set[name] as Scalar, place: null }
        : { name, value, place: sheet.place(['vars', name]) },
    ]
  })
}

function isUsable(sheet: Sheet, name: string, value: unknown): value is Scalar {
  if (!isVariableName(name)) {
    const message = `"${name}" cannot name a variable`
    const hint = 'A name is letters, digits, - and _, and begins with a letter.'
    sheet.report(['vars', name], { message, hint, at: 'key' })
    return false
  }
  if (isScalar(value) && !String(value).includes('${')) return true
  const message = isScalar(value)
    ? `the value of a variable is plain, this names another: ${nounOf(value)}`
    : `expected a number, a text, true or false, found ${nounOf(value)}`
  sheet.report(['vars', name], { message, hint: `Write ${name}: 200, or ${name}: 20s.` })
  return false
}

type Filling = { sheet: Sheet; values: ReadonlyMap<string, Scalar>; found: Set<string> }

function filled(value: unknown, path: Path, filling: Filling): unknown {
  if (typeof value === 'string') return filledText(value, path, filling)
  if (Array.isArray(value)) return value.map((one, i) => filled(one, [...path, i], filling))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      const here = [...path, key]
      if (key.includes('${')) {
        const message = `a variable stands in a value, and "${key}" is a key`
        filling.sheet.report(here, { message, hint: 'Write the key itself.', at: 'key' })
      }
      return [key, filled(one, here, filling)]
    }),
  )
}

function filledText(text: string, path: Path, filling: Filling): Scalar {
  const [, whole] = new RegExp(`^\\$\\{(${NAME})\\}$`).exec(text) ?? []
  if (whole !== undefined) return standingFor(whole, path, filling)
  return text.replace(used, (written, name: string, end: string) => {
    if (end !== '' && isVariableName(name)) return String(standingFor(name, path, filling))
    filling.sheet.report(path, {
      message: `${nounOf(written)} names no variable`,
      hint: `Write ${aVariable}: between the braces is a name, there are no expressions.`,
    })
    return written
  })
}

function standingFor(name: string, path: Path, { sheet, values, found }: Filling): Scalar {
  const value = values.get(name)
  found.add(name)
  if (value !== undefined) return value
  // One that is there and cannot be used is reported where it stands.
  if (sheet.at(['vars', name]) !== undefined) return ''
  const names = [...values.keys()]
  const hint =
    names.length === 0
      ? `Write vars: { ${name}: 200 } with its value.`
      : didYouMean(name, names, 'variables')
  sheet.report(path, { message: `unknown variable "${name}"`, hint })
  return ''
}

function refuseUnused(sheet: Sheet, name: string): void {
  const { file } = sheet.place(['vars', name])
  const hint =
    file === sheet.file
      ? 'Take it out.'
      : `In ${list([sheet.file])}, vars: { ${name}: null } takes it out.`
  const message = `no value names the variable "${name}": it would change nothing`
  sheet.report(['vars', name], { message, hint, at: 'key' })
}
