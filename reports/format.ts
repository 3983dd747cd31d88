/** `us-east>eu-west` as a person reads it. */
export const linkLabel = (link: string): string =>
  link.includes('<>') ? link.replace('<>', ' ↔ ') : link.replace('>', ' → ')

/** Where a fault acts; both directions of a link appear once. */
export function whereLabel(where: string): string {
  const links = where.split(', ')
  const named = new Set<string>()
  const labels: string[] = []
  for (const link of links) {
    const [from, to] = link.split('>')
    const back = `${to}>${from}`
    if (named.has(back)) continue
    named.add(link)
    labels.push(links.includes(back) ? `${from} ↔ ${to}` : linkLabel(link))
  }
  return labels.join(', ')
}

/** `fault:cut` in a sentence: `during cut`. */
export function phaseText(phase: string): string {
  if (phase.startsWith('fault:')) return `during ${joinedNames(phase.slice('fault:'.length))}`
  if (phase.startsWith('recovery:'))
    return `while recovering from ${joinedNames(phase.slice('recovery:'.length))}`
  return phase === 'warmup' ? 'in warm-up' : `in ${phase}`
}

const joinedNames = (names: string): string => names.split('+').join(' and ')

/** A word as a shell takes it. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
