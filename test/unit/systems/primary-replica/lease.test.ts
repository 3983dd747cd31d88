import { expect, test } from 'vitest'
import { CallError } from '../../../../harness/ports/errors.ts'
import {
  HeldLease,
  type LeaseAsk,
  LeaseRegister,
  type Seen,
} from '../../../../harness/systems/primary-replica/lease.ts'

const TTL = 1000
const regions = ['us', 'eu', 'ap']

function aMachine() {
  const kept = new Map<string, number>()
  const time = { us: 5000 }
  const clock = {
    wall: () => time.us,
    elapsed: () => time.us,
    sleep: async () => {},
    within: <T>(_us: number, work: Promise<T>) => work,
  }
  const durable = {
    load: async (key: string) => kept.get(key),
    save: async (key: string, value: number) => void kept.set(key, value),
  }
  const elsewhere = { seen: async (): Promise<Seen> => ({ epoch: 0, holder: null }) }
  const open = () => LeaseRegister.open(clock, durable, regions, 'us', TTL, () => elsewhere.seen())
  return { time, clock, elsewhere, open, loseDisk: () => kept.clear() }
}

const ask = (want: LeaseAsk['want'], by: string, epoch = 0): LeaseAsk => ({ want, by, epoch })

test('the first region acquires at once, and nobody else before its lease has run out', async () => {
  const { time, open } = aMachine()
  const register = await open()
  expect(await register.answer(ask('acquire', 'us'))).toMatchObject({ granted: true, epoch: 1 })
  time.us += TTL - 1
  expect(await register.answer(ask('acquire', 'eu'))).toMatchObject({
    granted: false,
    holder: 'us',
  })
  time.us += 1
  expect(await register.answer(ask('acquire', 'eu'))).toMatchObject({ granted: true, epoch: 2 })
})

test('a renewed lease counts from its renewal', async () => {
  const { time, open } = aMachine()
  const register = await open()
  await register.answer(ask('acquire', 'us'))
  time.us += 900
  expect((await register.answer(ask('renew', 'us', 1))).granted).toBe(true)
  time.us += 900
  expect((await register.answer(ask('acquire', 'eu'))).granted).toBe(false)
})

test('a holder of a former epoch cannot renew: somebody else has written since', async () => {
  const { time, open } = aMachine()
  const register = await open()
  await register.answer(ask('acquire', 'us'))
  time.us += TTL
  await register.answer(ask('acquire', 'eu'))
  expect(await register.answer(ask('renew', 'us', 1))).toMatchObject({
    granted: false,
    epoch: 2,
    holder: 'eu',
  })
})

test('two that ask at one moment for a lease that has run out do not get it both', async () => {
  const { time, open } = aMachine()
  const register = await open()
  await register.answer(ask('acquire', 'us'))
  time.us += TTL
  const answers = await Promise.all(['eu', 'ap'].map((by) => register.answer(ask('acquire', by))))
  expect(answers.filter(({ granted }) => granted)).toHaveLength(1)
})

test('a register that starts again keeps its epoch, and waits as long as a lease renewed just before lasts', async () => {
  const { time, open } = aMachine()
  await (await open()).answer(ask('acquire', 'us'))
  time.us += TTL - 1
  const again = await open()
  time.us += 1
  expect((await again.answer(ask('acquire', 'eu'))).granted).toBe(false)
  time.us += TTL
  expect(await again.answer(ask('acquire', 'eu'))).toMatchObject({ granted: true, epoch: 2 })
})

test('a holder stops before the register lets anybody else in, however late the answer came', async () => {
  const { time, clock, open } = aMachine()
  const register = await open()
  const held = new HeldLease(clock, TTL)
  const askedUs = clock.elapsed()
  time.us += 400
  await register.answer(ask('acquire', 'us'))
  time.us += 400
  held.granted(1, askedUs)
  expect(held.holds(1)).toBe(true)
  expect(held.holds(2)).toBe(false)
  time.us = askedUs + TTL - 1
  expect(held.holds(1)).toBe(false)
  expect((await register.answer(ask('acquire', 'eu'))).granted).toBe(false)
})

test('a register whose disk was lost counts on from the highest epoch anybody has seen', async () => {
  const { time, elsewhere, open, loseDisk } = aMachine()
  const register = await open()
  await register.answer(ask('acquire', 'us'))
  time.us += TTL
  await register.answer(ask('acquire', 'eu'))
  loseDisk()
  elsewhere.seen = async () => ({ epoch: 2, holder: 'eu' })
  const again = await open()
  expect(await again.answer(ask('look', 'us'))).toMatchObject({ epoch: 2, holder: 'eu' })
  expect((await again.answer(ask('renew', 'eu', 2))).granted).toBe(true)
  time.us += TTL
  expect(await again.answer(ask('acquire', 'us'))).toMatchObject({ granted: true, epoch: 3 })
})

test('a register whose disk was lost answers nobody before all regions have told what they saw', async () => {
  const { elsewhere, open } = aMachine()
  elsewhere.seen = () => Promise.reject(new CallError('no answer', { definite: true }))
  const register = await open()
  await expect(register.answer(ask('acquire', 'us'))).rejects.toThrow('no answer')
  elsewhere.seen = async () => ({ epoch: 4, holder: null })
  expect(await register.answer(ask('acquire', 'us'))).toMatchObject({ granted: true, epoch: 5 })
})
