import type { PointId } from '../../model/point.ts'

/**
 * Work on one point waits for the work on it that came before; other points go on. Milvus has no
 * compare-and-set, so this queue is what makes "read the version, then write" one step.
 */
export class Turns {
  private readonly last = new Map<PointId, Promise<void>>()

  /** Runs `work` when it is the turn of all `ids`. Turns are taken at once, so two callers cannot deadlock. */
  async take<T>(ids: readonly PointId[], work: () => Promise<T>): Promise<T> {
    let leave = () => {}
    const left = new Promise<void>((resolve) => {
      leave = resolve
    })
    const before: Promise<void>[] = []
    for (const id of ids) {
      const ahead = this.last.get(id)
      if (ahead) before.push(ahead)
      this.last.set(id, left)
    }
    try {
      if (before.length > 0) await Promise.all(before)
      return await work()
    } finally {
      for (const id of ids) if (this.last.get(id) === left) this.last.delete(id)
      leave()
    }
  }
}
