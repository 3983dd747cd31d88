import type { Us } from './units.ts'

/** What an exporter shows: one number now, a number that only grows, or how long each of many things took. */
export type AlertMetricType = 'gauge' | 'counter' | 'histogram'

/** Everything known of a metric that rules may ask for, but for the code that reads it from the record. */
export type AlertMetric = {
  type: AlertMetricType
  about: string
  labels: readonly string[]
  /** Of what only real servers have: why the simulator does not record it. Absent: it is recorded in every world. */
  notSimulated?: string
}

const onLinks = ['link', 'from', 'to'] as const

/**
 * Everything that `expr` may ask for, by the name an exporter would give it, in base units. Of a histogram there are also
 * the counters `<name>_count` and `<name>_sum`.
 */
const table = {
  search_response_seconds: {
    type: 'histogram',
    about: 'searches by the region of the user: intended start to answer, once it is there',
    labels: ['region'],
  },
  fetch_response_seconds: {
    type: 'histogram',
    about: 'the same of fetches by id',
    labels: ['region'],
  },
  write_response_seconds: {
    type: 'histogram',
    about: 'the same of upserts and deletes',
    labels: ['region'],
  },
  replication_lag_seconds: {
    type: 'gauge',
    about:
      'how long ago the oldest write was acknowledged that cannot be found at the far end of the link yet; 0 if none',
    labels: onLinks,
  },
  replication_backlog_writes: {
    type: 'gauge',
    about: 'how many acknowledged writes cannot be found at the far end of the link yet',
    labels: onLinks,
  },
  operations_total: {
    type: 'counter',
    about: 'operations that have ended; outcome is ok, fail, unknown (no answer in time) or shed',
    labels: ['region', 'operation', 'outcome'],
  },
  operations_in_flight: {
    type: 'gauge',
    about: 'operations that are due and have not ended yet',
    labels: ['region'],
  },
  link_bytes_total: {
    type: 'counter',
    about: 'bytes sent over a directed link',
    labels: onLinks,
  },
  up: {
    type: 'gauge',
    about: '1 while an agent (job="agent") or a store (job="store") is there to answer, else 0',
    labels: ['job', 'region'],
  },
  cpu_busy_ratio: {
    type: 'gauge',
    about: 'share of all cores of the machine in use by anybody, since the reading before',
    labels: [],
    notSimulated: 'the simulator has no processors',
  },
  server_figure: {
    type: 'gauge',
    about: 'what a server says of itself, such as figure="group-lag applier"',
    labels: ['region', 'figure'],
    notSimulated: 'servers of the simulator say nothing of themselves',
  },
} as const satisfies Record<string, AlertMetric>

export type AlertMetricName = keyof typeof table

export const alertMetrics: Readonly<Record<AlertMetricName, AlertMetric>> = table

/** One condition on a label of a series; patterns are anchored at both ends. */
export type LabelMatcher = { label: string; is: '=' | '!=' | '=~' | '!~'; value: string }

/** Series of one metric; `part`: of a histogram, a counter of its own. */
export type AlertSelector = {
  metric: AlertMetricName
  part?: 'count' | 'sum'
  matchers: LabelMatcher[]
}

export const overTimeFunctions = ['avg', 'max', 'min', 'sum', 'count', 'last'] as const
export const aggregations = ['sum', 'avg', 'max', 'min', 'count'] as const

/** What is read of each series at one moment: its value, or one over the `windowUs` before. */
export type AlertReading =
  | { read: 'now'; of: AlertSelector }
  | { read: (typeof overTimeFunctions)[number]; of: AlertSelector; windowUs: Us }
  | { read: 'rate' | 'increase'; of: AlertSelector; windowUs: Us }
  /** `by`: which labels stay when histograms are summed before; null: they are not summed. */
  | { read: 'quantile'; q: number; of: AlertSelector; windowUs: Us; by: string[] | null }

/** A reading of each series, or of groups of series that are taken together by the labels of `by`. */
export type AlertTerm = {
  reading: AlertReading
  together: { how: (typeof aggregations)[number]; by: string[] } | null
}

export type Comparison = '>' | '>=' | '<' | '<=' | '==' | '!='

/** `term comparison bound`, or `term / divisor comparison bound`. */
export type AlertExpr = {
  term: AlertTerm
  divisor: AlertTerm | null
  comparison: Comparison
  bound: number
}

export const termsOf = ({ term, divisor }: AlertExpr): AlertTerm[] =>
  divisor === null ? [term] : [term, divisor]

/** One alerting rule, as Prometheus has them. Texts of labels and annotations are kept as written: no template is filled in. */
export type AlertRule = {
  alert: string
  /** As written, on one line. */
  text: string
  expr: AlertExpr
  forUs: Us
  keepFiringForUs: Us
  /** How often it is evaluated. */
  everyUs: Us
  labels: Record<string, string>
  annotations: Record<string, string>
}

/** What CI may hold alerts to. */
export type AlertExpectation =
  /** It fires for the fault (null: for every fault) within so long of its beginning, and never without a fault. */
  | { expect: 'fire'; alert: string; fault: string | null; withinUs: Us | null }
  /** It never fires. */
  | { expect: 'quiet'; alert: string }

/** Rules of a run, how often its exporters are read, and what is expected of the rules. */
export type AlertPlan = { scrapeUs: Us; rules: AlertRule[]; expect: AlertExpectation[] }

/**
 * How one series of a rule went once: its condition came to hold at `activeUs`; at `firedUs` it had held for `for`, or
 * never did (null); at `endedUs` the rule was evaluated without it, or with the end of the record still active (null).
 */
export type AlertEpisode = {
  labels: Record<string, string>
  activeUs: Us
  firedUs: Us | null
  endedUs: Us | null
  /** Faults within whose reach it became active or began to fire. */
  faults: string[]
  /** It fired outside the reach of every fault, after warm-up. */
  wrong: boolean
}

/** What one rule did about one fault. */
export type AlertOnFault = {
  fault: string
  confirmed: boolean
  /** From the beginning of the fault until it first fired because of it; null: it was silent. */
  firedAfterUs: Us | null
  /** How long the fault was in force; null: until the record ended. */
  lastsUs: Us | null
  /** From the heal until it last fired; null: it did not after it. A lower bound if `open`: it fired until the record ended. */
  afterHealUs: Us | null
  open: boolean
  /** Some series of it fired already when the fault began: nobody is woken twice. */
  already: boolean
  /** Its condition held when the record ended, and not for `for` yet: it might have fired. */
  pendingAtEnd: boolean
  /** Of each series that fired the same, the first to fire first. */
  series: {
    labels: Record<string, string>
    firedAfterUs: Us
    afterHealUs: Us | null
    open: boolean
  }[]
  /** The longest that it was active in one go because of the fault: from its first evaluation to its last; null: never. */
  heldUs: Us | null
}

/** What one rule did in a run. `cannotTell`: why it cannot be evaluated, as a sentence; all else is empty then. */
export type AlertOutcome = {
  rule: AlertRule
  cannotTell: string | null
  /** Evaluations, and at how many of them there was any value to compare. */
  evaluations: number
  withData: number
  episodes: AlertEpisode[]
  faults: AlertOnFault[]
}

/** What came of one expectation. */
export type AlertVerdict = {
  expectation: AlertExpectation
  verdict: 'pass' | 'fail' | 'unknown'
  because: string
}
