import { BASE_STAMP, type Change, NO_ROW, SENTINEL_ID } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Message } from '../../ports/network.ts'
import type { Consistency } from '../../ports/store.ts'
import { HEALTH, type HealthReply } from '../../ports/system.ts'
import type { Probes } from '../../ports/world.ts'
import { mirrored } from './mirror.ts'
import type { Process } from './process.ts'
import { PROBE_TOPIC, type SimRegion } from './region.ts'
import { type Ground, storeOf } from './terrain.ts'
import { cancel } from './timeline.ts'

/** Watches the taps for probe records by their (negative) id. */
export class ProbeWatch {
  private readonly waiting = new Map<number, { topic: string; region: string; seen: () => void }>()

  seen(region: RegionName, topic: string, id: number): void {
    const waiter = this.waiting.get(id)
    if (!waiter || waiter.topic !== topic || waiter.region !== region) return
    this.waiting.delete(id)
    waiter.seen()
  }

  wait(id: number, region: RegionName, topic: string, seen: () => void): void {
    this.waiting.set(id, { topic, region, seen })
  }

  forget(id: number): void {
    this.waiting.delete(id)
  }
}

/** The harness's own probes: they take the links and the processes the faults act on. */
export function probesFor(ground: Ground, harness: Process, watch: ProbeWatch): Probes {
  let nextId = SENTINEL_ID - 1
  const region = (name: RegionName) => ground.regions.get(name) as SimRegion

  const succeeds = async (work: Promise<unknown>): Promise<boolean> => {
    try {
      await work
      return true
    } catch (error) {
      if (error instanceof CallError) return false
      throw error
    }
  }

  const appendProbe = (name: RegionName, id: number, deadlineUs: Us): Promise<boolean> =>
    succeeds(
      ground.wire.exchange<void>({
        caller: harness,
        from: name,
        to: name,
        channel: 'canary',
        bytes: 0,
        deadlineUs,
        serve: (answer) => region(name).log.append(PROBE_TOPIC, [probeChange(id, name)], answer),
      }),
    )

  const readSentinel = async (
    name: RegionName,
    consistency: Consistency,
    deadlineUs: Us,
  ): Promise<boolean> => {
    const store = storeOf(ground, { process: harness, region: name, channel: 'canary' }, name)
    try {
      const found = await store.fetch([SENTINEL_ID], consistency, { op: 0, deadlineUs })
      return found.length === 1
    } catch (error) {
      if (error instanceof CallError) return false
      throw error
    }
  }

  return {
    async echo({ from, to }, bytes, deadlineUs) {
      let arrived = false
      const ok = await succeeds(
        ground.wire.exchange<void>({
          caller: harness,
          from,
          to,
          channel: 'canary',
          bytes,
          deadlineUs,
          serve: (answer) => {
            arrived = true
            answer.value(undefined, 64)
          },
        }),
      )
      return { ok, arrived }
    },
    async health(name, deadlineUs) {
      try {
        const reply = await ground.wire.exchange<Message>({
          caller: harness,
          from: name,
          to: name,
          channel: 'canary',
          bytes: 48,
          deadlineUs,
          serve: (answer) =>
            region(name).seat.receive({ kind: HEALTH, bytes: 48, body: null }, name, answer),
        })
        return { ok: true, wallUs: (reply.body as HealthReply).wallUs }
      } catch (error) {
        if (error instanceof CallError) return { ok: false, wallUs: 0 }
        throw error
      }
    },
    knownRow: (name, deadlineUs) => readSentinel(name, 'strong', deadlineUs),
    touch: (name, deadlineUs) => readSentinel(name, 'bounded', deadlineUs),
    append: (name, deadlineUs) => appendProbe(name, nextId--, deadlineUs),
    mirrored({ from, to }, deadlineUs) {
      const id = nextId--
      const { timeline } = ground
      return new Promise((resolve) => {
        const settle = (arrived: boolean) => {
          cancel(timer)
          watch.forget(id)
          timeline.wake()
          resolve(arrived)
        }
        const timer = timeline.after(deadlineUs, () => settle(false))
        watch.wait(id, to, mirrored(from, PROBE_TOPIC), () => settle(true))
        void appendProbe(from, id, deadlineUs)
      })
    },
  }
}

const probeChange = (id: number, origin: RegionName): Change => ({
  id,
  row: NO_ROW,
  write: 0,
  stamp: BASE_STAMP,
  deleted: true,
  origin,
})
