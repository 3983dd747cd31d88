import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Interrupt, onInterrupt } from '../../../harness/cli/interrupt.ts'

const said: string[] = []
let exits: unknown[] = []
let interrupt: Interrupt

beforeEach(() => {
  said.length = 0
  exits = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.push(String(text).trim())
    return true
  })
  vi.spyOn(process, 'exit').mockImplementation(((code: unknown) => exits.push(code)) as never)
  interrupt = onInterrupt(['the last run', 'ending it'])
})

afterEach(() => {
  interrupt.done()
  vi.restoreAllMocks()
})

test('each Ctrl-C goes one step further, and the one after the last ends the process with 130', () => {
  expect(interrupt.times()).toBe(0)
  process.emit('SIGINT', 'SIGINT')
  expect([interrupt.times(), ...said]).toEqual([1, 'the last run'])
  process.emit('SIGINT', 'SIGINT')
  expect([interrupt.times(), ...said]).toEqual([2, 'the last run', 'ending it'])
  expect(exits).toEqual([])
  process.emit('SIGINT', 'SIGINT')
  expect(exits).toEqual([130])
  expect(said.at(-1)).toBe(
    'Left at once. If servers of a run were up, they still are: faultline clean removes them.',
  )
})

test('a plea to terminate skips what only a person waits for', () => {
  process.emit('SIGTERM', 'SIGTERM')
  expect([interrupt.times(), ...said]).toEqual([2, 'ending it'])
  process.emit('SIGTERM', 'SIGTERM')
  expect(exits).toEqual([130])
})

test('nothing is heard any more once it is done', () => {
  const before = process.listenerCount('SIGINT')
  interrupt.done()
  expect(process.listenerCount('SIGINT')).toBe(before - 1)
})
