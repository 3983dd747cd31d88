import { expect, test } from 'vitest'
import {
  foreignShare,
  type Look,
  parseCpuTime,
  parseProcess,
} from '../../../harness/pipeline/cpu-time.ts'

const at = (busy: number, total: number, ticks: Record<number, number>): Look => ({
  ...{ busy, total, steal: 0, self: 10 },
  processes: [
    { pid: 10, parent: 1, name: 'node', ticks: ticks[10] ?? 0 },
    { pid: 11, parent: 10, name: 'agent', ticks: ticks[11] ?? 0 },
    { pid: 20, parent: 1, name: 'containerd-shim', ticks: ticks[20] ?? 0 },
    { pid: 21, parent: 20, name: 'java', ticks: ticks[21] ?? 0 },
    { pid: 30, parent: 1, name: 'tsc', ticks: ticks[30] ?? 0 },
  ],
})

test('what the run and its servers take is not foreign', () => {
  const share = foreignShare(at(0, 0, {}), at(80, 200, { 10: 20, 11: 20, 21: 40 }))
  expect(share).toBe(0)
})

test('what a neighbour takes is, also if it came and went between two looks', () => {
  expect(foreignShare(at(0, 0, {}), at(80, 200, { 10: 20, 30: 60 }))).toBeCloseTo(0.3)
  expect(foreignShare(at(0, 0, {}), at(100, 200, { 10: 20 }))).toBeCloseTo(0.4)
})

test('/proc is read as it is written: waiting for disks is idle, a name may hold brackets', () => {
  expect(parseCpuTime('cpu  10 1 5 80 4 0 1 2 9 9\ncpu0 1')).toEqual({
    busy: 19,
    total: 103,
    steal: 2,
  })
  expect(parseCpuTime('intr 1 2 3')).toBeNull()
  const line = '42 (a) b)) S 7 1 1 0 -1 4194560 1 0 0 0 30 12 0 0 20 0'
  expect(parseProcess(line)).toEqual({ pid: 42, parent: 7, name: 'a) b)', ticks: 42 })
})
