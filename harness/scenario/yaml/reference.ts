import { z } from 'zod'
import type { LinkForm, LinkName } from '../../model/fault.ts'
import { didYouMean } from './spelling.ts'

export type LinkText = { a: string; b: string; arrow: '->' | '<->' }

/** Splits `a -> b` or `a <-> b`, also without blanks; undefined if it is neither. */
export function splitLink(text: string): LinkText | undefined {
  const parts = /^\s*([^\s<>]+?)\s*(<->|->)\s*([^\s<>]+)\s*$/.exec(text)
  if (!parts) return undefined
  return { a: parts[1] as string, arrow: parts[2] as '->' | '<->', b: parts[3] as string }
}

/** Other arrows between two names, and which of ours they mean. */
const otherArrows: readonly [RegExp, '->' | '<->'][] = [
  [/<-+>|<=+>|↔|⇄|⟷|\s(?:and|with)\s|~/, '<->'],
  [/-{2,}>|=+>|→|⟶|\sto\s|>/, '->'],
]

/** `a => b` written as a link is; undefined if the text does not look like one. */
export function linkMeant(text: string): string | undefined {
  if (text.length > 200) return undefined
  const back = /^\s*([^\s<>]+)\s*<-+\s*([^\s<>]+)\s*$/.exec(text)
  if (back) return `${back[2]} -> ${back[1]}`
  for (const [arrow, ours] of otherArrows) {
    const [a, b, ...more] = text.split(arrow).map((name) => name.trim())
    if (a && b && more.length === 0 && isName(a) && isName(b)) return `${a} ${ours} ${b}`
  }
  return undefined
}

const isName = (text: string): boolean => /^[a-z0-9][a-z0-9-]*$/i.test(text)

/** The directions a text names; both of them in the order written. */
export function directions({ a, b, arrow }: LinkText): LinkName[] {
  const there = { from: a, to: b }
  return arrow === '->' ? [there] : [there, { from: b, to: a }]
}

/** A name out of a list; null takes any. */
export function nameOf(noun: string, nouns: string, names: readonly string[] | null) {
  const schema = z.string()
  if (names === null) return schema
  return schema
    .superRefine((name, ctx) => {
      if (!names.includes(name)) ctx.addIssue(unknownName(name, noun, nouns, names))
    })
    .meta({ enum: names })
}

export const regionName = (regions: readonly string[] | null) =>
  nameOf('region', 'regions', regions)

export function unknownName(name: string, noun: string, nouns: string, names: readonly string[]) {
  return {
    code: 'custom' as const,
    message: `unknown ${noun} "${name}"`,
    params: { hint: didYouMean(name, names, nouns) },
  }
}

/** What is wrong with the regions of a link. */
export function linkIssues({ a, b }: LinkText, regions: readonly string[] | null) {
  const issues = [...new Set([a, b])]
    .filter((name) => regions !== null && !regions.includes(name))
    .map((name) => unknownName(name, 'region', 'regions', regions ?? []))
  if (a !== b) return issues
  const params = { hint: 'Name two different regions.' }
  return [...issues, { code: 'custom' as const, message: `a link from "${a}" to itself`, params }]
}

const written: Record<LinkForm, string> = {
  one: 'a -> b',
  both: 'a <-> b',
  region: 'a region (all of its links)',
  into: '-> b (all links into b)',
}

/** What a text of each form looks like, for editors. */
const looksLike: Record<LinkForm, string> = {
  one: '[^\\s<>]+\\s*->\\s*[^\\s<>]+',
  both: '[^\\s<>]+\\s*<->\\s*[^\\s<>]+',
  region: '[^\\s<>]+',
  into: '->\\s*[^\\s<>]+',
}

/** Links a fault or a limit acts on, as directed links. */
export function linkTarget(
  regions: readonly string[] | null,
  forms: readonly LinkForm[],
  instead = '',
) {
  const ways = forms.map((form) => written[form]).join(' or ')
  return z
    .string()
    .transform((text, ctx): LinkName[] => {
      const link = splitLink(text)
      const into = /^\s*->\s*(\S+)\s*$/.exec(text)?.[1]
      const meant = link || into !== undefined ? undefined : linkMeant(text)
      if (!link && !meant && forms.includes(into === undefined ? 'region' : 'into')) {
        const name = into ?? text
        const issues =
          regions === null || regions.includes(name)
            ? []
            : [unknownName(name, 'region', 'regions', regions)]
        for (const issue of issues) ctx.addIssue(issue)
        if (issues.length > 0) return z.NEVER
        const links = linksOf(name, regions ?? [])
        return into === undefined ? links : links.filter(({ to }) => to === into)
      }
      const hint = `Write ${meant ?? `${ways}${instead}`}.`
      if (!link) {
        ctx.addIssue({ code: 'custom', message: `"${text}" names no link`, params: { hint } })
        return z.NEVER
      }
      const issues = linkIssues(link, regions)
      for (const issue of issues) ctx.addIssue(issue)
      if (!forms.includes(link.arrow === '->' ? 'one' : 'both')) {
        const found = link.arrow === '->' ? 'one direction' : 'both directions'
        ctx.addIssue({ code: 'custom', message: `"${text}" names ${found}`, params: { hint } })
        return z.NEVER
      }
      return issues.length > 0 ? z.NEVER : directions(link)
    })
    .meta({
      description: ways,
      pattern: `^\\s*(${forms.map((form) => looksLike[form]).join('|')})\\s*$`,
    })
}

function linksOf(region: string, regions: readonly string[]): LinkName[] {
  return regions
    .filter((other) => other !== region)
    .flatMap((other) => directions({ a: region, b: other, arrow: '<->' }))
}
