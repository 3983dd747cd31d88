import { writeFileSync } from 'node:fs'
import type { Plan, WorldName } from '../model/plan.ts'
import { planOf, pointsOf, worldsIn } from '../pipeline/plan.ts'
import { shippedFiles, shippedScenarios } from '../pipeline/shipped.ts'
import { type LibraryEntry, libraryReadme } from '../scenario/shown/library.ts'
import { ScenarioError } from '../scenario/yaml/problem.ts'

/** Every scenario of the library with the worlds that can do what it asks for. */
export function libraryEntries(): LibraryEntry[] {
  return shippedFiles().map((file) => {
    const path = `${shippedScenarios}/${file}`
    const plans = worldsIn(path).flatMap((world) => planIn(path, world))
    const [plan] = plans
    // Wrong in every world: said as it is.
    if (!plan) return { file, plan: planOf(path), worlds: [], points: 0 }
    const points = pointsOf(path).length
    return { file, plan, worlds: plans.map(({ world }) => world), points }
  })
}

function planIn(path: string, world: WorldName): Plan[] {
  try {
    return [planOf(path, { world })]
  } catch (error) {
    if (error instanceof ScenarioError) return []
    throw error
  }
}

/** The catalogue of the scenario library, made from the files themselves. */
export const scenarioCatalogue = (): string => libraryReadme(libraryEntries())

export const writeCatalogue = (): void =>
  writeFileSync(`${shippedScenarios}/README.md`, scenarioCatalogue())
