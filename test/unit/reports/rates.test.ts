import { expect, test } from 'vitest'
import { SECOND } from '../../../harness/model/units.ts'
import { renderHtml } from '../../../reports/html.ts'
import { judged } from '../../support/judged.ts'
import { aLoad, aPlan } from '../../support/plan.ts'

test('a run that answered everything says 100 %, whatever its last bucket holds', async () => {
  const { analysis, judgement } = await judged(
    aPlan({
      load: [aLoad({ searchPerSec: 60 })],
      timeline: { warmupUs: 0, runUs: 10 * SECOND, settleUs: 2 * SECOND },
    }),
  )
  const environment = { startedAt: '2026-01-01T00:00:00Z' }
  const html = await renderHtml({ analysis, judgement, environment, run: 'runs/test-42' })
  expect(html).toMatch(/100\s% of the scheduled operations were answered in time/)
})
