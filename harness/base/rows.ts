/** Rows of a table, made when they are looked at: what is read of them is what a list of objects gives. */
export abstract class Rows<T> implements Iterable<T> {
  abstract readonly length: number

  /** The row at `index`, which counts from 0; one that is not there is an error of ours. */
  abstract at(index: number): T

  [Symbol.iterator](): Iterator<T> {
    let next = 0
    return {
      next: () =>
        next < this.length
          ? { done: false, value: this.at(next++) }
          : { done: true, value: undefined },
    }
  }

  filter(keeps: (row: T) => boolean): T[] {
    const kept: T[] = []
    for (let i = 0; i < this.length; i++) {
      const row = this.at(i)
      if (keeps(row)) kept.push(row)
    }
    return kept
  }

  flatMap<U>(give: (row: T) => readonly U[]): U[] {
    const all: U[] = []
    for (let i = 0; i < this.length; i++) for (const one of give(this.at(i))) all.push(one)
    return all
  }

  /** How many rows there are of a kind. */
  count(counts: (row: T) => boolean): number {
    let count = 0
    for (let i = 0; i < this.length; i++) if (counts(this.at(i))) count++
    return count
  }

  find(isIt: (row: T) => boolean): T | undefined {
    for (let i = 0; i < this.length; i++) {
      const row = this.at(i)
      if (isIt(row)) return row
    }
    return undefined
  }

  some(isIt: (row: T) => boolean): boolean {
    return this.find(isIt) !== undefined
  }
}
