const VOID = /^(meta|br|hr|img|input|link|path|line|rect|circle)$/

/** Tags of a page that are closed without being open, or never closed. Cells and rows may close themselves; a script is no markup. */
export function balanced(markup: string): string[] {
  const open: string[] = []
  const wrong: string[] = []
  const implied = new Set(['td', 'tr', 'p'])
  const still = markup.replace(/<script type="module">[\s\S]*?<\/script>/g, '')
  for (const [, slash, name = '', rest = ''] of still.matchAll(/<(\/?)([a-z][\w-]*)([^>]*)>/gi)) {
    if (!slash) {
      if (!rest.endsWith('/') && !VOID.test(name)) open.push(name)
      continue
    }
    while (open.at(-1) !== name && implied.has(open.at(-1) ?? '')) open.pop()
    if (open.pop() !== name) wrong.push(`</${name}>`)
  }
  return [...wrong, ...open.map((name) => `<${name}>`)]
}
