import type { ChoiceLaw, LoadPlan, Plan } from '../../model/plan.ts'
import type { Known, Names } from '../known.ts'
import { shareText } from '../shown/figures.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { read } from '../yaml/reading.ts'
import { list } from '../yaml/spelling.ts'
import { defaults } from './defaults.ts'
import { resolveDiurnal } from './diurnal.ts'
import { type LoadWritten, loadSchema } from './load-schema.ts'
import { resolveReplay } from './rate-file.ts'
import { resolveStages } from './stages.ts'

/** What a load is held against. Parts that could not be read are null; `rate` is an overlay's share of all rates. */
type Around = {
  data: Plan['data'] | null
  timeline: Plan['timeline'] | null
  fileBeside: Known['fileBeside']
  rate?: number
}

/** One plan for every region with load, rates times `rate`, in the order written; null if any entry is wrong. */
export function resolveLoad(
  sheet: Sheet,
  names: Names,
  { data, timeline, fileBeside, rate = 1 }: Around,
): LoadPlan[] | null {
  const written = sheet.at(['load'])
  if (!Array.isArray(written) || written.length === 0) {
    const message =
      written === undefined ? '"load" is missing' : 'expected a list of at least one load'
    const hint = 'Write load: [{ in: us-east, clients: 20, search: 60/s, upsert: 5/s }].'
    sheet.report(['load'], { message, hint })
    return null
  }
  const before = sheet.problems.length
  const plans: LoadPlan[] = []
  const schema = loadSchema(names)
  const classes = new Classes(sheet)
  for (const i of written.keys()) {
    const path = ['load', i]
    const load = read(sheet, path, schema)
    if (!load) continue
    checkLoad(sheet, path, load, { data, rate })
    const around = { timeline, fileBeside }
    const arrivals = resolveArrivals(sheet, [...path, 'arrivals'], load, around)
    for (const region of new Set(typeof load.in === 'string' ? [load.in] : load.in)) {
      const name = classes.nameFor(region, load.class, path)
      const named = name === undefined ? { region } : { region, class: name }
      plans.push(planOf(named, load, arrivals, rate))
    }
  }
  return sheet.problems.length > before ? null : plans
}

/** Names of the classes of each region, so that no two clients have the same. */
class Classes {
  private readonly taken = new Map<string, Set<string>>()

  private readonly sheet: Sheet

  constructor(sheet: Sheet) {
    this.sheet = sheet
  }

  /** The name as written; without one the first load of a region has none, and the n-th is called n. */
  nameFor(region: string, written: string | undefined, path: Path): string | undefined {
    const taken = this.taken.get(region) ?? new Set()
    this.taken.set(region, taken)
    const name = written ?? (taken.size === 0 ? '' : String(taken.size + 1))
    if (taken.has(name))
      this.sheet.report([...path, written === undefined ? 'in' : 'class'], {
        message: `${region} has two classes of clients called "${name}"`,
        hint: 'Give one of them another class.',
      })
    taken.add(name)
    return name === '' ? undefined : name
  }
}

function planOf(
  named: Pick<LoadPlan, 'region' | 'class'>,
  load: LoadWritten,
  arrivals: LoadPlan['arrivals'],
  rate: number,
): LoadPlan {
  // 60/s at 35.7% is 21.42/s, not 21.419999999999998/s.
  const scaled = (written: Paced, absent: number): number => {
    const perSec = written === 'max' ? 0 : (written ?? absent)
    return rate === 1 ? perSec : Math.round(perSec * rate * 1e9) / 1e9
  }
  const { keys, retry, inFlight } = defaults.load
  return {
    ...named,
    clients: load.clients ?? defaults.load.clients,
    ...(load.search === 'max' && { closedLoop: { thinkUs: load.think ?? 0 } }),
    arrivals,
    searchPerSec: scaled(load.search, defaults.load.searchPerSec),
    upsertPerSec: scaled(load.upsert, defaults.load.upsertPerSec),
    deletePerSec: scaled(load.delete, defaults.load.deletePerSec),
    fetchPerSec: scaled(load.fetch, defaults.load.fetchPerSec),
    fetchOwn: load.fetchOwn ?? defaults.load.fetchOwn,
    keys: load.keys ? keysOf(load.keys) : { ...keys },
    queries: choiceOf(load.queries),
    k: load.k ?? defaults.load.k,
    deadlineUs: load.deadline ?? defaults.load.deadlineUs,
    retry: {
      max: load.retry?.max ?? retry.max,
      backoffUs: load.retry?.backoff ?? retry.backoffUs,
      timeoutUs: load.retry?.timeout ?? retry.timeoutUs,
    },
    inFlight: {
      max: load.inFlight?.max ?? inFlight.max,
      onFull: load.inFlight?.onFull ?? inFlight.onFull,
    },
  }
}

/** Where keys are written, a share that is not is none. */
function keysOf(keys: NonNullable<LoadWritten['keys']>): LoadPlan['keys'] {
  return {
    fresh: keys.fresh ?? 0,
    existing: keys.existing ?? 0,
    contended: keys.contended ?? 0,
    contendedCount: keys.contendedCount ?? defaults.load.keys.contendedCount,
    contendedLaw: choiceOf(keys.contendedLaw),
  }
}

function resolveArrivals(
  sheet: Sheet,
  path: Path,
  load: LoadWritten,
  around: Pick<Around, 'timeline' | 'fileBeside'>,
): LoadPlan['arrivals'] {
  const written = load.arrivals
  if (written === undefined) return defaults.load.arrivals
  if (typeof written === 'string') return { kind: written }
  const { burst, ramp, stages, from, diurnal, replay } = written
  if ([burst, ramp, stages, diurnal, replay].filter((shape) => shape !== undefined).length !== 1)
    sheet.report(path, {
      message: 'arrivals have one shape',
      hint: 'Write one of burst, ramp, stages, diurnal and replay, or poisson or constant.',
    })
  if (from !== undefined && !stages)
    sheet.report([...path, 'from'], {
      message: '`from` needs stages, and there are none',
      hint: 'Write { ramp: { from: 0.1 } }, or add stages.',
    })
  if (stages)
    return resolveStages(sheet, path, {
      ...{ written: load, stages: { stages, from }, timeline: around.timeline },
    })
  if (diurnal) return resolveDiurnal(sheet, [...path, 'diurnal'], diurnal, around.timeline)
  if (replay) return resolveReplay(sheet, [...path, 'replay'], replay, around)
  if (burst) return { kind: 'burst', factor: burst.factor, onUs: burst.on, offUs: burst.off }
  return { kind: 'ramp', from: ramp?.from ?? 1 }
}

function choiceOf(written: LoadWritten['queries']): ChoiceLaw {
  if (written === undefined) return { law: 'uniform' }
  return written === 'uniform' ? { law: 'uniform' } : { law: 'zipf', exponent: written.zipf }
}

/** A rate, or as many as are answered. */
type Paced = LoadWritten['search']

function checkLoad(
  sheet: Sheet,
  path: Path,
  load: LoadWritten,
  { data, rate = 1 }: Pick<Around, 'data' | 'rate'>,
): void {
  if (asked.every((kind) => (load[kind] ?? 0) === 0))
    sheet.report(path, {
      message: 'this load has no operation with a rate',
      hint: 'Give search, upsert, delete or fetch a rate such as 40/s.',
    })
  checkPace(sheet, path, load, rate)
  const { upsert = 0, fetchOwn = 0 } = load
  if (fetchOwn > 0 && upsert === 0)
    sheet.report([...path, 'fetchOwn'], {
      message: 'fetchOwn reads back upserts, and this load has none',
      hint: 'Give upsert a rate, or take fetchOwn out.',
    })
  const { max = 0, timeout } = load.retry ?? {}
  if (timeout !== undefined && max === 0)
    sheet.report([...path, 'retry', 'timeout'], {
      message: 'a timeout for each attempt needs retries, and this load has none',
      hint: 'Give retry a max of 1 or more, or write deadline instead.',
    })
  const repeated = Array.isArray(load.in) ? load.in.filter((r, i) => load.in.indexOf(r) < i) : []
  if (repeated.length > 0)
    sheet.report([...path, 'in'], { message: `${list(repeated)} appears twice in this list` })
  checkKeys(sheet, path, load, data)
}

function checkKeys(sheet: Sheet, path: Path, load: LoadWritten, data: Plan['data'] | null): void {
  const { fresh, existing, contended, contendedCount } = load.keys
    ? keysOf(load.keys)
    : defaults.load.keys
  const sum = fresh + existing + contended
  if (Math.abs(sum - 1) > 1e-9)
    sheet.report([...path, 'keys'], {
      message: `the shares of keys add up to ${Math.round(sum * 1e6) / 1e4}%`,
      hint: 'fresh, existing and contended must add up to 100%; a share that is not written is 0%.',
    })
  if (!data) return
  if (contended > 0 && contendedCount > data.base)
    sheet.report([...path, 'keys'], {
      message: `${contendedCount} contended keys, but data.base holds only ${data.base} points`,
      hint: 'Make contendedCount smaller or data.base larger.',
    })
  if ((load.fetch ?? 0) !== 0 && data.base === 0)
    sheet.report([...path, 'fetch'], {
      message: 'fetches need points to begin with, and data.base is 0',
      hint: 'Make data.base larger, or read back own writes by fetchOwn.',
    })
  if (existing > 0 && (load.upsert ?? 0) !== 0 && data.base === 0)
    sheet.report([...path, 'upsert'], {
      message: 'upserts of existing keys need points to begin with, and data.base is 0',
      hint: 'Make data.base larger, or write keys: { fresh: 100% }.',
    })
}

const asked = ['search', 'upsert', 'delete', 'fetch'] as const

/** Reports what asks for as much as is answered and cannot, and what a closed loop does not read. */
function checkPace(sheet: Sheet, path: Path, load: LoadWritten, rate: number): void {
  for (const kind of asked)
    if (kind !== 'search' && load[kind] === 'max')
      sheet.report([...path, kind], {
        message: `only searches run in a closed loop: what is written, and when, is planned before the run, so that it is known which write is current`,
        hint: `Give ${kind} a rate such as 20/s, in a load of its own beside the closed loop.`,
      })
  if (load.think !== undefined && load.search !== 'max')
    sheet.report([...path, 'think'], {
      message: 'clients think between an answer and their next search, and these search at a rate',
      hint: 'Write search: max, or take think out.',
      at: 'key',
    })
  if (load.search === 'max') checkClosedLoop(sheet, path, load, rate)
}

/** Keys that say how operations come at a rate, or what writes do: a closed loop reads none of them. */
const notClosed = [
  ...(['upsert', 'delete', 'fetch', 'fetchOwn', 'keys'] as const),
  ...(['arrivals', 'inFlight'] as const),
]

function checkClosedLoop(sheet: Sheet, path: Path, load: LoadWritten, rate: number): void {
  for (const key of notClosed)
    if (load[key] !== undefined && load[key] !== 'max')
      sheet.report([...path, key], {
        message: `"${key}" does nothing in a closed loop: its clients only search, each when it was answered`,
        hint: `Take it out, or give it to a second load: - { in: ${inText(load.in)}, class: others, ... }.`,
        at: 'key',
      })
  if (rate !== 1)
    sheet.report([...path, 'search'], {
      message: `a closed loop has no rate, so nothing can be scaled to ${shareText(rate)}`,
      hint: 'Lay a load of its own over it, with fewer clients or some think time.',
    })
}

const inText = (regions: LoadWritten['in']): string =>
  typeof regions === 'string' ? regions : `[${regions.join(', ')}]`
