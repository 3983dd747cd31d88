import { html, type Markup, trusted } from '../markup.ts'
import { isBandTop, type Line } from './lines.ts'
import type { Pen } from './palette.ts'

/** A short stroke as it is drawn in the chart. */
export function stroke({ colour, dash }: Pen): Markup {
  const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : ''
  return trusted(
    `<svg class="swatch" viewBox="0 0 26 8" width="26" height="8" aria-hidden="true"><path d="M1 4H25" stroke="${colour}" stroke-width="2.5"${dashes}/></svg>`,
  )
}

export const patch = (colour: string, shape: 'full' | 'open' = 'full'): Markup =>
  trusted(
    `<svg class="swatch" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><rect x="1" y="1" width="10" height="10" fill="${shape === 'full' ? colour : 'none'}" stroke="${colour}" stroke-width="1.5"/></svg>`,
  )

const weights = { strong: 'thick', light: 'thin' }

/** One entry a key, then what thick, thin and open mean here. `label` null: each key has a panel with its name. */
export function legendOf(lines: readonly Line[], label: ((key: string) => string) | null): Markup {
  const pens = new Map(lines.map(({ key, pen }) => [key, pen]))
  const figures = new Map<string, string>()
  for (const line of lines) {
    const how = isBandTop(line, lines) ? 'upper end of the band' : weights[line.weight]
    figures.set(line.figure.replace('-at-least', ' at least'), line.open ? 'open marks' : how)
  }
  // Lines that are told apart by their keys alone have no name of a figure.
  const explained = [...figures].filter(([figure]) => figure !== '')
  const meanings = explained.map(([figure, how]) => `${figure}: ${how}`).join(' · ')
  const keys =
    label && [...pens].map(([key, pen]) => html`<span>${stroke(pen)} ${label(key)}</span> `)
  return html`<p class="legend">${keys}<span class="quiet">${meanings}</span></p>`
}
