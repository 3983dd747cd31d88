/** `earlier` has to come before `later`. */
type Edge<N> = { earlier: N; later: N }

/** A circle of edges, as short as any through one of its nodes; null if there is none. O(nodes + edges). */
export function circleIn<N extends object, E extends Edge<N>>(
  nodes: readonly N[],
  edges: readonly E[],
): E[] | null {
  const out = new Map<N, E[]>(nodes.map((node) => [node, []]))
  const waitsFor = new Map<N, number>(nodes.map((node) => [node, 0]))
  for (const edge of edges) {
    out.get(edge.earlier)?.push(edge)
    waitsFor.set(edge.later, (waitsFor.get(edge.later) as number) + 1)
  }
  const left = new Set(nodes)
  const free = nodes.filter((node) => waitsFor.get(node) === 0)
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    left.delete(node)
    for (const { later } of out.get(node) as E[]) {
      const count = (waitsFor.get(later) as number) - 1
      waitsFor.set(later, count)
      if (count === 0) free.push(later)
    }
  }
  const start = onCircle(left, edges)
  return start === null ? null : shortestFrom(start, left, out)
}

/** Of what is left every node has a predecessor among them: whoever goes back long enough goes round. */
function onCircle<N extends object>(left: ReadonlySet<N>, edges: readonly Edge<N>[]): N | null {
  const [first] = left
  if (first === undefined) return null
  const previous = new Map<N, N>()
  for (const { earlier, later } of edges)
    if (left.has(earlier) && left.has(later)) previous.set(later, earlier)
  let node = first
  for (const met = new Set<N>(); !met.has(node); node = previous.get(node) as N) met.add(node)
  return node
}

function shortestFrom<N extends object, E extends Edge<N>>(
  start: N,
  left: ReadonlySet<N>,
  out: ReadonlyMap<N, readonly E[]>,
): E[] {
  const cameBy = new Map<N, E>()
  const queue: N[] = [start]
  for (const node of queue)
    for (const edge of out.get(node) as readonly E[]) {
      if (!left.has(edge.later) || cameBy.has(edge.later)) continue
      cameBy.set(edge.later, edge)
      if (edge.later === start) return pathTo(start, cameBy)
      queue.push(edge.later)
    }
  return []
}

function pathTo<N extends object, E extends Edge<N>>(start: N, cameBy: ReadonlyMap<N, E>): E[] {
  const path: E[] = []
  let node = start
  do {
    const edge = cameBy.get(node) as E
    path.unshift(edge)
    node = edge.earlier
  } while (node !== start)
  return path
}
