/** Text that is safe to stand in HTML as it is. */
export type Markup = { readonly markup: string }

export type Content = Markup | string | number | null | undefined | false | readonly Content[]

/**
 * A piece of HTML. Every value is escaped unless it is Markup itself; lists are joined, and null, undefined and
 * false are nothing. This is the only way text becomes HTML here.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let markup = parts[0] ?? ''
  for (const [i, value] of values.entries()) markup += textOf(value) + (parts[i + 1] ?? '')
  return { markup }
}

/** Trusts `markup`: for style sheets and drawings made here. */
export const trusted = (markup: string): Markup => ({ markup })

export const nothing: Markup = trusted('')

/** Between a figure and its unit: no line ends there. */
export const GAP = '\u00a0'

const beforeUnit = /(?<=[\d∞]) (?=(?:ms|s|min|%|[kMGT]?B|[MG]iB)(?!\w))/g

export const escaped = (text: string): string => symbols(text.replace(beforeUnit, GAP))

/** What a reader may copy, character by character. */
export const verbatim = (text: string): Markup => trusted(symbols(text))

function symbols(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

function textOf(value: Content): string {
  if (value === null || value === undefined || value === false) return ''
  if (typeof value === 'string') return escaped(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '–'
  if ('markup' in value) return value.markup
  return value.map(textOf).join('')
}
