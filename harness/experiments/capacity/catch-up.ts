import { median } from 'simple-statistics'
import type { CatchUp, CatchUpCell, Trial } from '../../model/capacity.ts'
import type { LinkName } from '../../model/fault.ts'
import type { Plan } from '../../model/plan.ts'
import { SECOND, type Us } from '../../model/units.ts'
import type { TrialTask } from './trial.ts'

/** How long the link is cut. */
const CUTS_US: readonly Us[] = [5, 10, 20].map((sec) => sec * SECOND)
/** Bandwidth of the link, as a multiple of what it carries at that rate anyway; null: as the scenario has it. */
const ROOMS: readonly (number | null)[] = [null, 8, 4, 2]
/** The link works for so long before it is cut, and load goes on for so long after it is whole again. */
const BEFORE_US: Us = 5 * SECOND
const AFTER_US: Us = 5 * SECOND
/** Once arrivals have ended a link that is twice as wide as its flow still needs less than the cut was long. */
const SETTLE_CUTS = 2
const SETTLE_US: Us = 30 * SECOND

const FAULT = 'cut'

/** The directed link that carried most at a rate, and how much; null where nothing crosses a link. */
export function busiestLink(
  trials: readonly Trial[],
  factor: number,
): { link: LinkName; bytesPerSec: number } | null {
  const at = trials.filter((one) => one.factor === factor).flatMap(({ linkBytes }) => linkBytes)
  const names = [...new Set(at.map(({ link }) => link))]
  const flows = names.map((name) => ({
    name,
    bytesPerSec: median(at.filter(({ link }) => link === name).map(({ perSec }) => perSec)),
  }))
  const [first] = flows.sort((a, b) => b.bytesPerSec - a.bytesPerSec)
  if (!first || first.bytesPerSec === 0) return null
  const [from = '', to = ''] = first.name.split('>')
  return { link: { from, to }, bytesPerSec: first.bytesPerSec }
}

type Wanted = Pick<CatchUpCell, 'cutUs' | 'bytesPerSec'>

/**
 * The plan, already at its rate, with the link cut both ways and given some bandwidth; one for each length of the cut and
 * each bandwidth. Nothing is held against limits: what is asked is how long it takes.
 */
export function catchUpPlans(
  plan: Plan,
  { link, bytesPerSec }: { link: LinkName; bytesPerSec: number },
): (Wanted & { plan: Plan })[] {
  const { from, to } = link
  return ROOMS.flatMap((room) =>
    CUTS_US.map((cutUs) => {
      const wide = room === null ? null : room * bytesPerSec
      const atUs = plan.timeline.warmupUs + BEFORE_US
      const timeline = {
        ...plan.timeline,
        runUs: BEFORE_US + cutUs + AFTER_US,
        settleUs: Math.max(plan.timeline.settleUs, SETTLE_CUTS * cutUs + SETTLE_US),
      }
      const links = plan.links.map((one) =>
        wide !== null && one.from === from && one.to === to
          ? { ...one, bitsPerSec: Math.round(wide * 8) }
          : one,
      )
      const both = [link, { from: to, to: from }]
      const fault = { kind: 'partition', links: both, name: FAULT, atUs, untilUs: atUs + cutUs }
      return {
        ...{ cutUs, bytesPerSec: wide },
        plan: {
          ...plan,
          timeline,
          links,
          faults: [fault as Plan['faults'][number]],
          limits: [],
          expect: null,
        },
      }
    }),
  )
}

/** What the runs came to: the backlog of each cut is what the link would have carried meanwhile. */
export function catchUpOf(
  { link, bytesPerSec }: { link: LinkName; bytesPerSec: number },
  made: readonly (Wanted & { trial: Trial | undefined })[],
): CatchUp {
  return {
    ...{ link: `${link.from}>${link.to}`, flowBytesPerSec: bytesPerSec },
    cells: made.map(({ cutUs, bytesPerSec: wide, trial }) => ({
      ...{ cutUs, bytesPerSec: wide, backlogBytes: (bytesPerSec * cutUs) / SECOND },
      ...(trial?.catchUp !== undefined && { took: trial.catchUp }),
    })),
  }
}

export const catchUpTasks = (
  wanted: readonly { plan: Plan }[],
  factor: number,
  folder: (number: number) => string,
): TrialTask[] =>
  wanted.map(({ plan }, i) => ({ plan, factor, directory: folder(i), caughtUp: FAULT }))
