import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Trial } from '../../../../harness/pipeline/machine/generator.ts'
import { measureGenerator } from '../../../../harness/pipeline/machine/measure.ts'
import { root } from '../../../support/faultline.ts'

test('a server that answers 200 searches a second and no more is bracketed', async () => {
  const trials: Trial[] = []
  const { kept, lost, foreign } = await measureGenerator({
    program: join(root, 'test/support/slow-server.ts'),
    ...{ arrivals: 'constant', from: 400, searchMs: 15_000 },
    onTrial: (trial) => trials.push(trial),
  })
  // Its answers cannot come faster, so no rate beyond can be kept up with, however calm the machine is.
  expect(trials[0]).toMatchObject({ perSec: 400, kept: false })
  expect(kept ?? 0).toBeLessThanOrEqual(202)
  expect(lost).toBeGreaterThan(kept ?? 0)
  expect(lost).toBeLessThanOrEqual(400)
  // On a machine that others fill the driver itself may be late at any rate, and the server has longer to answer.
  if ((foreign ?? 0) < 0.3) {
    expect(kept).toBeGreaterThan(0)
    for (const { perSec, answered } of trials) expect(perSec * answered).toBeLessThanOrEqual(206)
  }
})

test('a server that does not start is said in a sentence', async () => {
  const program = join(root, 'test/support/no-such-server.ts')
  await expect(measureGenerator({ program })).rejects.toThrow(/null server .* ended with code 1/)
})
