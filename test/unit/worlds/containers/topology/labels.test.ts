import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import {
  birthLabel,
  birthOf,
  deadlineLabel,
  isLeft,
  labelsOf,
  pidLabel,
  runLabel,
} from '../../../../../harness/worlds/containers/topology/labels.ts'

const now = 1_000_000
const dead = 2 ** 22 - 7
const mine = labelsOf('r', now + 60)

test('every label a sweep reads is set', () => {
  expect(mine).toEqual({
    [runLabel]: 'r',
    [pidLabel]: String(process.pid),
    [deadlineLabel]: String(now + 60),
    [birthLabel]: birthOf(process.pid),
  })
})

test('what a living harness has is kept, even past its deadline', () => {
  expect(isLeft(mine, now)).toBe(false)
  expect(isLeft(mine, now + 61)).toBe(false)
})

test('what a dead harness had is left behind, even before its deadline', () => {
  expect(isLeft({ ...mine, [pidLabel]: String(dead) }, now)).toBe(true)
})

test('a pid that is used again by another process does not keep anything', () => {
  const [namespace, start] = (mine[birthLabel] as string).split(':')
  const earlier = { ...mine, [birthLabel]: `${namespace}:${Number(start) - 1}` }
  expect(isLeft(earlier, now)).toBe(true)
})

test('a harness in another pid namespace cannot be seen: its deadline decides', () => {
  const elsewhere = { ...mine, [pidLabel]: String(dead), [birthLabel]: '1:77' }
  expect(isLeft(elsewhere, now)).toBe(false)
  expect(isLeft(elsewhere, now + 61)).toBe(true)
})

test('without a birth a dead pid or a passed deadline is enough', () => {
  const { [birthLabel]: _, ...plain } = mine
  expect(isLeft(plain, now)).toBe(false)
  expect(isLeft(plain, now + 61)).toBe(true)
  expect(isLeft({ ...plain, [pidLabel]: String(dead) }, now)).toBe(true)
})

test('what does not say whose it is stays', () => {
  expect(isLeft({ [runLabel]: 'r' }, now)).toBe(false)
  expect(isLeft({ ...mine, [pidLabel]: 'none' }, now + 61)).toBe(false)
})

test('a process that was killed and that nobody has collected yet does not live', async () => {
  // The shell is replaced by a program that never collects its child.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 61'], { stdio: 'pipe' })
  try {
    const child = Number(String((await once(parent.stdout, 'data'))[0]))
    expect(birthOf(child)).toBeDefined()
    process.kill(child, 'SIGKILL')
    for (let i = 0; i < 200 && birthOf(child) !== undefined; i++) await sleep(10)
    expect(readFileSync(`/proc/${child}/stat`, 'utf8')).toContain(') Z ')
    expect(birthOf(child)).toBeUndefined()
  } finally {
    parent.kill('SIGKILL')
  }
})
