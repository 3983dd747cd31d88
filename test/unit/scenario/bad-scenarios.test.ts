import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { WorldName } from '../../../harness/model/plan.ts'
import { repository, saidOf, sourceFile } from './known.ts'

const folder = 'fixtures/bad-scenarios'
const files = readdirSync(`${repository}${folder}`).sort()
const MARK = '# expect: '
const WORLD = /^# world: (sim|containers)$/m

describe('a bad scenario is refused with every problem at its line and column', () => {
  test('there are enough of them', () => expect(files.length).toBeGreaterThan(40))

  test.each(files)('%s', (name) => {
    const { text } = sourceFile(`${folder}/${name}`)
    const expected = text.split('\n').filter((line) => line.startsWith(MARK))
    expect(expected.length).toBeGreaterThan(0)
    const world = WORLD.exec(text)?.[1] as WorldName | undefined
    expect(saidOf(text, world)).toEqual(expected.map((line) => line.slice(MARK.length)))
  })
})
