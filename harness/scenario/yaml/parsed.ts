import {
  Composer,
  type CST,
  type Document,
  Lexer,
  type LineCounter,
  Parser,
  YAMLParseError,
} from 'yaml'
import type { YamlFault } from './yaml-faults.ts'

/** Nothing in a scenario is nested half as deep. */
const DEEPEST = 64

/**
 * A text as a document of the library, as far as it is not nested deeper than a scenario can need. The library composes
 * a document level by level, which takes the whole process with it at some 20,000. Lexer and tokens are flat, so depth
 * is counted there, on the way of the one pass over the text.
 */
export function parsed(
  text: string,
  lineCounter: LineCounter,
): { document: Document; deep?: YamlFault } {
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
