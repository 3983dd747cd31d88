import { z } from 'zod'
import type { FaultKindName } from '../../model/fault.ts'
import { quantity } from '../yaml/quantity.ts'
import type { LinkForm } from '../yaml/reference.ts'
import { type FaultForm, inRegion, onLinks, type Regions } from './fault-forms.ts'

const law = z.enum(['uniform', 'exponential', 'pareto'])
const any: LinkForm[] = ['both', 'one', 'region']
/** Real mirrors are one process for each region they copy into. */
const mirrors: LinkForm[] = [...any, 'into']
/** A length of 0 would be no fault at all, and a flap that never ends. */
const span = quantity('duration', { above: 0 })

/** Every kind of fault a scenario can name. Help and schema are made from it. */
export const faultForms: Record<FaultKindName, FaultForm> = {
  partition: onLinks(
    'partition',
    'nothing passes, connections are reset at the end',
    ['both', 'region'],
    {},
    (links) => ({ kind: 'partition', links }),
    '; for one direction use one-way-cut',
  ),
  'one-way-cut': onLinks(
    'one-way-cut',
    'nothing passes in one direction',
    ['one'],
    {},
    (links) => ({ kind: 'one-way-cut', links }),
    '; for both directions use partition',
  ),
  hold: onLinks('hold', 'what is sent waits and is delivered at the end', any, {}, (links) => ({
    kind: 'hold',
    links,
  })),
  flap: onLinks('flap', 'down, up, down, …', any, { up: span, down: span }, (links, f) => ({
    kind: 'flap',
    links,
    upUs: f.up,
    downUs: f.down,
  })),
  latency: onLinks('latency', 'added delay', any, { add: span }, (links, { add }) => ({
    kind: 'latency',
    links,
    addUs: add,
  })),
  jitter: onLinks(
    'jitter',
    'added delay that varies: add is its mean',
    any,
    { add: span, law: law.default('uniform') },
    (links, f) => ({ kind: 'jitter', links, addUs: f.add, law: f.law }),
  ),
  loss: onLinks(
    'loss',
    'a share of segments is lost, which TCP shows as delay',
    any,
    { share: quantity('share', { above: 0 }) },
    (links, { share }) => ({ kind: 'loss', links, share }),
  ),
  bandwidth: onLinks(
    'bandwidth',
    'the whole link carries no more than this',
    any,
    { cap: quantity('bandwidth', { above: 0 }) },
    (links, { cap }) => ({ kind: 'bandwidth', links, bitsPerSec: cap }),
  ),
  'connection-bandwidth': onLinks(
    'connection-bandwidth',
    'each connection of the link carries no more than this',
    any,
    { cap: quantity('bandwidth', { above: 0 }) },
    (links, { cap }) => ({ kind: 'connection-bandwidth', links, bitsPerSec: cap }),
  ),
  'connection-reset': onLinks(
    'connection-reset',
    'connections break as soon as bytes pass',
    any,
    {},
    (links) => ({ kind: 'connection-reset', links }),
  ),
  'slow-close': onLinks(
    'slow-close',
    'a connection that one side ends is closed to the other only after `delay`',
    any,
    { delay: span },
    (links, { delay }) => ({ kind: 'slow-close', links, delayUs: delay }),
  ),
  'mirror-kill': onLinks('mirror-kill', 'the mirror process dies', mirrors, {}, (links) => ({
    kind: 'mirror-kill',
    links,
  })),
  'mirror-pause': onLinks('mirror-pause', 'the mirror stands still', mirrors, {}, (links) => ({
    kind: 'mirror-pause',
    links,
  })),
  'mirror-stall': onLinks(
    'mirror-stall',
    'the mirror copies nothing while its process looks healthy',
    mirrors,
    {},
    (links) => ({ kind: 'mirror-stall', links }),
  ),
  'region-pause': inRegion(
    'region-pause',
    'all processes of a region stand still',
    {},
    (region) => ({
      kind: 'region-pause',
      region,
    }),
  ),
  'region-crash': inRegion(
    'region-crash',
    'all processes of a region die; disks and users live',
    {},
    (region) => ({ kind: 'region-crash', region }),
  ),
  'region-loss': inRegion(
    'region-loss',
    'all processes of a region die, and its disks are gone; users live',
    {},
    (region) => ({ kind: 'region-loss', region }),
  ),
  'agent-pause': inRegion('agent-pause', "the region's agent stands still", {}, (region) => ({
    kind: 'agent-pause',
    region,
  })),
  'agent-crash': inRegion(
    'agent-crash',
    "the region's agent dies and starts again",
    {},
    (region) => ({ kind: 'agent-crash', region }),
  ),
  'store-freeze': inRegion('store-freeze', 'the vector store stands still', {}, (region) => ({
    kind: 'store-freeze',
    region,
  })),
  'store-crash': inRegion(
    'store-crash',
    'the vector store dies and starts again, empty until it has loaded',
    {},
    (region) => ({ kind: 'store-crash', region }),
  ),
  'log-freeze': inRegion('log-freeze', 'the event log stands still', {}, (region) => ({
    kind: 'log-freeze',
    region,
  })),
  'log-crash': inRegion('log-crash', 'the event log dies and starts again', {}, (region) => ({
    kind: 'log-crash',
    region,
  })),
  'log-disk-full': inRegion(
    'log-disk-full',
    'the event log takes no more records; what it holds can be read',
    {},
    (region) => ({ kind: 'log-disk-full', region }),
  ),
  'broker-loss': inRegion(
    'broker-loss',
    '`count` of the 3 brokers of the event log die; an append needs 2',
    { count: z.int().min(1).max(2).default(1) },
    (region, { count }) => ({ kind: 'broker-loss', region, count }),
  ),
  'index-rebuild': inRegion(
    'index-rebuild',
    'the store builds its index anew; searches take `factor` times as long meanwhile',
    { factor: z.number().min(1.5) },
    (region, { factor }) => ({ kind: 'index-rebuild', region, factor }),
  ),
  'brown-out': inRegion(
    'brown-out',
    'a share of store calls takes `factor` times as long',
    { factor: z.number().gt(1), share: quantity('share', { above: 0 }).default(1) },
    (region, { factor, share }) => ({ kind: 'brown-out', region, factor, share }),
  ),
  'clock-skew': inRegion(
    'clock-skew',
    'the wall clock is off by `offset` and runs away by `drift`',
    { offset: quantity('offset').default(0), drift: quantity('drift').default(0) },
    (region, { offset, drift }) => ({
      kind: 'clock-skew',
      region,
      offsetUs: offset,
      driftPpm: drift,
    }),
  ),
  'clock-strobe': inRegion(
    'clock-strobe',
    'the wall clock jumps by `offset` and back again, every `every`',
    { offset: quantity('offset'), every: quantity('duration', { above: 0 }) },
    (region, { offset, every }) => ({
      kind: 'clock-strobe',
      region,
      offsetUs: offset,
      everyUs: every,
    }),
  ),
  'log-clock-skew': inRegion(
    'log-clock-skew',
    "the clock of the region's event log is off by `offset`",
    { offset: quantity('offset') },
    (region, { offset }) => ({ kind: 'log-clock-skew', region, offsetUs: offset }),
  ),
}

export const faultKindNames = Object.keys(faultForms) as FaultKindName[]

/** Names become folders, hosts and phases: as long as a label of DNS at most. */
export const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/
export const nameForm = 'expected a name of up to 63 small letters, digits and dashes'

const faultName = z.string().regex(namePattern, { error: nameForm })

/** The strict schema of one kind of fault; `at` counts from the end of warm-up. */
export function faultSchema(kind: FaultKindName, regions: Regions) {
  return z
    .strictObject({
      ...faultForms[kind].fields(regions),
      at: quantity('duration'),
      for: span,
      name: faultName.optional(),
    })
    .meta({ title: kind, description: faultForms[kind].about })
}
