import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { DataSetError, openPool } from '../../../harness/workload/pool.ts'

const shipped = 'fixtures/glosses-10k'
const copies: string[] = []
afterAll(() => {
  for (const folder of copies) rmSync(folder, { recursive: true })
})

/** A copy of the shipped data set that a test may damage. */
function aCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-pool-'))
  copies.push(folder)
  for (const file of readdirSync(shipped)) copyFileSync(join(shipped, file), join(folder, file))
  return folder
}

test('the shipped data set has the sizes its README states', () => {
  const { name, dim, size, queries, codes, queryCodes } = openPool(shipped)
  expect({ name, dim, size, queries }).toEqual({
    name: 'glosses-10k',
    dim: 384,
    size: 12_000,
    queries: 500,
  })
  expect([codes.length, queryCodes.length]).toEqual([12_000 * 384, 500 * 384])
})

test('the data set has the name its bytes give it', () => {
  // sha256sum of base.i8bin, live.i8bin and query.i8bin joined
  expect(openPool(shipped).sha256).toBe(
    '081943c0a3ef8fb7ae62351ea5cf8cadf00fcbf678f13469a704da99d86babf3',
  )
})

test('every vector has length exactly 1, base and live rows alike', () => {
  const pool = openPool(shipped)
  for (const row of [0, 9_999, 10_000, 11_999])
    expect(pool.vectorOf(row).reduce((sum, x) => sum + x * x, 0)).toBe(1)
  expect(pool.vectorOf(10_000)[5]).toBe((pool.codes[10_000 * 384 + 5] as number) / 512)
})

test('popularity ranks every query once, query 0 on rank 13', () => {
  const { popularity } = openPool(shipped)
  expect(popularity[13]).toBe(0)
  expect(new Set(popularity).size).toBe(500)
})

test('a folder is read once', () => {
  expect(openPool(`${shipped}/`)).toBe(openPool(`./${shipped}`))
})

test('a missing file is named with its path', () => {
  const folder = aCopy()
  rmSync(join(folder, 'live.i8bin'))
  expect(() => openPool(folder)).toThrow(DataSetError)
  expect(() => openPool(folder)).toThrow(`data set file missing: ${join(folder, 'live.i8bin')}`)
})

test('a folder that is no data set is refused', () => {
  expect(() => openPool('no/such/folder')).toThrow('Is it a data set folder?')
})

test('one changed byte is found by its checksum', () => {
  const folder = aCopy()
  writeFileSync(join(folder, 'query.i8bin'), Buffer.alloc(192_008))
  expect(() => openPool(folder)).toThrow(
    `data set file damaged: ${join(folder, 'query.i8bin')} has SHA-256`,
  )
})

test('a file without a checksum is refused', () => {
  const folder = aCopy()
  writeFileSync(join(folder, 'SHA256SUMS'), '')
  expect(() => openPool(folder)).toThrow('SHA256SUMS does not list base.i8bin')
})
