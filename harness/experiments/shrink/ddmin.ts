/**
 * The items that are needed: removes chunks of falling size, half of all first, for as long as `holds` is true of what
 * is left (delta debugging, Zeller and Hildebrandt 2002, by complements). Of what it gives back no single item can be
 * left out. Expects `holds(items)`; tries about 2 × needed × log2(items) times.
 */
export async function ddmin<T>(
  items: readonly T[],
  holds: (kept: readonly T[]) => Promise<boolean>,
): Promise<T[]> {
  let kept = [...items]
  if (kept.length === 0 || (await holds([]))) return []
  for (let size = Math.ceil(kept.length / 2); ; size = Math.ceil(size / 2)) {
    let removed = true
    while (removed && kept.length > 1) {
      removed = false
      for (let at = 0; at < kept.length && kept.length > 1; ) {
        const rest = [...kept.slice(0, at), ...kept.slice(at + size)]
        if (rest.length < kept.length && rest.length > 0 && (await holds(rest))) {
          kept = rest
          removed = true
        } else at += size
      }
      // Once more through all chunks only where single items are left: larger ones are halved anyway.
      if (size > 1) break
    }
    if (size <= 1) return kept
  }
}
