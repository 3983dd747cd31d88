import { expect, test } from 'vitest'
import type { RecordEvent } from '../../../../harness/model/record.ts'
import {
  StoreWatch,
  type StoreWatching,
} from '../../../../harness/worlds/containers/store-watch.ts'

function watching(over: Partial<StoreWatching>) {
  const events: RecordEvent[] = []
  let now = 0
  const watch = new StoreWatch({
    now: () => ++now,
    emit: (event) => events.push(event),
    answers: async () => true,
    knownRow: async () => true,
    end: async () => null,
    over: () => false,
    ...over,
  })
  return { watch, said: () => events.map((event) => ('what' in event ? event.what : '')), events }
}

test('a store that ends by itself is down, and the record says how it ended', async () => {
  const { watch, events } = watching({ end: async () => 'exited with code 134' })
  await watch.running('eu')
  expect(events).toEqual([
    { type: 'store', t: 1, region: 'eu', what: 'down', because: 'exited with code 134' },
  ])
})

test('a store that a fault ended is the fault’s to tell of', async () => {
  const { watch, said } = watching({ end: async () => null })
  await watch.running('eu')
  expect(said()).toEqual([])
})

test('what ends with the run is no news, however its end is told', async () => {
  const over = () => true
  const told = watching({ over, end: async () => 'exited with code 137' })
  await told.watch.running('eu')
  const lost = watching({ over, end: () => Promise.reject(new Error('no such container')) })
  await lost.watch.running('eu')
  expect([...told.said(), ...lost.said()]).toEqual([])
})

test('a watch that breaks during the run says so', async () => {
  const { watch } = watching({ end: () => Promise.reject(new Error('Docker is gone')) })
  await expect(watch.running('eu')).rejects.toThrow('Docker is gone')
})

test('a store started again is up when it answers and loaded when it finds what it held', async () => {
  let asked = 0
  const { watch, said } = watching({ knownRow: async () => ++asked > 1 })
  await watch.restarted('eu')
  expect(said()).toEqual(['up', 'unloaded', 'loaded'])
  expect(asked).toBe(2)
})

test('one that never finds its data again is never loaded', async () => {
  let asked = 0
  const { watch, said } = watching({ knownRow: async () => false, over: () => ++asked > 3 })
  await watch.restarted('eu')
  expect(said()).toEqual(['up', 'unloaded'])
})
