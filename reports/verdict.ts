import type { Verdict } from '../harness/model/finding.ts'
import { html, type Markup, trusted } from './markup.ts'

/** Each verdict has a shape of its own, so that colour is never needed to tell them apart. */
const shapes: Record<Verdict, string> = {
  pass: '<circle cx="12" cy="12" r="11"/><path d="M6.5 12.5l3.8 3.8 7.4-8" class="glyph"/>',
  fail: '<path d="M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z"/><path d="M7.8 7.8l8.4 8.4M16.2 7.8l-8.4 8.4" class="glyph"/>',
  unknown:
    '<rect x="1" y="1" width="22" height="22" rx="2"/><path d="M8.4 9.2c.2-4.6 7.4-4.5 7.3-.2-.1 2.6-3.6 2.8-3.6 5.4M12.1 18.2v.5" class="glyph"/>',
  invalid: '<path d="M12 1l11.2 21H.8z"/><path d="M12 8.5v6.4M12 18v.6" class="glyph"/>',
}

/** Worst first, as tables are sorted. */
export const severity: Record<Verdict, number> = { fail: 0, invalid: 1, unknown: 2, pass: 3 }

export const icon = (verdict: Verdict): Markup =>
  trusted(`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${shapes[verdict]}</svg>`)

/** Shape, colour and word. */
export const verdictMark = (verdict: Verdict): Markup =>
  html`<span class="verdict ${verdict}">${icon(verdict)}${verdict}</span>`
