import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { html, type Markup, trusted } from './markup.ts'
import { style } from './style.ts'

/** Names these exact bytes in a policy: a browser takes no others. */
const pin = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Nothing is loaded, nothing is sent, and no style or script but ours applies. */
const policyFor = (sheet: string, scripts: readonly string[]): string =>
  `default-src 'none'; style-src ${pin(sheet)}; script-src ${scripts.length === 0 ? "'none'" : scripts.map(pin).join(' ')}; base-uri 'none'; form-action 'none'`

const inBrowser = (name: string): string =>
  readFileSync(new URL(`browser/${name}.js`, import.meta.url), 'utf8')

/** What a report can do beyond being read: zoom along time, and the values of a moment. */
export const timeCharts = (): string => inBrowser('time-charts')

/** What charts without time can do: say of the mark under the pointer what it stands for. */
export const chartMarks = (): string => inBrowser('marks')

/**
 * A whole page in one file, without the network; complete without its `scripts`. `faultline` is the version that made it,
 * `own` what its style has beside that of all pages.
 */
export const page = (
  faultline: string,
  title: string,
  body: Markup,
  scripts: readonly string[] = [],
  own = '',
): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyFor(style + own, scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Faultline ${faultline}">
<title>${title} · Faultline</title>
<style>${trusted(style + own)}</style>
</head>
<body>
${body}
${scripts.map((script) => html`<script type="module">${trusted(script)}</script>`)}
</body>
</html>
`.markup
