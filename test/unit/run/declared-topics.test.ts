import { expect, test } from 'vitest'
import type { Change } from '../../../harness/model/point.ts'
import type { EventLog } from '../../../harness/ports/log.ts'
import { withDeclared } from '../../../harness/run/declared-topics.ts'

const call = { op: 1, deadlineUs: 1_000 }

test('a change for a topic that a system does not declare is refused by name, and the others reach the log', async () => {
  const appended: [string, readonly Change[]][] = []
  const log = {
    append: async (topic: string, changes: readonly Change[]) => {
      appended.push([topic, changes])
    },
  } as unknown as EventLog
  const declared = withDeclared(log, ['changes', 'own'], 'mine')
  await declared.append('own', [], call)
  expect(appended).toEqual([['own', []]])
  expect(() => declared.append('others', [], call)).toThrow(
    'system mine appends to "others" and declares only: changes, own',
  )
  expect(appended).toHaveLength(1)
})
