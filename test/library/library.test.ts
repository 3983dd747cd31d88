import { expect, test } from 'vitest'
import { faultline, newFolder, type Said } from '../support/faultline.ts'

const linesThatMatter = ({ out, err }: Said): string =>
  `${out}${err}`
    .split('\n')
    .filter((line) => /NOT|never|missed|not as/i.test(line))
    .join('\n')

test('every scenario of the library comes out as it states, and no state of the ledger is left out', async () => {
  const said = await faultline('run', 'scenarios/', '--expect', '--quiet', '--out', newFolder())
  expect(said.code, linesThatMatter(said)).toBe(0)
}, 900_000)

test('every planted bug is caught, and by no checker that it does not concern', async () => {
  const said = await faultline('prove', '--quiet')
  expect(said.code, linesThatMatter(said)).toBe(0)
}, 900_000)
