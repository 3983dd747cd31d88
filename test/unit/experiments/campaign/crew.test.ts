import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { inParallel } from '../../../../harness/experiments/campaign/crew.ts'

const program = fileURLToPath(new URL('../../../support/fake-worker.ts', import.meta.url))

type Answer = { square: number; by: number }

async function squares(tasks: number[], { jobs = 2, stopAfter = Number.POSITIVE_INFINITY } = {}) {
  const answers = new Map<number, Answer | string>()
  await inParallel<number, Answer | string>(tasks, {
    program,
    jobs,
    onResult: (result, task) => answers.set(task, result),
    lost: (_, how) => how,
    stopped: () => answers.size >= stopAfter,
  })
  return answers
}

test('every task is done once, by as few processes as there are jobs', async () => {
  const answers = await squares([1, 2, 3, 4, 5, 6, 7, 8])
  expect([...answers.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  for (const [task, answer] of answers) expect(answer).toMatchObject({ square: task * task })
  expect(new Set([...answers.values()].map((one) => (one as Answer).by)).size).toBeLessThan(3)
})

test('a process that dies costs one task, and the others are done by another', async () => {
  const answers = await squares([2, 13, 3, 4], { jobs: 1 })
  expect(answers.get(13)).toBe('signal SIGKILL')
  for (const task of [2, 3, 4]) expect(answers.get(task)).toMatchObject({ square: task * task })
})

test('after it was stopped no further task is begun, and what was done is kept', async () => {
  const tasks = Array.from({ length: 400 }, (_, i) => i + 100)
  const answers = await squares(tasks, { stopAfter: 3 })
  expect(answers.size).toBeGreaterThanOrEqual(3)
  expect(answers.size).toBeLessThan(10)
})
