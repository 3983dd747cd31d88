import { z } from 'zod'

/** Every row of a profile and how it is written: a duration, a size, or a whole number from 1. */
export const rowKinds = {
  'store.workers': 'count',
  'store.overhead': 'duration',
  'store.search.base': 'duration',
  'store.search.tail': 'duration',
  'store.upsert.base': 'duration',
  'store.upsert.tail': 'duration',
  'store.perPoint': 'duration',
  'store.fetch.base': 'duration',
  'store.fetch.tail': 'duration',
  'store.scanPerThousand': 'duration',
  'store.tick': 'duration',
  'store.visibleAfter': 'duration',
  'store.restart': 'duration',
  'store.loaded': 'duration',
  'store.sealPerThousand': 'duration',
  'log.append.base': 'duration',
  'log.append.tail': 'duration',
  'log.read.base': 'duration',
  'log.read.tail': 'duration',
  'log.restart': 'duration',
  'mirror.process.base': 'duration',
  'mirror.process.tail': 'duration',
  'mirror.commit': 'duration',
  'mirror.reconnect': 'duration',
  'mirror.restart': 'duration',
  'mirror.maxWait': 'duration',
  'mirror.batch': 'count',
  'agent.restart': 'duration',
  'window.mirror': 'bytes',
  'window.log': 'bytes',
  'window.store': 'bytes',
  'window.agent': 'bytes',
} as const satisfies Record<string, 'duration' | 'bytes' | 'count'>

/** Names of the rows of a profile. */
export type RowKey = keyof typeof rowKinds
export const rowKeys = Object.keys(rowKinds) as RowKey[]

export const figure = z.union([z.string(), z.number()], {
  error: 'expected a value such as 2.6ms or 2',
})

const examples = {
  count: 'a whole number: 2, 4',
  duration: 'a duration: 1ms, 2ms',
  bytes: 'a size: 64KiB, 1MB',
}

/** Rows of a profile that a scenario replaces. */
export const overrideSchema = z.strictObject(
  Object.fromEntries(
    rowKeys.map((key) => [key, figure.optional().describe(examples[rowKinds[key]])]),
  ),
)

/** Whether a profile has a row of this name. */
export const isRowKey = (key: string): key is RowKey => Object.hasOwn(rowKinds, key)
