import type { Us } from './units.ts'

/** Service time: base + tail × Exp(1). A tail of 0 is a constant. */
export type ServiceTime = { baseUs: Us; tailUs: Us }

/** Where a value of a profile comes from: shown in every simulated report. */
export type ProfileRow = { key: string; value: string; source: string }

/**
 * How far one metric came out beside real servers, over all places and phases where both worlds measured it. `share`:
 * simulated / real - 1; `difference`: simulated - real, in the metric's own unit. `worst` is the furthest from 0 of
 * those that are apart by more than the worlds can tell; if none is, `small`.
 */
export type TwinError = {
  /** `search.response p50`, `lag logged-mirrored p90`, `catch-up`. */
  metric: string
  kind: 'share' | 'difference'
  median: number
  worst: number
  /** Where the worst was: `us-east, baseline`. */
  at: string
  cells: number
  small?: boolean
}

/** One plan run on real servers and in the simulator with this profile: `faultline twin FILE --write`. */
export type TwinRun = {
  scenario: string
  seed: number
  /** Day of the real run, `2026-11-21`. */
  date: string
  faultline: string
  servers: string
  machine: string
  errors: TwinError[]
}

/**
 * Bytes that a connection over a link carries at most without an acknowledgement, by what talks over it: fetches of
 * mirrors, agents' calls to a log and to a store of another region, messages between agents and users. 0: no bound.
 */
export type Windows = { mirror: number; log: number; store: number; agent: number }

/** How fast the simulated servers are: measured on real ones, transcribed row by row. */
export type Profile = {
  name: string
  store: {
    /** Calls served at once; the rest queue, first come first served. */
    workers: number
    /** Client and wire time of a call that holds no worker. */
    overheadUs: Us
    search: ServiceTime
    upsert: ServiceTime
    /** Added per point beyond the first in one upsert; a fetch of many costs what a fetch of one does. */
    perPointUs: Us
    fetch: ServiceTime
    /** Scan time per 1,000 points. */
    scanPerThousandUs: Us
    /** Writes become searchable at the first tick at least `visibleAfterUs` after their acknowledgement. */
    tickUs: Us
    visibleAfterUs: Us
    /** Process start until calls are answered, and until the data is loaded (success with 0 rows before). */
    restartUs: Us
    loadedUs: Us
    /** Build time of a sealed graph per 1,000 points. */
    sealPerThousandUs: Us
  }
  log: { append: ServiceTime; read: ServiceTime; restartUs: Us }
  mirror: {
    /** Between the arrival of a batch and its produce to the local log. */
    process: ServiceTime
    /** Added to a batch that is committed as a transaction: exactly-once mirrors. */
    commitUs: Us
    /** Back-off before a broken connection is used again. */
    reconnectUs: Us
    restartUs: Us
    /** A fetch is answered empty after this long without records. */
    maxWaitUs: Us
    /** Records written to the target at once at most; a fetch may bring more. */
    batch: number
  }
  agent: { restartUs: Us }
  /** Absent: no bounds. */
  windows?: Windows
  rows: ProfileRow[]
  /** Comparisons with real servers; absent if there were none with these values. */
  twin?: TwinRun[]
}
