import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type YAMLMap,
  YAMLParseError,
} from 'yaml'
import type { Problem } from './problem.ts'
import { shortened } from './spelling.ts'
import { isMerge, type YamlFault, yamlFaults } from './yaml-faults.ts'

/** A file of text under the name it was given by. */
export type SourceFile = { file: string; text: string }

/** Keys and list positions from the top of a document. */
export type Path = readonly (string | number)[]

/** Lines and columns count from 1. */
export type Place = { file: string; line: number; column: number }

/** A YAML file that knows where everything in it was written, and collects what is wrong with it. */
export type Sheet = {
  file: string
  /** As plain data; maps are objects. */
  value: unknown
  problems: Problem[]
  /** The plain value at a path; undefined if there is none. */
  at(path: Path): unknown
  /** The source text of a value, without the braces of a flow map, on one line. */
  written(path: Path): string
  /** The same file with a list of problems of its own, empty yet. */
  apart(): Sheet
  /** Where a key or its value is written. A path that does not exist is at its nearest parent. */
  place(path: Path, at?: 'key' | 'value'): Place
  /** Notes a problem at a place. */
  report(path: Path, problem: { message: string; hint?: string; at?: 'key' | 'value' }): void
}

type Spot = { key: unknown; node: unknown }

/** A table of all pairs of 32 regions may name one anchor 992 times; what grows without end is stopped all the same. */
const MOST_ALIASES = 100_000

/** Parses YAML 1.2. Syntax errors are in `problems`; `usable` is false if the data below them cannot be trusted. */
export function openSheet({ file, text }: SourceFile): { sheet: Sheet; usable: boolean } {
  const lines = new LineCounter()
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
  const problems: Problem[] = []
  const add = ({ offset, ...said }: YamlFault): void => {
    problems.push({ ...placeAt(offset), ...said })
  }
  const { document, deep } = parsed(text, lines)
  if (deep) add(deep)
  else for (const error of document.errors) add(syntaxFault(error, text))
  const wellFormed = !deep && document.errors.every((error) => error.code === 'DUPLICATE_KEY')
  const faults = wellFormed ? yamlFaults(document) : []
  for (const fault of faults) add(fault)
  const plain = wellFormed && faults.length === 0
  const value: unknown = plain ? plainValue(document, add) : undefined
  const place: Sheet['place'] = (path, at = 'value') => {
    const spot = spotAt(document, path)
    const range = (at === 'key' ? rangeOf(spot.key) : undefined) ?? rangeOf(spot.node)
    return placeAt(range ? range[0] : 0)
  }
  const sheetWith = (problems: Problem[]): Sheet => ({
    file,
    value,
    problems,
    apart: () => sheetWith([]),
    at: (path) => path.reduce<unknown>(step, value),
    written(path) {
      const { node } = spotAt(document, path)
      const range = rangeOf(node)
      if (!range) return ''
      const merged = isAlias(node) || (isMap(node) && node.items.some(({ key }) => isMerge(key)))
      return onOneLine(merged ? flowText(path.reduce(step, value)) : text.slice(range[0], range[1]))
    },
    place,
    report: (path, problem) => problems.push(problemAt(place(path, problem.at), problem)),
  })
  return { sheet: sheetWith(problems), usable: plain && value !== undefined }
}

function plainValue(document: Document, add: (fault: YamlFault) => void): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES })
  } catch {
    const message = 'the aliases in this file stand for more than a scenario can hold'
    add({ offset: 0, message, hint: 'Write out what they stand for.' })
    return undefined
  }
}

/** A problem at its place; what it quotes is cut to a length that can be read. */
export const problemAt = (
  place: Place,
  { message, hint }: { message: string; hint?: string },
): Problem => ({
  ...place,
  message: readable(message),
  ...(hint && { hint: readable(hint) }),
})

/** A message with what it quotes cut to a length that can be read. */
const readable = (text: string): string =>
  shortened(
    text.replace(/[^\s"]{100,}/g, (word) => shortened(word)),
    1_000,
  )

/** The leading comment lines of a file, joined: the question a scenario asks. Empty if there are none. */
export function firstComment(text: string): string {
  const lines: string[] = []
  for (const line of text.split('\n')) {
    if (!line.startsWith('#')) break
    lines.push(line.replace(/^#+\s?/, '').trim())
  }
  return shortened(lines.filter((line) => line !== '').join(' '), 2_000)
}

const lineAt = (text: string, offset: number): string =>
  text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0] as string

function syntaxFault(error: Document['errors'][number], text: string): YamlFault {
  const [offset] = error.pos
  if (error.code === 'DUPLICATE_KEY') {
    const key = (/^[^:\n]*/.exec(text.slice(offset, offset + 100))?.[0] ?? '').trim()
    return { offset, message: `the key "${key}" appears twice`, hint: 'Keep one of them.' }
  }
  if (error.code === 'TAB_AS_INDENT')
    return { offset, message: 'a tab cannot indent YAML', hint: 'Use two spaces.' }
  if (error.code === 'MULTIPLE_DOCS')
    return {
      offset,
      message: 'a second document begins here',
      hint: 'Write one scenario per file.',
    }
  const message = `not valid YAML: ${readable(error.message.split('\n')[0] ?? '')}`
  const bare = /(?:^|[\s,:[{])([\w./-]*\$\{\w+\}[\w./%-]*)/.exec(lineAt(text, offset))?.[1]
  const hint =
    bare === undefined
      ? 'Is a bracket, a brace or a quote left open above?'
      : `Inside of { } or [ ] a variable has to be in quotes: '${bare}'.`
  return { offset, message, hint }
}

/** The plain value under a key of another one; undefined if there is none. */
export function step(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined
}

/** The last node on the way along `path` that exists, with the key that leads to it. */
function spotAt(document: Document, path: Path): Spot {
  let spot: Spot = { key: null, node: document.contents }
  for (const segment of path) {
    const next = child(
      document,
      isAlias(spot.node) ? spot.node.resolve(document) : spot.node,
      segment,
    )
    if (!next) return spot
    spot = next
  }
  return spot
}

function child(document: Document, node: unknown, segment: string | number): Spot | undefined {
  if (isSeq(node)) {
    const item: unknown = node.items[Number(segment)]
    return item === undefined ? undefined : { key: null, node: item }
  }
  if (!isMap(node)) return undefined
  for (const pair of node.items)
    if (isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(segment))
      return { key: pair.key, node: rangeOf(pair.value) ? pair.value : pair.key }
  return mergedInto(document, node, segment)
}

/** A key that a map reads from elsewhere is found where it is written. */
function mergedInto(document: Document, map: YAMLMap, segment: string | number): Spot | undefined {
  for (const { value } of map.items.filter(({ key }) => isMerge(key)))
    for (const source of isSeq(value) ? value.items : [value]) {
      const from = isAlias(source) ? source.resolve(document) : source
      const spot = isMap(from) ? child(document, from, segment) : undefined
      if (spot) return spot
    }
  return undefined
}

function rangeOf(node: unknown): readonly [number, number, number] | undefined {
  const range = (node as { range?: readonly [number, number, number] | null } | null)?.range
  return range ?? undefined
}

/** A value that is put together from several places, as it would be written in one. */
export const flowText = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/"(\w[\w.%/<> -]*)"/g, '$1')
    .replace(/([:,])(?=\S)/g, '$1 ')

export function onOneLine(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/(^|\s)#.*$/, '').trim())
  const joined = lines.filter((line) => line !== '').join(', ')
  return joined.replace(/^\{\s*/, '').replace(/\s*\}$/, '')
}

/** Nothing in a scenario is nested half as deep. */
const DEEPEST = 64

/**
 * A text as a document of the library, as far as it is not nested deeper than a scenario can need. The library composes
 * a document level by level, which takes the whole process with it at some 20,000. Lexer and tokens are flat, so depth
 * is counted there, on the way of the one pass over the text.
 */
function parsed(text: string, lineCounter: LineCounter): { document: Document; deep?: YamlFault } {
  const { tokens, deep } = tokensOf(text, lineCounter)
  const composer = new Composer({ prettyErrors: false, merge: true })
  const end = deep?.offset ?? text.length
  const [document, another] = [...composer.compose(tokens, true, end)]
  if (!document) throw new Error('the library composes a document of any text')
  if (another) {
    const [from, to] = another.range
    const why = 'this file holds several documents'
    document.errors.push(new YAMLParseError([from, to], 'MULTIPLE_DOCS', why))
  }
  return { document: document as Document, ...(deep && { deep }) }
}

/** The tokens of a text, up to where its nesting passes what is needed. */
function tokensOf(text: string, lines: LineCounter): { tokens: CST.Token[]; deep?: YamlFault } {
  const tokens: CST.Token[] = []
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme))
    if (parser.stack.length <= DEEPEST) continue
    const message = `this is nested more than ${DEEPEST} levels deep`
    const deep = { offset: parser.offset, message, hint: 'A scenario needs about six.' }
    return { tokens: [...tokens, ...parser.end()], deep }
  }
  return { tokens: [...tokens, ...parser.end()] }
}
