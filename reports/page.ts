import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { html, type Markup, trusted } from './markup.ts'
import { style } from './style.ts'

/** Names these exact bytes in a policy: a browser takes no others. */
const pin = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Nothing is loaded, nothing is sent, and no style or script but ours applies. */
const policyFor = (sheet: string, script: string): string =>
  `default-src 'none'; style-src ${pin(sheet)}; script-src ${script === '' ? "'none'" : pin(script)}; base-uri 'none'; form-action 'none'`

/** What a report can do beyond being read: zoom, and values under the pointer. */
export const timeCharts = (): string =>
  readFileSync(new URL('browser/time-charts.js', import.meta.url), 'utf8')

/**
 * A whole page in one file, without the network; complete without its `script`. `faultline` is the version that made it,
 * `own` what its style has beside that of all pages.
 */
export const page = (
  faultline: string,
  title: string,
  body: Markup,
  script = '',
  own = '',
): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyFor(style + own, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Faultline ${faultline}">
<title>${title} · Faultline</title>
<style>${trusted(style + own)}</style>
</head>
<body>
${body}
${script !== '' && html`<script type="module">${trusted(script)}</script>`}
</body>
</html>
`.markup
