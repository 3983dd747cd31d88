/**
 * Whether some order explains what a register answered, by trying them all (J. M. Wing, C. Gong, "Testing and
 * verifying concurrent objects", 1993). Slow and simple: what the checkers are held against. At most 30 operations.
 */
export type RegisterOp = {
  kind: 'write' | 'read'
  /** What it wrote or was shown; null: nothing. */
  value: number | null
  from: number
  /** ∞: never answered, so that it may never have happened. */
  to: number
  client: string
}

export type Precedes = (a: RegisterOp, b: RegisterOp) => boolean

/** Real time: one was over before the other began. */
export const inRealTime: Precedes = (a, b) => a.to < b.from
/** The same, but only within one session. */
export const inSession: Precedes = (a, b) => a.client === b.client && a.to < b.from

export function someOrderExplains(
  ops: readonly RegisterOp[],
  first: number | null,
  precedes: Precedes,
): boolean {
  const seen = new Set<string>()
  const needed = ops.reduce((mask, { to }, i) => (to === Infinity ? mask : mask | (1 << i)), 0)
  const goOn = (done: number, value: number | null): boolean => {
    if ((done & needed) === needed) return true
    const state = `${done} ${value}`
    if (seen.has(state)) return false
    seen.add(state)
    return ops.some((op, i) => {
      if (done & (1 << i)) return false
      if (op.kind === 'read' && op.value !== value) return false
      const waits = ops.some((other, j) => !(done & (1 << j)) && i !== j && precedes(other, op))
      return !waits && goOn(done | (1 << i), op.kind === 'write' ? op.value : value)
    })
  }
  return goOn(0, first)
}

/** Whether everything that was read had been sent by the end of the read. */
export const nothingTooEarly = (ops: readonly RegisterOp[], first: number | null): boolean =>
  ops.every(
    (read) =>
      read.kind === 'write' ||
      read.value === first ||
      ops.some(
        ({ kind, value, from }) => kind === 'write' && value === read.value && from <= read.to,
      ),
  )

/**
 * Whether what each was shown fits what it must have known: no read of a value that a known write replaced in the
 * knowledge of it, and nobody knows of what comes after it. Tries every write of nothing for every read of nothing.
 */
export function someCauseExplains(ops: readonly RegisterOp[], first: number | null): boolean {
  const reads = ops.flatMap(({ kind }, i) => (kind === 'read' ? [i] : []))
  const sources = reads.map((read) => {
    const { value, to } = ops[read] as RegisterOp
    const writes = ops.flatMap((op, i) =>
      op.kind === 'write' && op.value === value && (value !== null || op.from <= to) ? [i] : [],
    )
    return value === first ? [-1, ...writes] : writes
  })
  const choose = (chosen: readonly number[]): boolean =>
    chosen.length === reads.length
      ? fits(ops, reads, chosen)
      : (sources[chosen.length] as number[]).some((source) => choose([...chosen, source]))
  return choose([])
}

function fits(
  ops: readonly RegisterOp[],
  reads: readonly number[],
  from: readonly number[],
): boolean {
  const knows = ops.map((b) => ops.map((a) => a !== b && inSession(a, b)))
  for (const [i, read] of reads.entries()) {
    const source = from[i] as number
    if (source >= 0) (knows[read] as boolean[])[source] = true
  }
  const all = ops.keys()
  for (const via of ops.keys())
    for (const late of ops.keys())
      for (const early of ops.keys())
        if (knows[late]?.[via] && knows[via]?.[early]) (knows[late] as boolean[])[early] = true
  if ([...all].some((op) => knows[op]?.[op])) return false
  return reads.every((read, i) => {
    const source = from[i] as number
    return ops.every(
      ({ kind }, over) =>
        kind === 'read' ||
        over === source ||
        !knows[read]?.[over] ||
        (source >= 0 && !knows[over]?.[source]),
    )
  })
}
