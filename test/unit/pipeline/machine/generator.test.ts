import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { measureGenerator } from '../../../../harness/pipeline/machine/measure.ts'
import { root } from '../../../support/faultline.ts'

const leftBehind = () => readdirSync(tmpdir()).filter((name) => name.startsWith('faultline-doctor'))

test('a server that answers 200 searches a second and no more is bracketed', async () => {
  const before = leftBehind().length
  const rates: number[] = []
  const { kept, lost } = await measureGenerator({
    program: join(root, 'test/support/slow-server.ts'),
    ...{ arrivals: 'constant', from: 50, searchMs: 40_000 },
    onTrial: ({ perSec }) => rates.push(perSec),
  })
  // Its answers cannot come faster, so no rate beyond can be kept up with, however calm the machine is.
  expect(kept).not.toBeNull()
  expect(kept as number).toBeLessThanOrEqual(202)
  expect(lost as number).toBeGreaterThan(kept as number)
  expect(Math.max(...rates)).toBeGreaterThanOrEqual(lost as number)
  expect(leftBehind().length).toBeLessThanOrEqual(before)
})

test('a server that does not start is said in a sentence', async () => {
  const program = join(root, 'test/support/no-such-server.ts')
  await expect(measureGenerator({ program })).rejects.toThrow(/null server .* ended with code 1/)
})
