import type { CapacityOutcome, CapacityRefusal, Trial } from '../../model/capacity.ts'

/** What the search looks at of a trial. */
export type Tried = Pick<Trial, 'factor' | 'seed' | 'verdict' | 'because'>

/** One run that is wanted next. */
export type Wanted = Pick<Trial, 'factor' | 'seed'>

export type Search = {
  /** The first is searched with; both ends are confirmed with all of them. */
  seeds: readonly number[]
  /** How far apart both ends may be, as a share of the lower one. */
  width: number
}

/** Runs to make, all at once, before it is asked again; or what the trials come to. */
export type Step =
  | { kind: 'run'; wanted: Wanted[] }
  | Exclude<CapacityOutcome, { kind: 'interrupted' }>

/** Factors beyond these are not tried: the scenario's own rates are then no place to begin. */
const LEAST = 1 / 64
const MOST = 64
/**
 * How far apart both ends may be for the first seed, as a share of the width asked for. Narrower ends only find out sooner
 * that seeds differ: at half the width a search took two runs more, the mean of 2,400 made-up stores.
 */
const NARROW = 0.8
/** How often an end is moved outwards because seeds differ there. */
const MOST_MOVES = 6
/** A search that is not done by then never will be. */
const MOST_TRIALS = 120

/**
 * What a capacity search does next, from its trials alone: factors of the scenario's rates are doubled or halved, two at
 * a time, until one passes and a higher one fails, and then bisected until they are less than `width` apart. Then both ends
 * are run with every seed: every one passes at `keeps`, and every one fails at `fails`. An end at which seeds differ moves
 * outwards, and the bracket is wider. That only one of them fails is not enough: answers of one run that queue behind
 * each other are slow together, so its verdict alone is wrong more often than its confidence says.
 *
 * Two at a time whatever the number of cores: the same scenario gives the same trials on every machine.
 */
export function nextStep(trials: readonly Tried[], { seeds, width }: Search): Step {
  if (trials.length > MOST_TRIALS)
    return refuse('seeds differ', `${trials.length} runs came to no bracket.`)
  const [own] = seeds
  const found = searched(
    trials.filter(({ seed }) => seed === own).sort((a, b) => a.factor - b.factor),
    width,
  )
  if ('why' in found) return refuse(found.why, found.because)
  if ('factors' in found)
    return { kind: 'run', wanted: found.factors.map((factor) => ({ factor, seed: own as number })) }
  return confirmed(trials, found, { seeds, width })
}

const refuse = (why: CapacityRefusal, because: string): Step => ({ kind: 'refused', why, because })

type Found =
  | { factors: number[] }
  | { why: CapacityRefusal; because: string }
  | { keeps: number; fails: number }

/** The search with one seed; `trials` by factor, lowest first. */
function searched(trials: readonly Tried[], width: number): Found {
  const fail = trials.find(({ verdict }) => verdict === 'fail')
  const below = trials.filter(({ factor }) => factor < (fail?.factor ?? Number.POSITIVE_INFINITY))
  const pass = below.findLast(({ verdict }) => verdict === 'pass')
  const [lowest] = trials
  if (!lowest) return { factors: [1, 2] }
  if (!pass) return downFrom(lowest)
  if (!fail) return upFrom(pass, trials, width)
  const between = below.filter(({ factor }) => factor > pass.factor)
  return narrowed(pass.factor, between, fail.factor, width)
}

function downFrom({ factor, verdict, because }: Tried): Found {
  if (verdict === 'unknown')
    return { why: 'no evidence', because: `At ${timesText(factor)} it cannot be told: ${because}` }
  if (factor / 2 >= LEAST)
    return { factors: [factor / 2, factor / 4].filter((one) => one >= LEAST) }
  if (verdict === 'not run') return { why: 'not run', because }
  if (verdict === 'invalid')
    return { why: 'generator', because: `${because} That is so at ${timesText(factor)} already.` }
  return {
    why: 'not bracketed',
    because: `It does not pass at ${timesText(factor)}, the lowest tried: ${because}`,
  }
}

/** It passed at `pass` and failed nowhere yet. What is neither ends the way up, and may hide a failure below it. */
function upFrom(pass: Tried, trials: readonly Tried[], width: number): Found {
  const above = trials.filter(({ factor }) => factor > pass.factor)
  const blocked = above.find(({ verdict }) => verdict !== 'open')
  const top = above.findLast(
    ({ factor, verdict }) => verdict === 'open' && factor < (blocked?.factor ?? MOST + 1),
  )
  const from = (top ?? pass).factor
  if (blocked) {
    if (blocked.factor / from > 1 + width / 2)
      return { factors: thirds(from, blocked.factor, width) }
    const where = `It passes at ${timesText(pass.factor)}; at ${timesText(blocked.factor)}`
    return { why: reasonOf(blocked), because: `${where} nobody can say: ${blocked.because}` }
  }
  if (from * 2 > MOST)
    return {
      why: 'not bracketed',
      because: `It passes at ${timesText(pass.factor)}, and up to ${timesText(from)}, the highest tried, no limit breaks.`,
    }
  return { factors: [from * 2, from * 4].filter((one) => one <= MOST) }
}

const reasonOf = ({ verdict }: Tried): CapacityRefusal =>
  verdict === 'invalid' ? 'generator' : verdict === 'not run' ? 'not run' : 'no evidence'

/** Between a factor that passes and one that fails lie those that show neither: each side of them is bisected apart. */
function narrowed(keeps: number, between: readonly Tried[], fails: number, width: number): Found {
  if (fails / keeps <= 1 + width * NARROW) return { keeps, fails }
  const [first] = between
  const last = between.at(-1)
  if (!first || !last) return { factors: thirds(keeps, fails, width) }
  const sides: [number, number][] = [
    [keeps, first.factor],
    [last.factor, fails],
  ]
  const wide = sides.filter(([low, high]) => high / low > 1 + width / 4)
  if (wide.length === 0) return { keeps, fails }
  return { factors: wide.map(([low, high]) => rounded(Math.sqrt(low * high))) }
}

/** Two factors between two others, or one where that is enough. */
function thirds(low: number, high: number, width: number): number[] {
  const ratio = high / low
  if (ratio <= (1 + width * NARROW) ** 2) return [rounded(Math.sqrt(low * high))]
  return [rounded(low * ratio ** (1 / 3)), rounded(low * ratio ** (2 / 3))]
}

/** Four digits, so that a factor can be typed, and is the same whatever machine took the root. */
const rounded = (factor: number): number => Number(factor.toPrecision(4))

/** Both ends with every seed: moved outwards until all agree, then back in as far as they do. */
function confirmed(
  trials: readonly Tried[],
  found: { keeps: number; fails: number },
  { seeds, width }: Search,
): Step {
  const at = (factor: number) => trials.filter((trial) => trial.factor === factor)
  const missing = (factor: number): Wanted[] =>
    seeds
      .filter((seed) => !at(factor).some((trial) => trial.seed === seed))
      .map((seed) => ({ factor, seed }))
  const run = (factors: readonly number[]): Step => ({
    kind: 'run',
    wanted: factors.flatMap(missing),
  })
  const { keeps, fails, firstDoubt, lastDoubt } = unanimous(trials, seeds)
  const down = outwards(found.keeps, width, 'down').filter((factor) => factor < firstDoubt)
  const up = outwards(found.fails, width, 'up').filter((factor) => factor > lastDoubt)
  const open = (places: readonly number[]) => places.find((one) => missing(one).length > 0)
  const next = [keeps ?? open(down), fails ?? open(up)]
  if (next.some((factor) => factor === undefined)) return disagreeing(seeds, keeps, trials)
  const outer = next.filter((factor) => factor !== undefined && missing(factor).length > 0)
  if (keeps === undefined || fails === undefined) return run(outer as number[])
  if (fails / keeps <= 1 + width) return { kind: 'bracketed', keeps, fails }
  const sides: [number, number][] =
    firstDoubt < fails && lastDoubt > keeps
      ? [
          [keeps, firstDoubt],
          [lastDoubt, fails],
        ]
      : [[keeps, fails]]
  const inner = sides
    .filter(([low, high]) => high / low > 1 + width / 8)
    .map(([low, high]) => rounded(Math.sqrt(low * high)))
    .filter((factor) => missing(factor).length > 0)
  return inner.length > 0 ? run(inner) : { kind: 'bracketed', keeps, fails }
}

/**
 * The highest factor at which all seeds pass, below the first that gives cause for doubt, which is one that any seed
 * fails, or that all were run at and do not agree; and the lowest at which all fail, above the last.
 */
function unanimous(trials: readonly Tried[], seeds: readonly number[]) {
  const factors = [...new Set(trials.map(({ factor }) => factor))].sort((a, b) => a - b)
  const levels = factors.map((factor) => {
    const verdicts = trials.filter((one) => one.factor === factor).map(({ verdict }) => verdict)
    const complete = verdicts.length === seeds.length
    const all = (wanted: string) => complete && verdicts.every((one) => one === wanted)
    const spoils = (end: string, other: string) =>
      verdicts.some((one) => one === other) || (complete && !all(end))
    return { factor, pass: all('pass'), fail: all('fail'), spoils }
  })
  const firstDoubt =
    levels.find(({ spoils }) => spoils('pass', 'fail'))?.factor ?? Number.POSITIVE_INFINITY
  const lastDoubt = levels.findLast(({ spoils }) => spoils('fail', 'pass'))?.factor ?? 0
  return {
    ...{ firstDoubt, lastDoubt },
    keeps: levels.findLast(({ factor, pass }) => pass && factor < firstDoubt)?.factor,
    fails: levels.find(({ factor, fail }) => fail && factor > lastDoubt)?.factor,
  }
}

function disagreeing(
  seeds: readonly number[],
  keeps: number | undefined,
  trials: readonly Tried[],
): Step {
  const factors = trials.map(({ factor }) => factor)
  const where =
    keeps === undefined
      ? `at no factor from ${timesText(Math.min(...factors))} on do all of them pass`
      : `at no factor up to ${timesText(Math.max(...factors))} do all of them fail`
  return refuse(
    'seeds differ',
    `With seeds ${seeds.join(', ')}, ${where}. Let the run last longer: what one run shows is then less a matter of chance.`,
  )
}

/** Places for an end: where the search found it, and each further out, in growing steps. */
function outwards(from: number, width: number, way: 'up' | 'down'): number[] {
  const places = [from]
  for (let move = 0; move < MOST_MOVES; move++) {
    const step = 1 + (width / 4) * 2 ** move
    const last = places.at(-1) as number
    places.push(rounded(way === 'up' ? last * step : last / step))
  }
  return places
}

/** A factor in a sentence: `1.26 × its own rates`. */
export const timesText = (factor: number): string =>
  factor === 1 ? 'its own rates' : `${Number(factor.toPrecision(4))} × its own rates`
