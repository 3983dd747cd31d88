import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { firstComment } from '../scenario/yaml/document.ts'

/** The folder of the scenarios that come with Faultline. */
export const shippedScenarios = fileURLToPath(new URL('../../scenarios', import.meta.url))

/** The file of what a person typed: a path as it is, or the name of a scenario that comes with Faultline. */
export function scenarioFile(typed: string): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(typed) || existsSync(typed)) return typed
  const file = join(shippedScenarios, `${typed}.yaml`)
  return existsSync(file) ? relative(process.cwd(), file) : typed
}

/** Names and questions of the scenarios that come with Faultline, in order of name. */
export function shippedQuestions(): { name: string; question: string }[] {
  return readdirSync(shippedScenarios)
    .filter((file) => file.endsWith('.yaml') && file !== 'claims.yaml')
    .sort()
    .map((file) => ({
      name: file.slice(0, -'.yaml'.length),
      question: firstComment(readFileSync(join(shippedScenarios, file), 'utf8')),
    }))
}
