import { type FaultPlan, linkText } from '../model/fault.ts'
import type { FaultSpan } from '../model/finding.ts'
import { runEndUs } from '../model/plan.ts'
import type { FaultEvent } from '../model/record.ts'
import type { Us } from '../model/units.ts'
import type { History, Lined } from './history.ts'

/** A fault as planned and as it went; a time that never came is null. */
export type FaultStory = {
  plan: FaultPlan
  injectedUs: Us | null
  healedUs: Us | null
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
      injectedUs: first('injected')?.t ?? null,
      healedUs: first('healed')?.t ?? null,
      confirmedUs: turnOf(confirmed),
      healConfirmedUs: turnOf(first('heal-confirmed')),
      saw: confirmed?.saw ?? '',
      lines: events.map(({ line }) => line),
    }
  })
}

/** The first reading after the turn; the event itself comes once enough readings agree. */
function turnOf(event: Lined<FaultEvent> | undefined): Us | null {
  return event?.bracket?.[1] ?? event?.t ?? null
}

export function faultSpans(history: History, stories: readonly FaultStory[]): FaultSpan[] {
  return stories.map((story) => ({
    name: story.plan.name,
    kind: story.plan.kind,
    where: whereOf(story.plan),
    fromUs: story.injectedUs ?? story.plan.atUs,
    toUs: story.healedUs ?? Math.min(story.plan.untilUs, runEndUs(history.plan)),
    confirmedUs: story.confirmedUs,
    healConfirmedUs: story.healConfirmedUs,
    saw: story.saw,
  }))
}

export function whereOf(fault: FaultPlan): string {
  return 'links' in fault ? fault.links.map(linkText).join(', ') : fault.region
}
