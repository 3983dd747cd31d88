import { expect, test } from 'vitest'
import { LiveVersions } from '../../harness/analysis/facts/live-versions.ts'
import type { Version } from '../../harness/analysis/facts/versions.ts'
import { Rng } from '../../harness/base/rng.ts'

const NEVER = Number.POSITIVE_INFINITY

function someVersions(rng: Rng, count: number): Version[] {
  return Array.from({ length: count }, (_, i) => {
    const inv = rng.int(100) - 1
    const sup = rng.chance(0.3) ? NEVER : inv + 1 + rng.int(40)
    const deleted = rng.chance(0.2)
    const row = deleted ? -1 : rng.int(6)
    return { id: rng.int(8), write: i + 1, row, deleted, inv, ack: inv, sup, op: null }
  })
}

const inOrder = (a: Version, b: Version) => a.id - b.id || a.write - b.write

test('of every row a read may have seen what began by its end and was not over at its start', () => {
  let seen = 0
  for (let seed = 1; seed <= 200; seed++) {
    const rng = new Rng(seed)
    const all = someVersions(rng, 1 + rng.int(40))
    const living = new LiveVersions(all)
    for (let read = 0; read < 30; read++) {
      // Mostly forwards, as reads of a record come, and sometimes back.
      const dispatched = rng.chance(0.9) ? read * 4 : rng.int(100)
      const done = dispatched + rng.int(30)
      living.moveTo(dispatched, done)
      const open = all.filter(({ inv, sup }) => inv <= done && sup > dispatched)
      for (let row = 0; row < 7; row++)
        expect(living.in(row)).toEqual(open.filter((one) => one.row === row).sort(inOrder))
      for (const version of open) {
        const others = open.filter(({ id }) => id === version.id)
        if (living.isAlone(version)) expect(others).toEqual([version])
        else seen++
      }
    }
  }
  expect(seen).toBeGreaterThan(1000)
})
