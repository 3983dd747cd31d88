import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultlineIn, newFolder, root } from '../support/faultline.ts'

const folder = newFolder()
const noRun = join(folder, 'no-run')
mkdirSync(noRun)
const broken = join(folder, 'broken.yaml')
writeFileSync(broken, 'name: broken\n')

const scenario = join(root, 'scenarios/partition-heal.yaml')

/** Commands that cannot be followed, and the help of those that can. */
const typed: string[][] = [
  [],
  ['--help'],
  ['hlep'],
  ['run'],
  ['run', 'no-such.yaml'],
  ['run', noRun],
  ['run', broken],
  ['run', broken, '--seed', 'x'],
  ['run', broken, '--quick'],
  ['run', scenario, '--reps', '3', '--seed', '7'],
  ['run', scenario, '--seeds', '1..5', '--world', 'containers'],
  ['run', join(root, 'scenarios'), '--seeds', '1..5'],
  ['run', '--help'],
  ['check', 'no-such.yaml'],
  ['check', '--help'],
  ['doctor', '--world', 'moon'],
  ['doctor', '--help'],
  ['report', 'runs/no-such'],
  ['report', 'runs/latest'],
  ['report', noRun],
  ['lines', noRun, 'op=1'],
  ['lines', '--help'],
  ['shrink', 'runs/latest'],
  ['shrink', noRun],
  ['shrink', '--help'],
  ['prove', '--only', 'no-such-bug'],
  ['prove', '--help'],
  ['calibrate', '--from', noRun],
  ['twin', noRun],
]

/** Commands that a text tells its reader to type, without the words behind them. */
const commandsIn = (text: string): string[] =>
  [...text.matchAll(/faultline [^`\n;:()]*/g)].map(([command]) => command.trim())

/** Whether a text says to type what was typed: the same words, and then the end or more than two blanks. */
const says = (command: string, own: string): boolean =>
  command === own || command.startsWith(`${own}  `) || command.replace(/[.,]$/, '') === own

test.each(typed)('faultline %j does not recommend itself', async (...words) => {
  const args = words.flat()
  const { out, err } = await faultlineIn(folder, ...args)
  const own = ['faultline', ...args].join(' ')
  expect(`${out}${err}`).not.toMatch(/^\s+at .*\.ts/m)
  expect(commandsIn(`${out}\n${err}`).filter((command) => says(command, own))).toEqual([])
})
