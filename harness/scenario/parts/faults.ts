import { type FaultKindName, type FaultPlan, faultKindNames, faultText } from '../../model/fault.ts'
import { maskedBy } from '../../model/masking.ts'
import type { Plan } from '../../model/plan.ts'
import { MS, type Us } from '../../model/units.ts'
import type { Names } from '../known.ts'
import { durationText } from '../shown/figures.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { meantKeys } from '../yaml/keys.ts'
import { nounOf, read, reportKey } from '../yaml/reading.ts'
import { list } from '../yaml/spelling.ts'
import { faultOf, faultSchemas } from './fault-kinds.ts'
import { varied } from './varied.ts'

type Common = { at: Us; for: Us; name?: string }
type Entry = { path: Path; kind: FaultKindName; written: Record<string, unknown> & Common }

/** Faults in the order written, times from the start of warm-up; null if any is wrong or the timeline is. */
export function resolveFaults(
  sheet: Sheet,
  names: Names,
  timeline: Plan['timeline'] | null,
): FaultPlan[] | null {
  const written = sheet.at(['faults'])
  if (written === undefined) return timeline ? [] : null
  if (!Array.isArray(written)) {
    const message = `expected a list of faults, found ${nounOf(written)}`
    sheet.report(['faults'], {
      message,
      hint: 'Write faults: [{ partition: a <-> b, at: 30s, for: 40s }].',
    })
    return null
  }
  const before = sheet.problems.length
  const entries: Entry[] = []
  for (const i of written.keys()) {
    const entry = readFault(sheet, ['faults', i], names)
    if (entry) entries.push(entry)
  }
  for (const entry of entries) {
    checkForce(sheet, entry)
    if (timeline) checkTimes(sheet, entry, timeline.runUs)
  }
  const faultNames = nameFaults(sheet, entries)
  if (!timeline || sheet.problems.length > before) return null
  const faults = entries.map(({ kind, written: fault }, i) => ({
    ...faultOf(kind, fault),
    name: faultNames[i] as string,
    atUs: timeline.warmupUs + fault.at,
    untilUs: timeline.warmupUs + fault.at + fault.for,
  }))
  for (const [i, fault] of faults.entries())
    checkTold(sheet, ['faults', i], fault, faults, timeline)
  return sheet.problems.length > before ? null : faults
}

/** A fault that no canary can tell from others in force with it could never be confirmed. */
function checkTold(
  sheet: Sheet,
  path: Path,
  fault: FaultPlan,
  faults: readonly FaultPlan[],
  { warmupUs, runUs, settleUs }: Plan['timeline'],
): void {
  const others = maskedBy(fault, faults, warmupUs + runUs + settleUs)
  if (others.length === 0) return
  const at = (us: Us) => durationText(us - warmupUs)
  const when = ({ atUs, untilUs }: FaultPlan) => `${at(atUs)} to ${at(untilUs)}`
  const names = list(others.map((other) => `${faultText(other)} from ${when(other)}`))
  const firstUs = Math.min(...others.map(({ atUs }) => atUs))
  const lastUs = Math.max(...others.map(({ untilUs }) => untilUs))
  sheet.report(path, {
    message: `${faultText(fault)} from ${when(fault)} could not be confirmed: ${names} ${others.length > 1 ? 'show' : 'shows'} in its canary just as it does`,
    hint: `Choose times that do not overlap: end it by ${at(firstUs)}, or begin it after ${at(lastUs)}.`,
  })
}

function readFault(sheet: Sheet, path: Path, names: Names): Entry | undefined {
  const raw = sheet.at(path)
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    const message = `expected a fault, found ${nounOf(raw)}`
    sheet.report(path, { message, hint: 'Write { partition: a <-> b, at: 30s, for: 40s }.' })
    return undefined
  }
  const kinds = faultKindNames.filter((kind) => Object.hasOwn(raw, kind))
  const [kind] = kinds
  if (kind === undefined) return readMisspelt(sheet, path, names, raw)
  if (kinds.length > 1) {
    const message = `a fault has one kind, this one has ${kinds.length}: ${list(kinds)}`
    sheet.report(path, { message, hint: 'Write one entry for each.' })
    const fields = kinds.flatMap((one) => Object.keys(faultSchemas(names)[one].shape))
    reportStrangers(sheet, path, raw, [...new Set(fields)])
    return undefined
  }
  const written = read(sheet, path, faultSchemas(names)[kind])
  return written && { path, kind, written: written as Entry['written'] }
}

/** No key is a kind: the one that nearly is one is named, and the rest checked as if it were. */
function readMisspelt(sheet: Sheet, path: Path, names: Names, raw: object): Entry | undefined {
  for (const [key, value] of Object.entries(raw)) {
    if (common.includes(key)) continue
    const [kind] = meantKeys(key, faultKindNames) as FaultKindName[]
    if (kind === undefined) continue
    const hint = `Did you mean "${kind}"?`
    sheet.report([...path, key], { message: `unknown fault "${key}"`, hint, at: 'key' })
    const { [key as never]: _, ...rest } = raw
    const entry = { [kind]: value, ...rest }
    const meant = varied(sheet, [{ path, value: entry, at: path }])
    const written = read(
      {
        ...meant,
        report: (at, said) =>
          sheet.report(
            at.map((k) => (k === kind ? key : k)),
            said,
          ),
      },
      path,
      faultSchemas(names)[kind],
    )
    return written && { path, kind, written: written as Entry['written'] }
  }
  const fields = faultKindNames.flatMap((kind) => Object.keys(faultSchemas(names)[kind].shape))
  const strangers = Object.keys(raw).filter((key) => !fields.includes(key))
  const [stranger, ...others] = strangers
  const message = stranger === undefined ? 'this fault has no kind' : `unknown fault "${stranger}"`
  const hint = `One key must name what goes wrong: ${faultKindNames.join(', ')}.`
  if (stranger === undefined) sheet.report(path, { message, hint })
  else sheet.report([...path, stranger], { message, hint, at: 'key' })
  for (const key of others) reportKey(sheet, [...path, key], common)
  return undefined
}

/** Keys of every fault beside its kind. */
const common = ['at', 'for', 'name']

function reportStrangers(sheet: Sheet, path: Path, raw: object, known: readonly string[]): void {
  for (const key of Object.keys(raw))
    if (!known.includes(key)) reportKey(sheet, [...path, key], known)
}

function checkForce(sheet: Sheet, { path, kind, written }: Entry): void {
  if (kind === 'clock-skew' && written.offset === 0 && written.drift === 0)
    sheet.report(path, {
      message: 'this clock-skew moves no clock',
      hint: 'Give offset (such as -30s) or drift (such as 200ppm).',
    })
  if ((kind === 'log-clock-skew' || kind === 'clock-strobe') && written.offset === 0)
    sheet.report(path, {
      message: `this ${kind} moves no clock`,
      hint: 'Give an offset such as -30s.',
    })
  if (kind === 'clock-strobe' && (written.every as Us) < STROBE_LEAST_US)
    sheet.report([...path, 'every'], {
      message: `every ${durationText(written.every as Us)} is too quick to be seen`,
      hint: `Write every: ${durationText(STROBE_LEAST_US)} or more.`,
    })
}

/** Readings of a clock are no closer than this: what is quicker could not be confirmed. */
const STROBE_LEAST_US: Us = 50 * MS

function checkTimes(sheet: Sheet, { path, written }: Entry, runUs: Us): void {
  const endUs = written.at + written.for
  const hint = `Arrivals end ${durationText(runUs)} after warm-up (timeline.run): begin earlier or run longer.`
  if (written.at >= runUs)
    sheet.report([...path, 'at'], {
      message: `the fault begins at ${durationText(written.at)}, after arrivals have ended`,
      hint,
    })
  else if (endUs > runUs)
    sheet.report([...path, 'for'], {
      message: `the fault ends at ${durationText(endUs)}, after arrivals have ended`,
      hint: hint.replace('begin earlier', 'shorten it'),
    })
}

/** A name that is not given is the kind, then kind-2 and so on, past names that are. */
function nameFaults(sheet: Sheet, entries: readonly Entry[]): string[] {
  const taken = new Set<string>()
  for (const { path, written } of entries) {
    if (written.name === undefined) continue
    if (taken.has(written.name))
      sheet.report([...path, 'name'], {
        message: `two faults are called "${written.name}"`,
        hint: 'Phases are named after faults: give each its own name.',
      })
    taken.add(written.name)
  }
  return entries.map(({ kind, written }) => {
    if (written.name !== undefined) return written.name
    let name: string = kind
    for (let n = 2; taken.has(name); n++) name = `${kind}-${n}`
    taken.add(name)
    return name
  })
}
