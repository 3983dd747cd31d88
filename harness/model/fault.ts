import type { Hazard } from './hazard.ts'
import type { RegionName, Us } from './units.ts'

/** One direction of a link. */
export type LinkName = { from: RegionName; to: RegionName }

/**
 * How delay that varies is drawn. A link's own jitter: `uniform` is ± the amount, the others add the amount on the average.
 * A fault's: every law adds the amount on the average and never takes away, `uniform` between 0 and twice the amount.
 */
export type DelayLaw = 'uniform' | 'exponential' | 'pareto'

/** What is wrong, and where. Link faults name every direction they touch. */
export type FaultKind =
  | { kind: 'partition'; links: LinkName[] }
  | { kind: 'one-way-cut'; links: LinkName[] }
  | { kind: 'hold'; links: LinkName[] }
  | { kind: 'flap'; links: LinkName[]; upUs: Us; downUs: Us }
  | { kind: 'latency'; links: LinkName[]; addUs: Us }
  | { kind: 'jitter'; links: LinkName[]; addUs: Us; law: DelayLaw }
  | { kind: 'loss'; links: LinkName[]; share: number }
  | { kind: 'bandwidth'; links: LinkName[]; bitsPerSec: number }
  | { kind: 'connection-bandwidth'; links: LinkName[]; bitsPerSec: number }
  | { kind: 'connection-reset'; links: LinkName[] }
  | { kind: 'slow-close'; links: LinkName[]; delayUs: Us }
  | { kind: 'mirror-kill'; links: LinkName[] }
  | { kind: 'mirror-pause'; links: LinkName[] }
  | { kind: 'mirror-stall'; links: LinkName[] }
  | { kind: 'region-pause'; region: RegionName }
  | { kind: 'region-crash'; region: RegionName }
  | { kind: 'region-loss'; region: RegionName }
  | { kind: 'agent-pause'; region: RegionName }
  | { kind: 'agent-crash'; region: RegionName }
  | { kind: 'store-freeze'; region: RegionName }
  | { kind: 'store-crash'; region: RegionName }
  | { kind: 'log-freeze'; region: RegionName }
  | { kind: 'log-crash'; region: RegionName }
  | { kind: 'log-disk-full'; region: RegionName }
  | { kind: 'broker-loss'; region: RegionName; count: number }
  | { kind: 'index-rebuild'; region: RegionName; factor: number }
  | { kind: 'brown-out'; region: RegionName; factor: number; share: number }
  | { kind: 'clock-skew'; region: RegionName; offsetUs: Us; driftPpm: number }
  | { kind: 'clock-strobe'; region: RegionName; offsetUs: Us; everyUs: Us }
  | { kind: 'log-clock-skew'; region: RegionName; offsetUs: Us }

/**
 * A fault as planned: `atUs` and `untilUs` count from the start of warm-up. `region-crash`, `agent-crash`,
 * `store-crash`, `log-crash` and `mirror-kill` are down until `untilUs`, then start again (a start has its own
 * length). `brown-out` multiplies the service time of a `share` of all store calls by `factor`. `clock-skew` moves
 * the clock of a region's agent, `log-clock-skew` the clock its log stamps records with.
 * `region-loss` is a `region-crash` whose disks are gone: store, log and what the agent keeps begin empty, mirrors into
 * the region and out of it from the start of what logs still hold. A stalled mirror's process lives, its task does not.
 * `broker-loss` takes `count` of the 3 brokers a log runs on; an append needs 2 in sync. `index-rebuild` makes searches
 * take `factor` times as long, and has built all graphs anew when it ends. `clock-strobe` moves the wall clock by
 * `offsetUs` and back, every `everyUs`.
 * `connection-bandwidth` holds for each connection of the links apart, `bandwidth` for all that cross them together.
 */
export type FaultPlan = FaultKind & { name: string; atUs: Us; untilUs: Us }

export type FaultKindName = FaultKind['kind']

export type FaultOf<K extends FaultKindName> = Extract<FaultPlan, { kind: K }>

/** How a text may name links: `a -> b`, `a <-> b`, a region for all of its links, or `-> b` for all into it. */
export type LinkForm = 'one' | 'both' | 'region' | 'into'

/** What a fault does, as measurements from outside see it: by these alone nobody tells faults of one effect apart. */
export type FaultEffect =
  | 'link-cut'
  | 'link-reset'
  | 'link-slow'
  | 'mirror-stopped'
  | 'region-stopped'
  | 'region-lost'
  | 'agent-stopped'
  | 'store-stopped'
  | 'store-slow'
  | 'log-stopped'
  | 'clock-wrong'
  | 'log-clock-wrong'

/** A key that says how strong a fault is. A `default` is in the unit of the plan; without one the key is needed. */
export type Knob = { key: string; about: string; shownFirst?: true } & (
  | {
      reads: 'duration' | 'offset' | 'drift' | 'bandwidth' | 'share'
      above?: number
      default?: number
    }
  | { reads: 'factor'; above: number }
  | { reads: 'factor'; least: number }
  | { reads: 'count'; least: number; most: number; default: number }
  | { reads: 'word'; words: readonly string[]; default: string }
)

type Described<F extends FaultKind> = {
  /** What goes wrong, for help, schema and messages. */
  about: string
  effect: FaultEffect
  hazards: readonly Hazard[]
  /** One for every field beside the target, in the field's order: the scenario's key, and how it is read. */
  knobs: { [Field in Exclude<keyof F, 'kind' | 'links' | 'region'>]: Knob }
} & (F extends { links: LinkName[] } ? { on: readonly LinkForm[]; instead?: string } : object)

const anyLinks: readonly LinkForm[] = ['both', 'one', 'region']
/** Real mirrors are one process for each region they copy into. */
const mirrors: readonly LinkForm[] = [...anyLinks, 'into']

/** Every kind of fault a scenario can name: its syntax, its text, what it looks like, what it does to promises. */
export const faultKinds: {
  readonly [K in FaultKindName]: Described<Extract<FaultKind, { kind: K }>>
} = {
  partition: {
    about: 'nothing passes, connections are reset at the end',
    effect: 'link-cut',
    hazards: ['cut'],
    on: ['both', 'region'],
    instead: '; for one direction use one-way-cut',
    knobs: {},
  },
  'one-way-cut': {
    about: 'nothing passes in one direction',
    effect: 'link-cut',
    hazards: ['cut'],
    on: ['one'],
    instead: '; for both directions use partition',
    knobs: {},
  },
  hold: {
    about: 'what is sent waits and is delivered at the end',
    effect: 'link-cut',
    hazards: ['cut'],
    on: anyLinks,
    knobs: {},
  },
  flap: {
    about: 'down, up, down, …',
    effect: 'link-cut',
    hazards: ['cut'],
    on: anyLinks,
    knobs: {
      upUs: {
        key: 'up',
        reads: 'duration',
        above: 0,
        about: 'how long the link is up before it goes down again',
      },
      downUs: {
        key: 'down',
        reads: 'duration',
        above: 0,
        shownFirst: true,
        about: 'how long the link is down each time; it begins down',
      },
    },
  },
  latency: {
    about: 'added delay',
    effect: 'link-slow',
    hazards: ['slow-link'],
    on: anyLinks,
    knobs: {
      addUs: {
        key: 'add',
        reads: 'duration',
        above: 0,
        about: 'what it adds to the delay of everything sent',
      },
    },
  },
  jitter: {
    about: 'added delay that varies: add is its mean',
    effect: 'link-slow',
    hazards: ['slow-link'],
    on: anyLinks,
    knobs: {
      addUs: { key: 'add', reads: 'duration', above: 0, about: 'the mean of the delay it adds' },
      law: {
        key: 'law',
        reads: 'word',
        words: ['uniform', 'exponential', 'pareto'],
        default: 'uniform',
        about: 'the law the delays are drawn by',
      },
    },
  },
  loss: {
    about: 'a share of segments is lost, which TCP shows as delay',
    effect: 'link-slow',
    hazards: ['slow-link'],
    on: anyLinks,
    knobs: {
      share: {
        key: 'share',
        reads: 'share',
        above: 0,
        about: 'the share of segments that is lost',
      },
    },
  },
  bandwidth: {
    about: 'the whole link carries no more than this',
    effect: 'link-slow',
    hazards: ['slow-link'],
    on: anyLinks,
    knobs: {
      bitsPerSec: {
        key: 'cap',
        reads: 'bandwidth',
        above: 0,
        about: 'what all connections of the link carry together',
      },
    },
  },
  'connection-bandwidth': {
    about: 'each connection of the link carries no more than this',
    effect: 'link-slow',
    hazards: ['slow-link'],
    on: anyLinks,
    knobs: {
      bitsPerSec: {
        key: 'cap',
        reads: 'bandwidth',
        above: 0,
        about: 'what each connection of the link carries',
      },
    },
  },
  'connection-reset': {
    about: 'connections break as soon as bytes pass',
    effect: 'link-reset',
    hazards: ['cut'],
    on: anyLinks,
    knobs: {},
  },
  'slow-close': {
    about: 'a connection that one side ends is closed to the other only after `delay`',
    effect: 'link-slow',
    hazards: ['slow-link'],
    on: anyLinks,
    knobs: {
      delayUs: {
        key: 'delay',
        reads: 'duration',
        above: 0,
        about: 'how long the other side does not notice',
      },
    },
  },
  'mirror-kill': {
    about: 'the mirror process dies',
    effect: 'mirror-stopped',
    hazards: ['mirror-stop'],
    on: mirrors,
    knobs: {},
  },
  'mirror-pause': {
    about: 'the mirror stands still',
    effect: 'mirror-stopped',
    hazards: ['mirror-stop'],
    on: mirrors,
    knobs: {},
  },
  'mirror-stall': {
    about: 'the mirror copies nothing while its process looks healthy',
    effect: 'mirror-stopped',
    hazards: ['mirror-stop'],
    on: mirrors,
    knobs: {},
  },
  'region-pause': {
    about: 'all processes of a region stand still',
    effect: 'region-stopped',
    hazards: ['stall'],
    knobs: {},
  },
  'region-crash': {
    about: 'all processes of a region die; disks and users live',
    effect: 'region-stopped',
    hazards: ['crash'],
    knobs: {},
  },
  'region-loss': {
    about: 'all processes of a region die, and its disks are gone; users live',
    effect: 'region-lost',
    hazards: ['crash', 'disk-loss'],
    knobs: {},
  },
  'agent-pause': {
    about: "the region's agent stands still",
    effect: 'agent-stopped',
    hazards: ['stall'],
    knobs: {},
  },
  'agent-crash': {
    about: "the region's agent dies and starts again",
    effect: 'agent-stopped',
    hazards: ['crash'],
    knobs: {},
  },
  'store-freeze': {
    about: 'the vector store stands still',
    effect: 'store-stopped',
    hazards: ['stall'],
    knobs: {},
  },
  'store-crash': {
    about: 'the vector store dies and starts again, empty until it has loaded',
    effect: 'store-stopped',
    hazards: ['crash'],
    knobs: {},
  },
  'log-freeze': {
    about: 'the event log stands still',
    effect: 'log-stopped',
    hazards: ['stall'],
    knobs: {},
  },
  'log-crash': {
    about: 'the event log dies and starts again',
    effect: 'log-stopped',
    hazards: ['crash'],
    knobs: {},
  },
  'log-disk-full': {
    about: 'the event log takes no more records; what it holds can be read',
    effect: 'log-stopped',
    hazards: ['stall'],
    knobs: {},
  },
  'broker-loss': {
    about: '`count` of the 3 brokers of the event log die; an append needs 2',
    effect: 'log-stopped',
    hazards: ['crash'],
    knobs: {
      count: {
        key: 'count',
        reads: 'count',
        least: 1,
        most: 2,
        default: 1,
        about: 'how many of the 3 brokers die',
      },
    },
  },
  'index-rebuild': {
    about: 'the store builds its index anew; searches take `factor` times as long meanwhile',
    effect: 'store-slow',
    hazards: ['stall'],
    knobs: {
      factor: {
        key: 'factor',
        reads: 'factor',
        least: 1.5,
        about: 'how many times as long a search takes',
      },
    },
  },
  'brown-out': {
    about: 'a share of store calls takes `factor` times as long',
    effect: 'store-slow',
    hazards: ['stall'],
    knobs: {
      factor: {
        key: 'factor',
        reads: 'factor',
        above: 1,
        about: 'how many times as long a slow call takes',
      },
      share: {
        key: 'share',
        reads: 'share',
        above: 0,
        default: 1,
        about: 'the share of store calls that is slow',
      },
    },
  },
  'clock-skew': {
    about: 'the wall clock is off by `offset` and runs away by `drift`',
    effect: 'clock-wrong',
    hazards: ['wrong-clock'],
    knobs: {
      offsetUs: {
        key: 'offset',
        reads: 'offset',
        default: 0,
        about: 'how far the clock is off from the start',
      },
      driftPpm: { key: 'drift', reads: 'drift', default: 0, about: 'how fast it runs away' },
    },
  },
  'clock-strobe': {
    about: 'the wall clock jumps by `offset` and back again, every `every`',
    effect: 'clock-wrong',
    hazards: ['wrong-clock'],
    knobs: {
      offsetUs: { key: 'offset', reads: 'offset', about: 'how far the clock jumps' },
      everyUs: {
        key: 'every',
        reads: 'duration',
        above: 0,
        about: 'how long between two jumps, 50ms or more',
      },
    },
  },
  'log-clock-skew': {
    about: "the clock of the region's event log is off by `offset`",
    effect: 'log-clock-wrong',
    hazards: ['wrong-clock'],
    knobs: { offsetUs: { key: 'offset', reads: 'offset', about: 'how far the clock is off' } },
  },
}

export const faultKindNames = Object.keys(faultKinds) as FaultKindName[]

export const effectOf = ({ kind }: Pick<FaultPlan, 'kind'>): FaultEffect => faultKinds[kind].effect

export const linkText = (link: LinkName): string => `${link.from}>${link.to}`

/** `fault cut (partition)`: a fault as messages name it. */
export const faultText = ({ name, kind }: FaultPlan): string =>
  name === kind ? `fault ${kind}` : `fault ${name} (${kind})`
