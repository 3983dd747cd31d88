import { Document, isMap, isSeq, visit } from 'yaml'
import type { OpenScenario } from '../extension.ts'
import type { SourceFile } from '../yaml/document.ts'
import { list } from '../yaml/spelling.ts'
import type { Variable } from '../yaml/variables.ts'

/** `rate = 300 (--set), cut = 20s`. */
export const variablesText = (variables: readonly Variable[]): string =>
  variables
    .map(({ name, value, place }) => `${name} = ${value}${place === null ? ' (--set)' : ''}`)
    .join(', ')

/** Where a scenario came from, a line each; empty of one that stands by itself and has no variables. */
export function originLines({ extended, variables }: OpenScenario): string[] {
  return [
    ...(extended.length > 0 ? [`extends: ${list(extended)}`] : []),
    ...(variables.length > 0 ? [`variables: ${variablesText(variables)}`] : []),
  ]
}

/**
 * The text that a run keeps of its scenario: its own, or where it extends another or has variables, one file that says
 * the same with nothing left to look up. Its first comment stays what the scenario asks.
 */
export function resolvedText({ text, file }: SourceFile, opened: OpenScenario): string {
  const origin = originLines(opened)
  if (origin.length === 0) return text
  const comment = /^(?:#.*\n)*/.exec(text)?.[0] ?? ''
  const head = [`Resolved from ${file}.`, ...origin].map((line) => `# ${line}\n`).join('')
  const document = new Document(opened.sheet.value)
  // Entries of lists on one line each, as scenarios are written.
  visit(document, {
    Seq(_, node) {
      for (const item of node.items) if (isMap(item) || isSeq(item)) item.flow = true
    },
  })
  return `${comment}\n${head}${document.toString({ lineWidth: 0 })}`
}
