import { html, type Markup } from './markup.ts'

/** What may be wider than the page scrolls in a box of its own, which the keyboard reaches too. `label` says what is in it. */
export const scrollArea = (label: string, content: Markup): Markup =>
  html`<div class="scroll" role="group" tabindex="0" aria-label="${label}">${content}</div>`
