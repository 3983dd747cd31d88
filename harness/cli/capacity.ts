import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { billSentence, billTable } from '../../reports/bill-table.ts'
import {
  capacitySentence,
  capacityTable,
  headroomSentence,
  limitTable,
} from '../../reports/capacity-table.ts'
import {
  catchUpSentence,
  catchUpTable,
  forecastSentence,
  forecastTable,
} from '../../reports/planning-tables.ts'
import { timesText } from '../experiments/capacity/bracket.ts'
import { type Sought, seekCapacity } from '../experiments/capacity/capacity.ts'
import type { Trial } from '../model/capacity.ts'
import type { SetVariables } from '../scenario/yaml/variables.ts'
import { type Align, plainTable, WIDTH, wrap } from '../text/table.ts'
import { onInterrupt } from './interrupt.ts'
import { STOPPING } from './library.ts'
import { print } from './print.ts'

export type CapacityFlags = {
  seed?: number
  set?: SetVariables
  without?: string
  prices?: string
  catchUp?: boolean
  forRegions?: number
  forPoints?: number
  seeds: number
  /** A share. */
  width: number
  out?: string
  jobs?: number
  json?: boolean
  quiet?: boolean
}

/** `faultline capacity FILE`. Sets the exit code. Rejects with UsageError and as the reading of a scenario does. */
export async function capacityCommand(file: string, flags: CapacityFlags): Promise<void> {
  const { quiet, json, ...options } = flags
  const interrupt = onInterrupt([STOPPING])
  const say = (text: string) => {
    if (!quiet) process.stderr.write(`${text}\n`)
  }
  try {
    const sought = await seekCapacity(file, {
      ...options,
      stopped: () => interrupt.times() > 0,
      onNote: (text) => process.stderr.write(`${text}\n`),
      onBegin: (wanted) =>
        say(
          `trying ${wanted.map(({ factor, seed }) => `${timesText(factor)} (seed ${seed})`).join(', ')}`,
        ),
      onTrial: (trial) => say(trialLine(trial)),
    })
    const { directory, result } = sought
    if (json) print(readFileSync(join(directory, 'capacity.json'), 'utf8').trimEnd())
    else print(outcome(sought).join('\n'))
    process.exitCode = result.exitCode
  } finally {
    interrupt.done()
  }
}

const trialLine = ({ factor, seed, verdict, because, seconds }: Trial): string =>
  `  ${timesText(factor)}, seed ${seed}: ${verdict} (${seconds.toFixed(1)} s)${verdict === 'pass' ? '' : `: ${because}`}`

const aligns: Align[] = [
  'left',
  'right',
  'right',
  'right',
  'left',
  'right',
  'right',
  'right',
  'left',
]

function outcome({ directory, result }: Sought): string[] {
  const { head, rows } = capacityTable(result)
  const limits = limitTable(result)
  const { trials, seconds, notes, outcome: found } = result
  const { bill } = result
  const priced = bill && billTable(bill)
  const caught = result.catchUp && catchUpTable(result.catchUp)
  const told = [
    ...[capacitySentence(result), headroomSentence(result)],
    ...(bill ? [billSentence(bill)] : []),
    ...(result.forecasts ?? []).map((one) => forecastSentence(one, result)),
  ].filter((text) => text !== '')
  return [
    ...plainTable(head, rows, aligns),
    '',
    ...plainTable(limits.head, limits.rows, ['left', 'right', 'right']),
    '',
    ...(priced ? [...plainTable(priced.head, priced.rows, ['left', 'right', 'right']), ''] : []),
    ...(result.catchUp && caught
      ? [
          ...wrap(catchUpSentence(result.catchUp), WIDTH),
          ...plainTable(caught.head, caught.rows),
          '',
        ]
      : []),
    ...(result.forecasts ?? []).flatMap((one) => {
      const { head: titles, rows: levels } = forecastTable(one, result)
      return [...plainTable(titles, levels, ['right', 'right', 'right', 'right']), '']
    }),
    ...notes.flatMap((note) => wrap(`note: ${note}`, WIDTH)),
    `${trials.length} runs in ${seconds.toFixed(0)} s, seeds ${result.seeds.join(', ')}; simulated with the profile ${result.profile}.`,
    ...(found.kind === 'bracketed'
      ? [`repeat an end: faultline run ${directory}/keeps.plan.json`]
      : []),
    `page: ${directory}/capacity.html`,
    '',
    ...told.flatMap((text) => wrap(text, WIDTH)),
  ]
}
