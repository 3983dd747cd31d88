import type { Change } from '../../model/point.ts'
import type { RecordEvent } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { openTap } from '../adapters/kafka-tap.ts'
import type { Address } from '../adapters/message-wire.ts'
import { isProbe, mirrored, PROBE_TOPIC } from './probes.ts'

type TapSetting = {
  regions: readonly RegionName[]
  topics: readonly string[]
  kafka(region: RegionName): Address
  now(): Us
  emit(event: RecordEvent): void
  onProbe(region: RegionName, topic: string, id: number, stampMs: number): void
}

export type Taps = { close(): Promise<void> }

/**
 * Watches the log of every region, its own topics and its copies of others: what stands there, and when it was seen
 * there, which is a little after it was written.
 */
export async function openTaps(setting: TapSetting): Promise<Taps> {
  const taps = await Promise.all(setting.regions.map((region) => tapOf(setting, region)))
  return {
    close: async () => {
      await Promise.all(taps.map((tap) => tap.close()))
    },
  }
}

function tapOf(setting: TapSetting, region: RegionName) {
  const { regions, topics, emit } = setting
  const own = [...topics, PROBE_TOPIC]
  const others = regions.filter((other) => other !== region)
  const copies = others.flatMap((from) => own.map((topic) => mirrored(from, topic)))
  return openTap({
    address: setting.kafka(region),
    clientId: `tap-${region}`,
    topics: [...own, ...copies],
    now: setting.now,
    onRecord: ({ topic, partition, offset, change, stampMs, tUs }) => {
      if (isProbe(change)) setting.onProbe(region, topic, change.id, stampMs)
      else emit(hopOf({ region, topic, partition, offset, change, tUs }))
    },
    onTruncated: (topic, firsts) =>
      emit({ type: 'log', t: setting.now(), region, what: 'truncated', topic, firsts }),
  })
}

type Tapped = {
  region: RegionName
  topic: string
  partition: number
  offset: number
  change: Change
  tUs: Us
}

function hopOf({ region, topic, partition, offset, change, tUs }: Tapped): RecordEvent {
  const where = { region, write: change.write, id: change.id, partition, offset }
  const dot = topic.indexOf('.')
  return dot < 0
    ? { type: 'hop', t: tUs, hop: 'logged', ...where }
    : { type: 'hop', t: tUs, hop: 'mirrored', ...where, from: topic.slice(0, dot) }
}
