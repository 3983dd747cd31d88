import type { CheckerName } from '../../model/checker.ts'
import type { Guarantees } from '../../model/guarantees.ts'
import type { Layout } from '../../model/layout.ts'
import type { MetricName } from '../../model/metric.ts'
import type { Plan } from '../../model/plan.ts'
import { eachLine, readRecord } from '../../record/reader.ts'
import { checkers } from '../checkers/checkers.ts'
import type { Checked, Checking } from '../checkers/finding.ts'
import { type Facts, factsOf } from '../facts/facts.ts'
import { readHistory } from '../facts/history.ts'
import { measures } from '../metrics/measures.ts'
import { parseSelector, type Selector, SelectorError } from './selector.ts'

/** A line of a record as it stands there; numbers count from 1. */
type RecordLine = { number: number; text: string }

/** What the system of a plan promises, and where it keeps points. */
type Judging = {
  guaranteesFor: (plan: Plan) => Guarantees
  layoutFor: (plan: Plan) => Layout
}

/**
 * The lines of a record that a selector means, in order: `op=17` (the operation and every hop of its write),
 * `id=5012`, `line=1200`, `type=fault`, `finding=lost-writes` (its witnesses), or
 * `metric=search.response,region=us-east,phase=baseline` (what that figure is made of). Throws SelectorError and
 * RecordError.
 */
export function selectLines(recordPath: string, selector: string, judging: Judging): RecordLine[] {
  return quoteLines(recordPath, numbersOf(recordPath, parseSelector(selector), judging))
}

/** What a selector without lines means: `good` where nothing to show is what one hopes for, `blind` without evidence. */
export type NoLines = { sentence: string; news: 'good' | 'blind' | 'none' }

/** Why a selector has no lines. Throws SelectorError and RecordError. */
export function whyNoLines(recordPath: string, selector: string, judging: Judging): NoLines {
  const parsed = parseSelector(selector)
  const none = { sentence: `no line of ${recordPath} matches ${selector}`, news: 'none' } as const
  if (parsed.kind === 'finding') return whyNoWitness(parsed.checker, recordPath, judging) ?? none
  if (parsed.kind !== 'figure') return none
  return whyNoneCounted(parsed.metric, factsFor(recordPath, judging)) ?? none
}

function whyNoWitness(name: CheckerName, recordPath: string, judging: Judging): NoLines | null {
  const finding = findingOf(name, recordPath, judging)
  if (!finding) return { sentence: `${name} has nothing to check in this run.`, news: 'blind' }
  const { verdict, because } = finding
  const sentence = `${name} has no witnesses to show. ${verdict}: ${because}`
  if (verdict === 'fail') return { sentence, news: 'none' }
  return { sentence, news: verdict === 'pass' ? 'good' : 'blind' }
}

/** Of what should not have happened, none is good news where it could have been seen. */
function whyNoneCounted(metric: MetricName, facts: Facts): NoLines | null {
  const { couldShow } = measures[metric]
  if (!couldShow) return null
  return couldShow(facts)
    ? { sentence: `Nothing to show: ${metric} is 0 there.`, news: 'good' }
    : { sentence: `Nothing to show: ${metric} was not measured in this run.`, news: 'blind' }
}

/** The lines with these numbers, in order. */
function quoteLines(recordPath: string, numbers: Iterable<number>): RecordLine[] {
  const wanted = new Set(numbers)
  const found: RecordLine[] = []
  if (wanted.size === 0) return found
  eachLine(recordPath, (text, number) => {
    if (wanted.has(number)) found.push({ number, text })
  })
  return found
}

function numbersOf(recordPath: string, selector: Selector, judging: Judging): number[] {
  switch (selector.kind) {
    case 'line':
      return selector.lines
    case 'finding':
      return (findingOf(selector.checker, recordPath, judging)?.events ?? []).flatMap(
        ({ lines }) => lines,
      )
    case 'figure':
      return measures[selector.metric].lines(selector.where, factsFor(recordPath, judging))
    case 'type':
      return linesOfType(recordPath, selector.type)
    case 'op':
      return linesAbout(recordPath, ({ op, write }) => op === selector.op || write === selector.op)
    case 'id':
      return linesAbout(recordPath, ({ id, ids }) => id === selector.id || has(ids, selector.id))
  }
}

function findingOf(name: CheckerName, recordPath: string, judging: Judging): Checked | null {
  const facts = factsFor(recordPath, judging)
  const { check }: Checking = checkers[name]
  return check(facts, judging.guaranteesFor(facts.history.plan))
}

function factsFor(recordPath: string, { layoutFor }: Judging): Facts {
  const history = readHistory(recordPath)
  return factsOf(history, layoutFor(history.plan))
}

type Fields = { op?: unknown; write?: unknown; id?: unknown; ids?: unknown }

const has = (list: unknown, value: number): boolean => Array.isArray(list) && list.includes(value)

/** Events about something, and the end of every operation whose beginning is. Scans are about everything. */
function linesAbout(recordPath: string, isMeant: (event: Fields) => boolean): number[] {
  const lines: number[] = []
  const ops = new Set<number>()
  readRecord(recordPath, (event, line) => {
    const meant = event.type !== 'scan' && isMeant(event as Fields)
    if (event.type === 'op.start' && meant) ops.add(event.op)
    const follows = (event.type === 'op.end' || event.type === 'op.try') && ops.has(event.op)
    if (meant || follows) lines.push(line)
  })
  return lines
}

function linesOfType(recordPath: string, type: string): number[] {
  const lines: number[] = []
  const types = new Set<string>()
  readRecord(recordPath, (event, line) => {
    types.add(event.type)
    if (event.type === type) lines.push(line)
  })
  if (lines.length > 0) return lines
  throw new SelectorError(
    `no line is of type "${type}"; this record has ${[...types].sort().join(', ')}`,
  )
}
