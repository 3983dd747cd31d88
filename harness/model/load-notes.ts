import { type LoadPlan, loadName, type Plan } from './plan.ts'

/** What a reader of a run's figures has to know of its load, one sentence or two each; empty for most plans. */
export function loadNotes(plan: Plan): string[] {
  return [...closedLoopNotes(plan), ...classNotes(plan)]
}

/** Classes whose searches come from a closed loop. */
export const closedLoops = ({ load }: Pick<Plan, 'load'>): LoadPlan[] =>
  load.filter(({ closedLoop }) => closedLoop !== undefined)

function closedLoopNotes(plan: Plan): string[] {
  const loops = closedLoops(plan)
  if (loops.length === 0) return []
  const who = loops.map(loadName).join(', ')
  return [
    `Closed loop (${who}): each client searches again only after its last answer. ` +
      'Latency excludes the waiting that users of an open loop would see in a stall: ' +
      'compare rates (throughput), not p99s. search.response is not measured here, search.service is.',
  ]
}

function classNotes({ regions, load }: Plan): string[] {
  return regions.flatMap((region) => {
    const classes = load.filter((entry) => entry.region === region)
    if (classes.length < 2) return []
    const names = classes.map(loadName).join(', ')
    return [
      `${region} has ${classes.length} classes of clients (${names}). Figures and limits of ${region} pool them; ` +
        'record.jsonl tells them apart by the name of the client.',
    ]
  })
}
