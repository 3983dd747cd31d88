import type { WriteId } from './point.ts'
import type { RegionName, Us } from './units.ts'

/** Attributes of a span or of a moment in it. Whole numbers and texts only: a figure that is none has no place in OTLP/JSON. */
export type TraceAttributes = Record<
  string,
  string | number | boolean | readonly string[] | readonly number[]
>

/** A stretch of an operation's life in one region, in µs of the run. */
export type TraceSpan = {
  name: string
  /** Whose time it is. */
  region: RegionName
  /** Which span of the trace it belongs to, by its place; null for the first. */
  parent: number | null
  fromUs: Us
  /** Never before `fromUs`. Of a span that is `cutOff` the moment until which it was watched. */
  toUs: Us
  /** Why it is no success, as a sentence; absent if it is one. */
  wrong?: string
  /** What it ends with was not seen: it lasted at least so long. */
  cutOff?: true
  attributes: TraceAttributes
  moments: { us: Us; name: string; attributes: TraceAttributes }[]
}

/** The life of one operation; the first span is what its user saw. */
export type Trace = { op: WriteId; spans: TraceSpan[] }
