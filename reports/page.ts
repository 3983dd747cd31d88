import { createHash } from 'node:crypto'
import { html, type Markup, trusted } from './markup.ts'
import { style } from './style.ts'

/** Names these exact bytes in a policy: a browser takes no others. */
const pin = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Nothing is loaded, nothing is sent, and no style but ours applies. */
const policy = `default-src 'none'; style-src ${pin(style)}; base-uri 'none'; form-action 'none'`

/** A whole page in one file, without the network. `faultline` is the version that made it. */
export const page = (faultline: string, title: string, body: Markup): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Faultline ${faultline}">
<title>${title} · Faultline</title>
<style>${trusted(style)}</style>
</head>
<body>
${body}
</body>
</html>
`.markup
