import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { z } from 'zod'
import { fromJson } from '../base/json.ts'
import { UsageError } from '../model/errors.ts'
import type { ListedRun, RunGroup, RunList } from '../model/run-list.ts'

/** Zod's numbers are finite, and what never ended is not. */
const figure = z.custom<number>((value) => typeof value === 'number' && !Number.isNaN(value))

const row = z.object({
  metric: z.string(),
  region: z.string().optional(),
  link: z.string().optional(),
  phase: z.string().optional(),
  hop: z.string().optional(),
  cause: z.string().optional(),
  operation: z.string().optional(),
  p90: figure.optional(),
  p99: figure.optional(),
  low: figure.optional(),
})
type Row = z.infer<typeof row>

/** What a list needs of summary.json. */
const summary = z.object({
  format: z.literal(1),
  ...{ scenario: z.string(), system: z.string(), world: z.string(), seed: z.number() },
  startedAt: z.string(),
  verdict: z.enum(['pass', 'fail', 'unknown', 'invalid']),
  because: z.string(),
  metrics: z.array(row),
})

/** Pages of many runs by the name of their file. */
const pageNames: Readonly<Record<string, string>> = {
  'sweep.html': 'a sweep: points side by side',
  'compare.html': 'two runs compared',
  'library.html': 'a library: did each scenario come out as it states?',
  'campaign.html': 'one scenario under many seeds',
  'capacity.html': 'how much it can take',
  'nights.html': 'nights: did anything get worse for good?',
  'sla.html': 'an SLA to be signed',
}

/** Folders of a run that hold no runs. */
const within = ['logs', 'agents', 'truth', 'node_modules']
const DEEPEST = 5

/** Everything that runs left below a folder. Throws a UsageError if it is none. */
export function listRuns(folder: string): RunList {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UsageError(
      `there is no folder ${folder}. Make a run first: faultline run partition-heal`,
    )
  const runs: ListedRun[] = []
  const pages: { path: string; what: string; at: number }[] = []
  const untold: { path: string; why: string }[] = []
  const visit = (path: string, depth: number): void => {
    const near = relative(folder, path) || '.'
    const entries = readdirSync(path, { withFileTypes: true })
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name)
    if (names.includes('record.jsonl')) {
      const found = runIn(path, near)
      if ('why' in found) untold.push(found)
      else runs.push(found)
    }
    for (const name of names) {
      const what = pageNames[name]
      if (what !== undefined)
        pages.push({ path: join(near, name), what, at: statSync(join(path, name)).mtimeMs })
    }
    // `latest` is a link to a run that is listed in its own place.
    for (const entry of entries)
      if (entry.isDirectory() && !within.includes(entry.name) && depth < DEEPEST)
        visit(join(path, entry.name), depth + 1)
  }
  visit(folder, 0)
  return {
    groups: groupsOf(runs),
    pages: pages.sort((a, b) => b.at - a.at).map(({ path, what }) => ({ path, what })),
    untold,
  }
}

function runIn(path: string, near: string): ListedRun | { path: string; why: string } {
  const file = join(path, 'summary.json')
  if (!existsSync(file))
    return {
      path: near,
      why: `it has no summary: it is under way, or was cut off. See what it says: faultline report ${path}`,
    }
  let json: unknown
  try {
    json = fromJson(readFileSync(file, 'utf8'))
  } catch {
    return { path: near, why: `its summary is no JSON. Make it again: faultline report ${path}` }
  }
  const read = summary.safeParse(json)
  if (!read.success)
    return {
      path: near,
      why: `its summary is of another version. Make it again: faultline report ${path}`,
    }
  const { metrics, format: _, ...found } = read.data
  const after = metrics.filter(({ phase }) => phase !== 'warmup')
  return {
    ...found,
    path: near,
    searchP99Us: worst(after.filter(isSearch), ({ p99 }) => p99, Math.max),
    lagP90Us: worst(after.filter(isLag), ({ p90 }) => p90, Math.max),
    recall: worst(after.filter(isRecall), ({ low }) => low, Math.min),
    hasReport: existsSync(join(path, 'report.html')),
  }
}

const isSearch = ({ metric, region }: Row): boolean =>
  metric === 'search.response' && region !== undefined
const isLag = ({ metric, link, hop }: Row): boolean =>
  metric === 'lag' && link !== undefined && hop === undefined
const isRecall = ({ metric, region, cause }: Row): boolean =>
  metric === 'recall' && region !== undefined && cause === undefined

function worst(
  rows: readonly Row[],
  of: (row: Row) => number | undefined,
  pick: (...values: number[]) => number,
): number | null {
  const values = rows.map(of).filter((value) => value !== undefined)
  return values.length === 0 ? null : pick(...values)
}

function groupsOf(runs: readonly ListedRun[]): RunGroup[] {
  const byPlan = new Map<string, ListedRun[]>()
  const newest = [...runs].sort((a, b) =>
    a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : a.path < b.path ? -1 : 1,
  )
  for (const run of newest) {
    const key = `${run.scenario}|${run.system}|${run.world}`
    byPlan.set(key, [...(byPlan.get(key) ?? []), run])
  }
  return [...byPlan.values()].map((own) => {
    const [first] = own as [ListedRun, ...ListedRun[]]
    const other = own.findIndex(({ verdict }) => verdict !== first.verdict)
    return {
      ...{ scenario: first.scenario, system: first.system, world: first.world },
      runs: own as [ListedRun, ...ListedRun[]],
      streak: other < 0 ? own.length : other,
      before: own[other]?.verdict ?? null,
    }
  })
}
