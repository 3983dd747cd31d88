import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { UsageError } from '../model/errors.ts'
import type { PlanEvent, RecordEvent } from '../model/record.ts'
import type { Us } from '../model/units.ts'

const CHUNK_BYTES = 1 << 20

/** A record that cannot be read: not there, not a record, or damaged in the middle. */
export class RecordError extends UsageError {
  constructor(message: string) {
    super(message)
    this.name = 'RecordError'
  }
}

/** Where a record that was cut off ends: its last line, and the time of the last event that is whole. */
export type CutOff = { line: number; lastUs: Us }

export type ReadEnd = {
  /** Whole events. */
  lines: number
  /** Largest time seen. */
  lastUs: Us
  /** Present if the last line is only part of an event. */
  cutOff: CutOff | null
}

/**
 * Reads a record event by event, first the plan, with 1-based line numbers. Of a last line that is cut off only
 * its place is told; anything else that is no event is a RecordError with its line. What several processes told
 * one writer stands in the order of hearing: it is handed over in order of time, with the lines it stands on.
 */
export function readRecord(
  path: string,
  take: (event: RecordEvent, line: number) => void,
): ReadEnd {
  const end: ReadEnd = { lines: 0, lastUs: 0, cutOff: null }
  let damaged: { line: number; why: string } | null = null
  let heard: [RecordEvent, number][] | null = null
  eachLine(path, (text, line) => {
    if (damaged) throw notAnEvent(path, damaged)
    const event = parse(text)
    if (typeof event === 'string') {
      damaged = { line, why: event }
      return
    }
    if (line === 1) checkPlan(path, event)
    end.lines = line
    if (event.t > end.lastUs) end.lastUs = event.t
    if (event.type === 'plan' && event.plan.world !== 'sim') heard = []
    if (heard) heard.push([event, line])
    else take(event, line)
  })
  for (const [event, line] of byTime(heard ?? [])) take(event, line)
  const last = damaged as { line: number; why: string } | null
  if (end.lines === 0) throw noPlan(path, last ? 'its first line is cut off' : 'it is empty')
  if (last) end.cutOff = { line: last.line, lastUs: end.lastUs }
  return end
}

const byTime = (heard: [RecordEvent, number][]) =>
  heard.sort(([a, lineA], [b, lineB]) => a.t - b.t || lineA - lineB)

/**
 * Calls `take` with every line of a text file and its 1-based number; the last one counts with or without its
 * line end. Reads by chunks: memory does not grow with the file. Throws RecordError if there is no such file.
 */
export function eachLine(path: string, take: (text: string, line: number) => void): void {
  const file = open(path)
  try {
    const decoder = new StringDecoder('utf8')
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    let rest = ''
    let line = 0
    for (;;) {
      const bytes = readSync(file, chunk, 0, CHUNK_BYTES, null)
      if (bytes === 0) break
      const texts = (rest + decoder.write(chunk.subarray(0, bytes))).split('\n')
      rest = texts.pop() ?? ''
      for (const text of texts) take(text, ++line)
    }
    rest += decoder.end()
    if (rest !== '') take(rest, ++line)
  } finally {
    closeSync(file)
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new RecordError(
      `cannot read ${path} (${code ?? error}). Give a run directory that holds record.jsonl, such as runs/latest.`,
    )
  }
}

/** The event, or why the text is none. */
function parse(text: string): RecordEvent | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return (error as Error).message
  }
  const event = value as Partial<RecordEvent> | null
  if (typeof event?.type !== 'string' || typeof event.t !== 'number')
    return 'an event is an object with "type" and "t"'
  return event as RecordEvent
}

function notAnEvent(path: string, { line, why }: { line: number; why: string }): RecordError {
  return new RecordError(
    `${path}:${line}: not an event of a record: ${why}. Only the last line may be cut off; was the file edited?`,
  )
}

function noPlan(path: string, why: string): RecordError {
  return new RecordError(
    `${path} is no record: ${why}. A record begins with a line of type "plan".`,
  )
}

function checkPlan(path: string, event: RecordEvent): asserts event is PlanEvent {
  if (event.type !== 'plan') throw noPlan(path, `its first line is of type "${event.type}"`)
  const format = event.plan?.format
  if (format !== 1)
    throw new RecordError(
      `${path} has format ${String(format)}; this Faultline reads format 1. Try the version that wrote it: ${event.faultline}.`,
    )
}
