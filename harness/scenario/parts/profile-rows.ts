import { z } from 'zod'
import { optional } from '../yaml/about.ts'
import { examplesOf, patternOf } from '../yaml/quantity.ts'

/** Every row of a profile, what it says, and how it is written: a duration, a size, or a whole number from 1. */
export const profileRows = {
  'store.workers': { reads: 'count', about: 'searches and writes a store serves at once' },
  'store.overhead': { reads: 'duration', about: 'what every call takes beside its service' },
  'store.search.base': { reads: 'duration', about: 'service of a search, at least' },
  'store.search.tail': { reads: 'duration', about: 'mean of what a search takes beyond its base' },
  'store.upsert.base': { reads: 'duration', about: 'service of an upsert of one point, at least' },
  'store.upsert.tail': { reads: 'duration', about: 'mean of what an upsert takes beyond its base' },
  'store.perPoint': { reads: 'duration', about: 'what each further point of an upsert takes' },
  'store.fetch.base': { reads: 'duration', about: 'service of a fetch by id, at least' },
  'store.fetch.tail': { reads: 'duration', about: 'mean of what a fetch takes beyond its base' },
  'store.scanPerThousand': {
    reads: 'duration',
    about: 'what a full scan takes for each 1,000 points',
  },
  'store.tick': {
    reads: 'duration',
    about: 'time between two ticks, at which writes become searchable',
  },
  'store.visibleAfter': { reads: 'duration', about: 'from a write to the tick that can show it' },
  'store.restart': {
    reads: 'duration',
    about: 'from the start of a killed store to its first answer',
  },
  'store.loaded': {
    reads: 'duration',
    about: 'from the start of a killed store until its data is loaded',
  },
  'store.sealPerThousand': {
    reads: 'duration',
    about: 'what it takes to build the graph of 1,000 points',
  },
  'log.append.base': { reads: 'duration', about: 'service of an append, at least' },
  'log.append.tail': { reads: 'duration', about: 'mean of what an append takes beyond its base' },
  'log.read.base': { reads: 'duration', about: 'service of a read of the log, at least' },
  'log.read.tail': {
    reads: 'duration',
    about: 'mean of what a read of the log takes beyond its base',
  },
  'log.restart': { reads: 'duration', about: 'from the start of a killed log to its first answer' },
  'mirror.process.base': { reads: 'duration', about: 'what a mirror takes for a batch, at least' },
  'mirror.process.tail': {
    reads: 'duration',
    about: 'mean of what a mirror takes beyond its base',
  },
  'mirror.commit': {
    reads: 'duration',
    about: 'what an exactly-once mirror takes more for each commit',
  },
  'mirror.reconnect': {
    reads: 'duration',
    about: 'how long a mirror waits after its link is back',
  },
  'mirror.restart': {
    reads: 'duration',
    about: 'from the start of a killed mirror to its first record',
  },
  'mirror.maxWait': { reads: 'duration', about: 'how long a fetch of a mirror waits for records' },
  'mirror.batch': { reads: 'count', about: 'records a mirror copies at once, at most' },
  'agent.restart': {
    reads: 'duration',
    about: 'from the start of a killed agent to its first answer',
  },
  'window.mirror': { reads: 'bytes', about: 'window of the connections of mirrors' },
  'window.log': { reads: 'bytes', about: 'window of connections to logs' },
  'window.store': { reads: 'bytes', about: 'window of connections to stores' },
  'window.agent': { reads: 'bytes', about: 'window of connections to agents' },
} as const satisfies Record<string, { reads: 'duration' | 'bytes' | 'count'; about: string }>

/** Names of the rows of a profile. */
export type RowKey = keyof typeof profileRows
export const rowKeys = Object.keys(profileRows) as RowKey[]

const error = 'expected a value such as 2.6ms or 2'

const figureOf = (kind: 'duration' | 'bytes', examples: string[]) =>
  z
    .union([z.string().meta({ examples, pattern: patternOf(kind) }), z.number()], { error })
    .meta({ description: `a ${examplesOf(kind).noun} such as ${examples.join(', ')}` })

/** For editors; what is read is any text or number, and told apart with the profile. */
const figures = {
  duration: figureOf('duration', ['1ms', '2ms']),
  bytes: figureOf('bytes', ['64KiB', '1MB']),
  count: z
    .union([z.string().meta({ examples: ['2', '4'], pattern: '^\\s*[0-9]+\\s*$' }), z.number()], {
      error,
    })
    .meta({ description: 'a whole number such as 2, 4' }),
}

export const figure = z.union([z.string(), z.number()], { error })

/** Rows of a profile that a scenario replaces. */
export const overrideSchema = z.strictObject(
  Object.fromEntries(
    rowKeys.map((key) => {
      const { reads, about: what } = profileRows[key]
      return [key, optional(figures[reads], what)]
    }),
  ),
)

/** Whether a profile has a row of this name. */
export const isRowKey = (key: string): key is RowKey => Object.hasOwn(profileRows, key)
