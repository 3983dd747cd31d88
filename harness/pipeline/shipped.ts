import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../model/errors.ts'
import { firstComment, type SourceFile } from '../scenario/yaml/document.ts'
import { closest } from '../scenario/yaml/spelling.ts'

/** The folder of the scenarios that come with Faultline. */
export const shippedScenarios = fileURLToPath(new URL('../../scenarios', import.meta.url))

/** Files of the scenarios that come with Faultline, in order. */
export const shippedFiles = (): string[] =>
  readdirSync(shippedScenarios)
    .filter((file) => file.endsWith('.yaml') && file !== 'claims.yaml')
    .sort()

const nameOf = (file: string): string => file.slice(0, -'.yaml'.length)

/**
 * The file of what a person typed: a path as it is, or the name of a scenario that comes with Faultline. Throws a
 * UsageError with the nearest name for one that there is not.
 */
export function scenarioFile(typed: string): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(typed) || existsSync(typed)) return typed
  const file = join(shippedScenarios, `${typed}.yaml`)
  if (existsSync(file)) return relative(process.cwd(), file)
  const meant = closest(typed, shippedFiles().map(nameOf))
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
  throw new UsageError(
    `there is no file and no shipped scenario "${typed}".${hint} All of them: faultline scenarios`,
  )
}

/** The text of a scenario that comes with Faultline, by its name; else why it cannot be had. */
export function shippedScenario(name: string): SourceFile | { wrong: string; hint?: string } {
  const file = join(shippedScenarios, `${name}.yaml`)
  if (existsSync(file))
    return { file: relative(process.cwd(), file), text: readFileSync(file, 'utf8') }
  const meant = closest(name, shippedFiles().map(nameOf))
  const hint =
    meant === undefined ? 'All of them: faultline scenarios.' : `Did you mean "${meant}"?`
  return { wrong: `there is no file and no shipped scenario "${name}"`, hint }
}

/** Names and questions of the scenarios that come with Faultline, in order of name. */
export function shippedQuestions(): { name: string; question: string }[] {
  return shippedFiles().map((file) => ({
    name: nameOf(file),
    question: firstComment(readFileSync(join(shippedScenarios, file), 'utf8')),
  }))
}
