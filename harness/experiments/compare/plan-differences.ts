import type { Plan } from '../../model/plan.ts'
import type { ComparedRun, Side } from './side.ts'

/** One field that is not the same on both sides; a value as JSON, `nothing` where one side lacks the field. */
export type FieldDifference = { path: string; a: string; b: string }

/** How two sides differ in what they ran, and where. */
export type SidesDiffer = {
  /** Of the plan and the data set: what keeps them from being compared. */
  undue: FieldDifference[]
  /** Differences of the plan that `--meant` names. */
  meant: FieldDifference[]
  /** Of the plan: names, words and judgements, which change nothing of a run; and the seed. */
  harmless: FieldDifference[]
  environment: FieldDifference[]
}

/** Fields that change nothing of what is run or measured. */
const words = [
  'name',
  'question',
  'file',
  'limits',
  'serviceLevels',
  'expect',
  'overlay',
  'point',
  'seed',
  'profile.twin',
]
/** What differs from run to run on one machine. */
const ofTheMoment = ['startedAt', 'command', 'scenarioFile']

/** `meant`: paths of the plan that are meant to differ, with all below them. */
export function differencesOf(a: Side, b: Side, meant: readonly string[]): SidesDiffer {
  const [one, two] = [a.runs[0] as ComparedRun, b.runs[0] as ComparedRun]
  const plan = fieldsThatDiffer(one.plan, two.plan)
  const data = fieldsThatDiffer(
    { data: { contents: one.data['sha256'] } },
    { data: { contents: two.data['sha256'] } },
  )
  const all = [...plan, ...data]
  const isIn =
    (paths: readonly string[]) =>
    ({ path }: FieldDifference) =>
      paths.some((own) => path === own || path.startsWith(`${own}.`))
  const harmless = all.filter(isIn(words))
  const wanted = all.filter((field) => isIn(meant)(field) && !harmless.includes(field))
  return {
    undue: all.filter((field) => !harmless.includes(field) && !wanted.includes(field)),
    meant: wanted,
    harmless,
    environment: fieldsThatDiffer(one.environment, two.environment).filter(
      (field) => !isIn(ofTheMoment)(field),
    ),
  }
}

/** Whether runs of one side are of one plan but for their seed: names of the fields in which they are not. */
export function mixedPlans({ runs }: Side): string[] {
  const [first, ...others] = runs.map(({ plan }): Plan => ({ ...plan, seed: 0 }))
  const fields = others.flatMap((plan) => fieldsThatDiffer(first, plan).map(({ path }) => path))
  return [...new Set(fields)]
}

/** Every field of two values that is not the same, by its path; lists count from 0. */
export function fieldsThatDiffer(a: unknown, b: unknown, path = ''): FieldDifference[] {
  if (isObject(a) && isObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
    return keys.flatMap((key) =>
      fieldsThatDiffer(a[key], b[key], path === '' ? key : `${path}.${key}`),
    )
  }
  const [one, two] = [textOf(a), textOf(b)]
  return one === two ? [] : [{ path, a: one, b: two }]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const textOf = (value: unknown): string =>
  value === undefined ? 'nothing' : (JSON.stringify(value) ?? 'nothing')
