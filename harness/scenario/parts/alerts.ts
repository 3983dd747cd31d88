import type {
  AlertExpectation,
  AlertExpr,
  AlertPlan,
  AlertRule,
  AlertTerm,
} from '../../model/alert.ts'
import type { Us } from '../../model/units.ts'
import type { Known } from '../known.ts'
import { durationText } from '../shown/figures.ts'
import { openSheet, type Path, type Sheet, type SourceFile } from '../yaml/document.ts'
import { inFileOrder, type Problem } from '../yaml/problem.ts'
import { nounOf, read, reportKey } from '../yaml/reading.ts'
import { didYouMean } from '../yaml/spelling.ts'
import { readAlertExpr } from './alert-expr.ts'
import {
  type AlertExpectWritten,
  type AlertMapWritten,
  type AlertRuleWritten,
  alertGroupSchema,
  alertMapSchema,
  alertRuleSchema,
} from './alert-schema.ts'
import { alertDefaults } from './defaults.ts'

/** A series that was last read longer ago is gone, for Prometheus after 5m; it asks for 2m at most. */
const LONGEST_SCRAPE_US: Us = 120_000_000

/** Rules in order, each with where it stands. */
type Rules = Map<AlertRule, { sheet: Sheet; path: Path }>
type Given = { rules: AlertRule[]; scrapeUs: Us; expect: AlertExpectation[] }

/** How often rules are evaluated and exporters read, as far as an outer level gives it. */
type Often = { interval?: Us | undefined; scrape?: Us | undefined }

/** What expectations may name; null where it could not be read. */
type Faults = readonly string[] | null

/**
 * The alerts of a scenario, as part of its plan; no part if it has none, or if anything is wrong with them. `faults` are
 * the names of its faults. Rules of a file are read from it; what is wrong there is reported there.
 */
export function resolveAlerts(sheet: Sheet, known: Known, faults: Faults): { alerts?: AlertPlan } {
  const written = sheet.at(['alerts'])
  if (written === undefined) return {}
  const before = sheet.problems.length
  const given =
    typeof written === 'string'
      ? fromFile(sheet, ['alerts'], written, known, {})
      : givenAt(sheet, ['alerts'], faults, {}, (path, name, often) =>
          fromFile(sheet, path, name, known, often),
        )
  const alerts = planOf(given)
  if (sheet.problems.length === before && !alerts)
    sheet.report(['alerts'], { message: 'there is no rule', hint: aRule })
  return sheet.problems.length > before || !alerts ? {} : { alerts }
}

/**
 * The rules of a file of their own: a rule file of Prometheus (`groups:`), or what may stand under `alerts:`. `faults`:
 * names that its expectations may use; null: any. `often`: in the place of what the file says.
 */
export function readAlertFile(
  source: SourceFile,
  faults: Faults,
  often: Often = {},
): { alerts: AlertPlan } | { problems: Problem[] } {
  const { sheet, usable } = openSheet(source)
  const given = usable ? fileAt(sheet, faults, often) : null
  if (sheet.problems.length > 0) return { problems: inFileOrder(sheet.problems, source.file) }
  const alerts = planOf(given)
  if (alerts) return { alerts }
  sheet.report([], { message: 'there are no rules in this file', hint: aRule })
  return { problems: sheet.problems }
}

const aRule =
  'Write groups: [{ name: a, rules: [{ alert: Lag, expr: replication_lag_seconds > 2 }] }].'

function planOf(given: Given | null): AlertPlan | null {
  if (!given || given.rules.length === 0) return null
  return { scrapeUs: given.scrapeUs, rules: given.rules, expect: given.expect }
}

function fileAt(sheet: Sheet, faults: Faults, often: Often): Given | null {
  const { value } = sheet
  if (typeof value === 'object' && value !== null && 'groups' in value)
    return groupsOf(sheet, value, often)
  return givenAt(sheet, [], faults, often, (path) => {
    const hint = 'Write the rules themselves.'
    sheet.report(path, { message: 'a file of rules cannot name another', hint })
    return null
  })
}

function fromFile(
  sheet: Sheet,
  path: Path,
  name: string,
  known: Known,
  often: Often,
): Given | null {
  const source = known.fileBeside(sheet.place(path).file, name)
  if ('wrong' in source) {
    const message = `${nounOf(name)} cannot be read: ${source.wrong}`
    sheet.report(path, { message, hint: 'The path counts from the scenario file.' })
    return null
  }
  const { sheet: own, usable } = openSheet(source)
  const given = usable ? fileAt(own, null, often) : null
  if (own.problems.length === 0 && !given)
    sheet.report(path, { message: `there are no rules in ${source.file}`, hint: aRule })
  sheet.problems.push(...own.problems)
  return given
}

/** The groups of a rule file of Prometheus. */
function groupsOf(sheet: Sheet, value: object, { interval, scrape }: Often): Given | null {
  for (const key of Object.keys(value)) if (key !== 'groups') reportKey(sheet, [key], ['groups'])
  const groups = sheet.at(['groups'])
  if (!Array.isArray(groups)) {
    sheet.report(['groups'], { message: 'expected a list of groups', hint: aRule })
    return null
  }
  const { everyUs, scrapeUs } = alertDefaults
  const found = groups.map((_, i) => {
    const path = ['groups', i]
    const group = read(sheet, path, alertGroupSchema)
    checkOften(sheet, [...path, 'interval'], group?.interval)
    return rulesAt(sheet, [...path, 'rules'], group?.interval ?? interval ?? everyUs)
  })
  return checked(new Map(found.flatMap((written) => [...written])), scrape ?? scrapeUs)
}

/** Rules with the place of each; reports what is wrong with them. */
function checked(rules: Rules, scrapeUs: Us): Given {
  checkRules(rules, scrapeUs)
  return { rules: [...rules.keys()], scrapeUs, expect: [] }
}

/** A list of rules, or a map with one; `named` reads the rules of a file. */
function givenAt(
  sheet: Sheet,
  path: Path,
  faults: Faults,
  outer: Often,
  named: (path: Path, name: string, often: Often) => Given | null,
): Given | null {
  const value = path.length === 0 ? sheet.value : sheet.at(path)
  if (Array.isArray(value)) return listAt(sheet, path, outer)
  if (typeof value !== 'object' || value === null) {
    const message = `expected a list of rules or { rules, expect }, found ${nounOf(value)}`
    sheet.report(path, { message, hint: aRule })
    return null
  }
  const ruleList = (value as Record<string, unknown>)['rules']
  // Rules are read one by one, so that a rule that is wrong does not hide the others.
  const raw = Array.isArray(ruleList) ? { ...value, rules: 'read apart' } : value
  const map = read(sheet, path, alertMapSchema, raw)
  if (!map) return null
  checkTimes(sheet, path, map)
  const often = { interval: outer.interval ?? map.interval, scrape: outer.scrape ?? map.scrape }
  const at = [...path, 'rules']
  const given = Array.isArray(ruleList)
    ? listAt(sheet, at, often)
    : named(at, String(ruleList), often)
  if (!given) return null
  const own = expectationsAt(sheet, [...path, 'expect'], map.expect, given.rules, faults)
  return { ...given, expect: [...given.expect, ...own] }
}

function listAt(sheet: Sheet, path: Path, { interval, scrape }: Often): Given {
  const { everyUs, scrapeUs } = alertDefaults
  const rules = rulesAt(sheet, path, interval ?? everyUs)
  return checked(rules, scrape ?? scrapeUs)
}

/** No Prometheus evaluates more often, and a run of an hour stays quick to look through. */
const SHORTEST_US: Us = 1_000_000

function checkOften(sheet: Sheet, path: Path, us: Us | undefined): void {
  if (us !== undefined && us < SHORTEST_US)
    sheet.report(path, { message: `${durationText(us)} is too often`, hint: 'Write 1s or more.' })
}

function checkTimes(sheet: Sheet, path: Path, { scrape, interval }: AlertMapWritten): void {
  checkOften(sheet, [...path, 'scrape'], scrape)
  checkOften(sheet, [...path, 'interval'], interval)
  if (scrape !== undefined && scrape > LONGEST_SCRAPE_US)
    sheet.report([...path, 'scrape'], {
      message: 'exporters are read too seldom for Prometheus, which forgets a series after 5m',
      hint: 'Write 2m at most.',
    })
}

function rulesAt(sheet: Sheet, path: Path, everyUs: Us): Rules {
  const list = path.length === 0 ? sheet.value : sheet.at(path)
  const written: Rules = new Map()
  for (const [i, one] of Array.isArray(list) ? list.entries() : []) {
    const at = [...path, i]
    if (isRecording(one)) {
      const hint = 'Write its expression into the rule that asks for it.'
      sheet.report([...at, 'record'], { message: 'a recording rule is no alert', hint, at: 'key' })
      continue
    }
    const rule = read(sheet, at, alertRuleSchema)
    const found = rule && ruleOf(sheet, at, rule, everyUs)
    if (found) written.set(found, { sheet, path: at })
  }
  return written
}

const isRecording = (rule: unknown): boolean =>
  typeof rule === 'object' && rule !== null && 'record' in rule

function ruleOf(sheet: Sheet, path: Path, rule: AlertRuleWritten, everyUs: Us): AlertRule | null {
  const text = rule.expr.trim().replace(/\s+/g, ' ')
  const found = readAlertExpr(text)
  if ('wrong' in found) {
    sheet.report([...path, 'expr'], { message: `expr: ${found.wrong}`, hint: found.hint })
    return null
  }
  return {
    alert: rule.alert,
    text,
    expr: found.expr,
    forUs: rule.for ?? 0,
    keepFiringForUs: rule.keep_firing_for ?? 0,
    everyUs,
    labels: rule.labels ?? {},
    annotations: rule.annotations ?? {},
  }
}

/** What is wrong with rules that could each be read. */
function checkRules(rules: Rules, scrapeUs: Us): void {
  const seen = new Set<string>()
  for (const [rule, { sheet, path }] of rules) {
    const key = JSON.stringify([rule.alert, rule.expr, rule.labels])
    if (seen.has(key))
      sheet.report(path, {
        message: `the rule ${rule.alert} is written twice`,
        hint: 'Keep one of them.',
      })
    seen.add(key)
    checkWindow(sheet, path, rule.expr, scrapeUs)
  }
}

/** Two readings are needed to see growth. */
function checkWindow(sheet: Sheet, path: Path, { term, divisor }: AlertExpr, scrapeUs: Us): void {
  for (const { reading } of [term, divisor].filter((one): one is AlertTerm => one !== null)) {
    if (!['rate', 'increase', 'quantile'].includes(reading.read) || !('windowUs' in reading))
      continue
    if (reading.windowUs >= 2 * scrapeUs) continue
    sheet.report([...path, 'expr'], {
      message: `a window of ${durationText(reading.windowUs)} never has two readings: exporters are read every ${durationText(scrapeUs)}`,
      hint: `Write [${durationText(4 * scrapeUs)}], or at least [${durationText(2 * scrapeUs)}].`,
    })
  }
}

function expectationsAt(
  sheet: Sheet,
  path: Path,
  written: AlertExpectWritten | undefined,
  rules: readonly AlertRule[],
  faults: Faults,
): AlertExpectation[] {
  const fire = (written?.fire ?? []).map((one, i): AlertExpectation => {
    const { alert, within, fault } =
      typeof one === 'string'
        ? { alert: one }
        : (one as { alert: string; within?: Us; fault?: string })
    const at = [...path, 'fire', i]
    checkAlert(sheet, at, alert, rules)
    const forUs = rules.find((rule) => rule.alert === alert)?.forUs ?? 0
    if (within !== undefined && within < forUs)
      sheet.report(at, {
        message: `${alert} cannot fire within ${durationText(within)}: its condition has to hold for ${durationText(forUs)}`,
        hint: 'Write a longer within.',
      })
    if (fault !== undefined && faults && !faults.includes(fault))
      sheet.report([...at, 'fault'], {
        message: `unknown fault "${fault}"`,
        hint: didYouMean(fault, faults, 'faults'),
      })
    if (fault === undefined && faults?.length === 0)
      sheet.report(at, {
        message: `${alert} is to fire for every fault, and there is none`,
        hint: 'Write a fault under faults:, or take it out.',
      })
    return { expect: 'fire', alert, fault: fault ?? null, withinUs: within ?? null }
  })
  const quiet = (written?.quiet ?? []).map((alert, i): AlertExpectation => {
    const at = [...path, 'quiet', i]
    checkAlert(sheet, at, alert, rules)
    if (fire.some((other) => other.alert === alert))
      sheet.report(at, {
        message: `"${alert}" cannot both fire and stay quiet`,
        hint: 'Take it out of one of the lists.',
      })
    return { expect: 'quiet', alert }
  })
  return [...fire, ...quiet]
}

/** An expectation is of one rule. */
function checkAlert(sheet: Sheet, path: Path, alert: string, rules: readonly AlertRule[]): void {
  const named = rules.filter((rule) => rule.alert === alert).length
  const names = [...new Set(rules.map((rule) => rule.alert))]
  if (named === 0)
    sheet.report(path, {
      message: `unknown alert "${alert}"`,
      hint: didYouMean(alert, names, 'alerts'),
    })
  if (named > 1)
    sheet.report(path, {
      message: `${named} rules are called ${alert}`,
      hint: 'Give them names of their own.',
    })
}
