import { z } from 'zod'
import type { FaultPlan } from '../../model/fault.ts'
import {
  iterativeScans,
  type Plan,
  type ServersPlan,
  type StoreKind,
  storeNames,
  storesUsed,
} from '../../model/plan.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import { durationText } from '../shown/figures.ts'
import { optional } from '../yaml/about.ts'
import type { Sheet } from '../yaml/document.ts'
import { quantity } from '../yaml/quantity.ts'
import { read } from '../yaml/reading.ts'
import { defaults } from './defaults.ts'

/** How real servers are set; the simulator uses its profile instead, which has a tick of its own. */
export const serversSchema = z.strictObject({
  tick: optional(
    quantity('duration', { above: 0 }),
    'how often Milvus makes what was written searchable, in whole milliseconds',
    durationText(defaults.servers.tickUs),
  ),
  sessionTtl: optional(
    quantity('duration', { above: 0 }),
    'how long the session of a dead Milvus holds up its next start, in whole seconds',
    durationText(defaults.servers.sessionTtlUs),
  ),
  producer: optional(
    z.enum(['at-least-once', 'idempotent', 'transactional']),
    'how appends to Kafka are sent',
    defaults.servers.producer,
  ),
  concurrentSends: optional(
    z.boolean(),
    'whether an idempotent producer has several appends under way',
    defaults.servers.concurrentSends,
  ),
  kafkaClock: optional(
    z.boolean(),
    'whether the clock of brokers can be moved; set where a fault needs it',
    defaults.servers.kafkaClock,
  ),
  iterativeScan: optional(
    z.enum(iterativeScans),
    'whether a search of pgvector goes on where its ef candidates are used up (hnsw.iterative_scan)',
    'off',
  ),
})

/** The settings of real servers; null if any is wrong. Brokers get a clock that can be moved where a fault moves it. */
export function resolveServers(
  sheet: Sheet,
  faults: readonly FaultPlan[] | null,
  setting: Pick<Plan, 'stores' | 'regions'> | null,
): ServersPlan | null {
  const before = sheet.problems.length
  const written = sheet.at(['servers']) === undefined ? {} : read(sheet, ['servers'], serversSchema)
  if (!written) return null
  const plan: ServersPlan = {
    tickUs: written.tick ?? defaults.servers.tickUs,
    sessionTtlUs: written.sessionTtl ?? defaults.servers.sessionTtlUs,
    producer: written.producer ?? defaults.servers.producer,
    concurrentSends: written.concurrentSends ?? defaults.servers.concurrentSends,
    kafkaClock: written.kafkaClock ?? defaults.servers.kafkaClock,
  }
  if (written.iterativeScan !== undefined) plan.iterativeScan = written.iterativeScan
  if (setting) checkRead(sheet, written, storesUsed(setting))
  checkWhole(sheet, 'tick', plan.tickUs, MS)
  checkWhole(sheet, 'sessionTtl', plan.sessionTtlUs, SECOND)
  if (plan.concurrentSends && plan.producer !== 'idempotent')
    sheet.report(['servers', 'concurrentSends'], {
      message: `concurrentSends is about an idempotent producer, and this one is ${plan.producer}`,
      hint: 'Write producer: idempotent, or take concurrentSends out.',
    })
  const skew = faults?.find(({ kind }) => kind === 'log-clock-skew')
  if (skew && written.kafkaClock === false)
    sheet.report(['servers', 'kafkaClock'], {
      message: `the fault ${skew.name} moves the clock of a broker, and kafkaClock is false`,
      hint: 'Take kafkaClock out: it is set where a fault needs it.',
    })
  if (sheet.problems.length > before) return null
  return { ...plan, kafkaClock: plan.kafkaClock || skew !== undefined }
}

/** Settings of a store that no region has. */
function checkRead(
  sheet: Sheet,
  written: z.output<typeof serversSchema>,
  stores: readonly StoreKind[],
): void {
  const of = { tick: 'milvus', sessionTtl: 'milvus', iterativeScan: 'pgvector' } as const
  for (const key of ['tick', 'sessionTtl', 'iterativeScan'] as const) {
    if (written[key] === undefined || stores.includes(of[key])) continue
    sheet.report(['servers', key], {
      message: `${key} is about ${storeNames[of[key]]}, which no region has`,
      hint: `Take it out, or write store: ${of[key]}.`,
    })
  }
}

function checkWhole(sheet: Sheet, key: 'tick' | 'sessionTtl', us: Us, unit: Us): void {
  if (us % unit === 0) return
  sheet.report(['servers', key], {
    message: `${key} counts in ${unit === MS ? 'whole milliseconds' : 'whole seconds'}, not ${durationText(us)}`,
    hint: `Write ${durationText(Math.max(unit, Math.round(us / unit) * unit))}.`,
  })
}
