import { type FaultPlan, linkText } from '../../model/fault.ts'
import type { FaultSpan } from '../../model/finding.ts'
import { runEndUs } from '../../model/plan.ts'
import type { FaultEvent } from '../../model/record.ts'
import type { Us } from '../../model/units.ts'
import type { Bracket } from './bracket.ts'
import type { History, Lined } from './history.ts'

/**
 * A fault as planned and as it went; a time that never came is null. An injector may take its time: the fault came at
 * some moment of `injecting` and went at some moment of `healing`, [asked for, done]. In the simulator both are one.
 */
export type FaultStory = {
  plan: FaultPlan
  injecting: Bracket | null
  healing: Bracket | null
  /** First reading of a canary that saw the fault, and first one that saw normal again. */
  confirmedUs: Us | null
  healConfirmedUs: Us | null
  saw: string
  lines: number[]
}

/** One story for each planned fault, in the order of the plan. */
export function faultStories({ plan, faults }: History): FaultStory[] {
  return plan.faults.map((fault) => {
    const events = faults.filter(({ name }) => name === fault.name)
    const first = (what: FaultEvent['what']) => events.find((event) => event.what === what)
    const confirmed = first('confirmed')
    return {
      plan: fault,
      injecting: bracketOf(first('injected')),
      healing: bracketOf(first('healed')),
      confirmedUs: turnOf(confirmed),
      healConfirmedUs: turnOf(first('heal-confirmed')),
      saw: confirmed?.saw ?? '',
      lines: events.map(({ line }) => line),
    }
  })
}

function bracketOf(event: Lined<FaultEvent> | undefined): Bracket | null {
  return event ? (event.bracket ?? [event.t, event.t]) : null
}

/** From when on a fault may have been in force; null if it was never injected. */
export const beganUs = ({ injecting }: FaultStory): Us | null => injecting?.[0] ?? null

/** From when on it certainly was no longer in force; ∞ if it was never taken away. */
export const overUs = ({ healing }: FaultStory): Us => healing?.[1] ?? Number.POSITIVE_INFINITY

/** The first reading after the turn; the event itself comes once enough readings agree. */
function turnOf(event: Lined<FaultEvent> | undefined): Us | null {
  return event?.bracket?.[1] ?? event?.t ?? null
}

export function faultSpans(history: History, stories: readonly FaultStory[]): FaultSpan[] {
  return stories.map((story) => ({
    name: story.plan.name,
    kind: story.plan.kind,
    where: whereOf(story.plan),
    fromUs: beganUs(story) ?? story.plan.atUs,
    toUs: story.healing?.[1] ?? Math.min(story.plan.untilUs, runEndUs(history.plan)),
    confirmedUs: story.confirmedUs,
    healConfirmedUs: story.healConfirmedUs,
    saw: story.saw,
  }))
}

export function whereOf(fault: FaultPlan): string {
  return 'links' in fault ? fault.links.map(linkText).join(', ') : fault.region
}
