import { html, type Markup, trusted } from './markup.ts'
import { style } from './style.ts'

const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/** A whole page in one file, without scripts and without the network. `faultline` is the version that made it. */
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
