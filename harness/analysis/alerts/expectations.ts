import type {
  AlertExpectation,
  AlertOnFault,
  AlertOutcome,
  AlertVerdict,
} from '../../model/alert.ts'
import { counted, durationText } from '../../text/value.ts'

type Judged = Pick<AlertVerdict, 'verdict' | 'because'>

/**
 * Expectations against what the rules did. What cannot be evaluated is unknown, and never a pass. `doubt`: why no moment of the
 * run can be trusted, as a sentence; null: they can.
 */
export const alertVerdicts = (
  outcomes: readonly AlertOutcome[],
  expected: readonly AlertExpectation[],
  doubt: string | null,
): AlertVerdict[] =>
  expected.map((expectation) => {
    if (doubt !== null) return { expectation, ...unknown(doubt) }
    const outcome = outcomes.find(({ rule }) => rule.alert === expectation.alert)
    if (!outcome) return { expectation, ...unknown(`there is no rule ${expectation.alert}.`) }
    const said = expectation.expect === 'quiet' ? ofQuiet(outcome) : ofFire(expectation, outcome)
    return { expectation, ...said }
  })

const unknown = (because: string): Judged => ({ verdict: 'unknown', because })
const fail = (because: string): Judged => ({ verdict: 'fail', because })
const pass = (because: string): Judged => ({ verdict: 'pass', because })

function ofQuiet({ rule: { alert }, cannotTell, episodes }: AlertOutcome): Judged {
  if (cannotTell !== null) return unknown(`Nobody can tell of ${alert}: ${cannotTell}`)
  const fired = episodes.filter(({ firedUs }) => firedUs !== null)
  if (fired.length > 0)
    return fail(`${alert} should be quiet and fired ${counted(fired.length, 'time')}.`)
  if (episodes.some(({ endedUs }) => endedUs === null))
    return unknown(`${alert} was pending when the record ended: it might have fired.`)
  return pass(`${alert} was quiet.`)
}

function ofFire(
  { alert, fault, withinUs }: Extract<AlertExpectation, { expect: 'fire' }>,
  { cannotTell, episodes, faults, rule }: AlertOutcome,
): Judged {
  if (cannotTell !== null) return unknown(`Nobody can tell of ${alert}: ${cannotTell}`)
  const wrong = episodes.filter((episode) => episode.wrong)
  if (wrong.length > 0)
    return fail(
      `${alert} fired ${counted(wrong.length, 'time')} outside of any fault and its recovery.`,
    )
  const meant = fault === null ? faults : faults.filter((one) => one.fault === fault)
  if (meant.length === 0)
    return unknown(
      fault === null
        ? `${alert} should fire for every fault, and none came.`
        : `${alert} should fire for ${fault}, which never came.`,
    )
  const said = meant.map((one) => onFault(alert, one, withinUs, rule.everyUs))
  return (
    said.find(({ verdict }) => verdict === 'fail') ??
    said.find(({ verdict }) => verdict === 'unknown') ??
    (said[0] as Judged)
  )
}

function onFault(
  alert: string,
  at: AlertOnFault,
  withinUs: number | null,
  everyUs: number,
): Judged {
  const { fault, confirmed, firedAfterUs, already, pendingAtEnd } = at
  const bound = withinUs === null ? '' : ` within ${durationText(withinUs)}`
  if (!confirmed)
    return unknown(`No canary confirmed ${fault}: that ${alert} fired, or did not, shows nothing.`)
  if (firedAfterUs === null) {
    if (already)
      return fail(`${alert} should fire for ${fault}${bound} and fired already when it began.`)
    if (pendingAtEnd && withinUs === null)
      return unknown(`${alert} was pending for ${fault} when the record ended.`)
    return fail(`${alert} should fire for ${fault}${bound} and was silent.`)
  }
  const after = `${durationText(firedAfterUs)} after ${fault} began (evaluated every ${durationText(everyUs)})`
  if (withinUs !== null && firedAfterUs > withinUs)
    return fail(`${alert} should fire${bound} and fired ${after}.`)
  return pass(`${alert} fired ${after}.`)
}
