import type { IndexPlan, Lack, Plan, WorldName } from '../model/plan.ts'
import type { Us } from '../model/units.ts'
import type { Path, SourceFile } from './yaml/document.ts'

/**
 * What a scenario may name, passed in from main: plain objects, because scenario/ imports neither systems nor
 * workload nor files.
 */
export type Known = {
  /** By kind. `knobs` is a zod object; a knob called `…Us` is written without the `Us`, as a duration. */
  systems: Readonly<
    Record<
      string,
      {
        about: string
        knobs: { parse(input: unknown): unknown }
        builds?(knobs: unknown): IndexPlan | null
        problems?(knobs: unknown, regions: readonly string[]): { key: string; message: string }[]
      }
    >
  >
  /** By name: dimensions, vectors, queries. */
  dataSets: Readonly<Record<string, { dim: number; size: number; queries: number }>>
  /** Files of fixtures/profiles, by the name scenarios use. */
  profiles: Readonly<Record<string, SourceFile>>
  /** Files of fixtures/links, by the name scenarios use. */
  linkPresets: Readonly<Record<string, SourceFile>>
  /** A file that a scenario names, by the path of the scenario and the name it gives. */
  fileBeside: (scenario: string, name: string) => SourceFile | { wrong: string }
  /** A scenario that ships with Faultline, by its name. */
  shippedScenario: (name: string) => SourceFile | { wrong: string; hint?: string }
  /** Names that `expect: { fire, quiet }` may use. */
  checkers: readonly string[]
  /** What a world cannot do of a plan; `written` says whether the scenario says something at a path. */
  lacks: Readonly<
    Partial<Record<WorldName, (plan: Plan, written: (path: Path) => boolean) => Lack[]>>
  >
  /** In what steps a world can delay what crosses a link; absent: in any. */
  delaySteps?: Readonly<Partial<Record<WorldName, Us>>>
}

/** The names a field may refer to; null where they could not be read, so that nothing is held against them. */
export type Names = {
  regions: readonly string[] | null
  systems: readonly string[]
  dataSets: readonly string[]
  profiles: readonly string[]
  linkPresets: readonly string[]
  checkers: readonly string[]
}

/**
 * Makes schemas of names, and again only for other names: making them takes longer than reading a scenario, which wants
 * them for each of its worlds and systems.
 */
export function ofNames<T>(make: (names: Names) => T): (names: Names) => T {
  let last: { of: string; made: T } | undefined
  return (names) => {
    const of = JSON.stringify(names)
    if (last?.of !== of) last = { of, made: make(names) }
    return last.made
  }
}

export function namesOf(known: Known, regions: readonly string[] | null): Names {
  return {
    regions,
    systems: Object.keys(known.systems),
    dataSets: Object.keys(known.dataSets),
    profiles: Object.keys(known.profiles),
    linkPresets: Object.keys(known.linkPresets),
    checkers: known.checkers,
  }
}
