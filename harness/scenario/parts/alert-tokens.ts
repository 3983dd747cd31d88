/** What is wrong with an expression, and what to write in its place. */
export class Refusal extends Error {
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

/** A piece of an expression: a name, a number, a text in quotes (without them), a window such as `[5m]`, or a sign. */
export type Token = { kind: 'name' | 'number' | 'text' | 'window' | 'sign' | 'end'; text: string }

const forms: readonly [Token['kind'], RegExp][] = [
  ['name', /[a-zA-Z_:][a-zA-Z0-9_:]*/y],
  ['number', /[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)(?:[a-zµ]+|%)?/y],
  ['text', /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/y],
  ['window', /\[[^\]]*\]/y],
  ['sign', /=~|!~|==|!=|>=|<=|[=><(){},/*+\-%^@]/y],
]

/** Splits an expression. Throws a Refusal at what is no part of one. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < text.length; ) {
    const rest = /\s*/y
    rest.lastIndex = at
    at += rest.exec(text)?.[0].length ?? 0
    if (at >= text.length) break
    const found = tokenAt(text, at)
    if (!found)
      throw new Refusal(
        `"${text.slice(at, at + 20)}" is no part of an expression`,
        'Is a quote or a bracket left open?',
      )
    tokens.push(found.token)
    at = found.end
  }
  return [...tokens, { kind: 'end', text: '' }]
}

function tokenAt(text: string, at: number): { token: Token; end: number } | undefined {
  for (const [kind, form] of forms) {
    form.lastIndex = at
    const found = form.exec(text)?.[0]
    if (found !== undefined)
      return { token: { kind, text: bare(kind, found) }, end: at + found.length }
  }
  return undefined
}

/** Without what encloses it. */
function bare(kind: Token['kind'], found: string): string {
  if (kind === 'window') return found.slice(1, -1).trim()
  if (kind !== 'text') return found
  const inner = found.slice(1, -1)
  return found.startsWith('`') ? inner : inner.replace(/\\(.)/g, '$1')
}
