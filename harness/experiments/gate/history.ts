import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { fromJson, toJson } from '../../base/json.ts'
import { UsageError } from '../../model/errors.ts'
import { type MetricName, metrics } from '../../model/metric.ts'
import type { Plan } from '../../model/plan.ts'

const value = z.number().nullable()
const name = z.enum(Object.keys(metrics) as [MetricName, ...MetricName[]])

const figure = z.object({
  /** A metric and its statistic, and where: a phase. Together they name a series. */
  what: z.string(),
  where: z.string(),
  metric: name,
  /** One for each run in order; null where a run did not measure it. */
  values: z.array(value),
})

const night = z.object({
  type: z.literal('night'),
  format: z.literal(1),
  /** A date, YYYY-MM-DD: nights are in this order. */
  night: z.string().regex(/^\d{4}-\d\d-\d\d$/),
  /** Nights with another series do not compare: another plan, another kind of machine. */
  series: z.string(),
  scenario: z.string(),
  system: z.string(),
  world: z.string(),
  commit: z.string(),
  faultline: z.string(),
  machine: z.string(),
  command: z.string(),
  runs: z.array(
    z.object({
      seed: z.number(),
      verdict: z.enum(['pass', 'fail', 'unknown', 'invalid']),
      exitCode: z.number(),
      because: z.string(),
    }),
  ),
  figures: z.array(figure),
})

const said = { why: z.string().min(1), by: z.string(), at: z.string() }

/** The level that a series has since a night is the one it is measured against from then on; no `what`: of all series. */
const acceptance = z.object({
  type: z.literal('accept'),
  since: z.string(),
  what: z.string().optional(),
  where: z.string().optional(),
  ...said,
})

/** A series that turns nothing red until a night. */
const quarantine = z.object({
  type: z.literal('quarantine'),
  until: z.string(),
  what: z.string(),
  where: z.string(),
  ...said,
})

const line = z.discriminatedUnion('type', [night, acceptance, quarantine])

export type NightFigure = z.infer<typeof figure>
export type Night = z.infer<typeof night>
export type Acceptance = z.infer<typeof acceptance>
export type Quarantine = z.infer<typeof quarantine>

/** What is known of a scenario in a world: its nights, and what people said of them, both in order. */
export type NightHistory = {
  file: string
  nights: Night[]
  acceptances: Acceptance[]
  quarantines: Quarantine[]
}

/** A file for each scenario, system and world, a line for each night: to be kept in git or wherever nights are kept. */
export const historyFile = (folder: string, { name, system, world }: Plan): string =>
  join(folder, `${name}.${system.kind}.${world}.jsonl`)

/** An empty one where there is no file. Throws a UsageError that names the line that is wrong. */
export function readNights(file: string): NightHistory {
  const history: NightHistory = { file, nights: [], acceptances: [], quarantines: [] }
  if (!existsSync(file)) return history
  for (const [i, text] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (text.trim() === '') continue
    const told = lineOf(text, `${file}:${i + 1}`)
    if (told.type === 'night') {
      // A night that was run again counts once, as it was last.
      const earlier = history.nights.findIndex((one) => isSameNight(one, told))
      if (earlier >= 0) history.nights.splice(earlier, 1)
      history.nights.push(told)
    } else if (told.type === 'accept') history.acceptances.push(told)
    else history.quarantines.push(told)
  }
  history.nights.sort((a, b) => (a.night < b.night ? -1 : a.night > b.night ? 1 : 0))
  return history
}

const isSameNight = (a: Night, b: Night): boolean => a.night === b.night && a.series === b.series

function lineOf(text: string, place: string): z.infer<typeof line> {
  let json: unknown
  try {
    json = fromJson(text)
  } catch {
    throw new UsageError(
      `${place}: not a line of JSON. Was a merge left half done? Take the line out, or restore the file.`,
    )
  }
  const read = line.safeParse(json)
  if (read.success) return read.data
  const [first] = read.error.issues
  throw new UsageError(
    `${place}: not a night, an acceptance or a quarantine: ${first?.path.join('.')}: ${first?.message}`,
  )
}

export function appendLine(file: string, said: Night | Acceptance | Quarantine): void {
  mkdirSync(dirname(file), { recursive: true })
  appendFileSync(file, `${toJson(said)}\n`)
}

/** What nights have to have in common to be compared, as a short hash: the plan without seed and limits, and the machine. */
export function seriesOf(plan: Plan, machine: string): string {
  const { seed: _, limits: __, expect: ___, question: ____, file: _____, ...compared } = plan
  return createHash('sha256').update(toJson({ compared, machine })).digest('hex').slice(0, 12)
}
