import { readFileSync, writeFileSync } from 'node:fs'
import { UsageError } from '../model/errors.ts'
import type { Operation } from '../model/operation.ts'
import { loadName, type Plan } from '../model/plan.ts'

/**
 * A plan as a file, `<anything>.plan.json`, which `faultline run` repeats exactly: same plan and same Faultline, same
 * bytes of record. One JSON object:
 *
 *   replay       1, the format of this file
 *   faultline    the version that wrote it; another one may do otherwise with the same plan
 *   plan         harness/model/plan.ts: the scenario with every value filled in, seed included
 *   operations   absent: drawn from the plan's load and seed. Else these and no others (harness/model/operation.ts), one
 *                a line, in order of intended time; numbers may have gaps
 */
type Replay = { replay: 1; faultline: string; plan: Plan; operations?: Operation[] }

const ENDING = '.plan.json'

/** By its name: a scenario is YAML. */
export const isReplay = (file: string): boolean => file.endsWith('.json')

/** `seed-17` -> `seed-17.plan.json`. */
export const replayName = (name: string): string => `${name}${ENDING}`

/** A file that cannot be repeated. */
export class ReplayError extends UsageError {
  constructor(file: string, why: string) {
    super(`${file} cannot be repeated: ${why}`)
    this.name = 'ReplayError'
  }
}

export function writeReplay(file: string, { operations, ...plan }: Plan, faultline: string): void {
  const head = JSON.stringify({ replay: 1, faultline, plan }, null, 1)
  const lines = (operations ?? []).map((operation) => `  ${JSON.stringify(operation)}`)
  const list = operations ? `,\n "operations": [\n${lines.join(',\n')}\n ]` : ''
  writeFileSync(file, `${head.slice(0, -2)}${list}\n}\n`)
}

/** The plan of a replay file, its operations inside. Throws ReplayError, and the file system's error. */
export function readReplay(file: string): { plan: Plan; faultline: string } {
  const { replay, faultline, plan, operations } = objectIn(file)
  const again = 'Make it again: faultline run FILE --seeds 17, or faultline shrink RUN.'
  if (replay === undefined || plan === undefined)
    throw new ReplayError(file, `it is no replay file, which has "replay" and "plan". ${again}`)
  if (replay !== 1 || plan.format !== 1)
    throw new ReplayError(
      file,
      `it has format ${String(replay)}, its plan ${String(plan.format)}; this Faultline reads format 1 of both. ` +
        `Try the version that wrote it, ${String(faultline)}, or make it again.`,
    )
  const absent = parts.filter((part) => plan[part] === undefined)
  if (absent.length > 0)
    throw new ReplayError(file, `its plan lacks ${absent.join(', ')}. ${again}`)
  if (plan.world !== 'sim')
    throw new ReplayError(
      file,
      'it ran on real servers, which do nothing twice. Only the simulator repeats a run.',
    )
  if (operations) checkOperations(file, plan, operations)
  return { plan: operations ? { ...plan, operations } : plan, faultline: String(faultline) }
}

/** What every plan has. */
const parts = [
  ...(['name', 'seed', 'world', 'regions', 'links', 'data', 'system', 'index', 'log'] as const),
  ...(['mirror', 'profile', 'load', 'probes', 'timeline', 'faults', 'limits'] as const),
] satisfies (keyof Plan)[]

function objectIn(file: string): Partial<Replay> {
  const text = readFileSync(file, 'utf8')
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch (error) {
    throw new ReplayError(file, `it is not JSON: ${(error as Error).message}`)
  }
}

/** What an edit by hand is likely to break. */
function checkOperations(file: string, plan: Plan, operations: readonly Operation[]): void {
  if (!Array.isArray(operations)) throw new ReplayError(file, '"operations" is not a list.')
  const seen = new Set<number>()
  let lastUs = 0
  for (const [i, { op, region, class: className, intendedUs }] of operations.entries()) {
    const refuse = (why: string) => new ReplayError(file, `operations[${i}] ${why}`)
    if (!Number.isSafeInteger(op) || op < 1) throw refuse('has no number ("op", from 1).')
    if (seen.has(op)) throw refuse(`has the number ${op}, as one before it has.`)
    const name = loadName({ region, ...(className !== undefined && { class: className }) })
    if (!plan.load.some((load) => loadName(load) === name))
      throw refuse(`is in ${String(name)}, which has no load in the plan.`)
    if (!(intendedUs >= lastUs))
      throw refuse(`is wanted at ${String(intendedUs)} µs, before the one above it.`)
    seen.add(op)
    lastUs = intendedUs
  }
}
