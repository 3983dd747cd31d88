import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordRun } from '../../../harness/pipeline/record-run.ts'
import { openRecord, RecordLostError } from '../../../harness/record/writer.ts'
import { aLoad, aPlan } from '../../support/plan.ts'

/** Linux's device on which every write finds the disk full. */
const FULL = '/dev/full'

test('a record on a full disk says so and takes nothing more', () => {
  const record = openRecord(FULL)
  record.append({ type: 'end', t: 0, how: 'complete' })
  expect(record.lost).toBeNull()
  record.flush()
  expect(record.lost?.message).toBe(
    '/dev/full could not be written on: the disk is full. The run was ended there; what is written can be reported. ' +
      'Free some space, or give another folder with --out.',
  )
  record.append({ type: 'end', t: 0, how: 'complete' })
  record.close()
})

test('a run whose record is lost ends early and in order: it neither crashes nor goes on unseen', async () => {
  const path = mkdtempSync(join(tmpdir(), 'faultline-full-'))
  mkdirSync(join(path, 'truth'))
  const load = [aLoad({ searchPerSec: 500 })]
  const plan = aPlan({ data: { set: 'glosses', base: 100 }, load })
  let lastUs = 0
  const run = recordRun(
    plan,
    { path, record: FULL },
    {
      onEvent: ({ t }) => {
        lastUs = t
      },
    },
  )
  await expect(run).rejects.toThrow(RecordLostError)
  expect(lastUs).toBeLessThan(plan.timeline.warmupUs + plan.timeline.runUs)
})
