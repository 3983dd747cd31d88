import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inParallel } from '../campaign/crew.ts'
import { faultlineVersion } from '../environment.ts'
import { UsageError } from '../exit.ts'
import { type ClaimResult, type ClaimTask, scenarioFolder } from './claim-run.ts'
import { type Claim, readClaims, scenariosOf } from './claims-file.ts'
import { claimsPage } from './claims-page.ts'

/** The list of claims, and the page made from it. */
export const claimsFile = join(scenarioFolder, 'claims.yaml')
export const claimsPageFile = join(scenarioFolder, 'CLAIMS.md')

const program = fileURLToPath(new URL('./worker.ts', import.meta.url))

/**
 * Runs every scenario behind a claim in the simulator and writes scenarios/CLAIMS.md. Rejects, and writes nothing, if
 * one of them did not come out as its file states: then the page would say what is not so. `onScenario` hears of each:
 * what went wrong, nothing if it came out as stated.
 */
export async function writeClaims(
  onScenario: (name: string, wrong: readonly string[]) => void,
): Promise<void> {
  const claims = readClaims(claimsFile)
  const tasks = scenariosOf(claims).map((name) => ({ name, asked: askedOf(claims, name) }))
  const results = new Map<string, ClaimResult>()
  await inParallel<ClaimTask, ClaimResult>(tasks, {
    program,
    onResult(result, { name }) {
      results.set(name, result)
      onScenario(name, result.wrong)
    },
    lost: ({ asked }, how) => ({ profile: '', wrong: [how], texts: asked.map(() => '') }),
    stopped: () => false,
  })
  const wrong = tasks.flatMap(({ name }) =>
    (results.get(name)?.wrong ?? ['not run']).map((what) => `${name}: ${what}`),
  )
  if (wrong.length > 0)
    throw new UsageError(`${claimsPageFile} is left as it is. Not as stated:\n${wrong.join('\n')}`)
  writeFileSync(claimsPageFile, pageOf(claims, tasks, results))
}

const askedOf = (claims: readonly Claim[], name: string) =>
  claims.flatMap(({ figures = [] }) => figures.filter(({ scenario }) => scenario === name))

function pageOf(
  claims: readonly Claim[],
  tasks: readonly ClaimTask[],
  results: ReadonlyMap<string, ClaimResult>,
): string {
  const texts = new Map(
    tasks.flatMap(({ name, asked }) =>
      asked.map((shown, i) => [shown, results.get(name)?.texts[i] ?? ''] as const),
    ),
  )
  const measured = claims.map((claim) => ({
    claim,
    figures: (claim.figures ?? []).map((shown) => texts.get(shown) ?? ''),
  }))
  const sweeps = tasks.flatMap(({ name }) => results.get(name)?.sweep ?? [])
  const profiles = [...new Set([...results.values()].map(({ profile }) => profile))].sort()
  const about = `Faultline ${faultlineVersion}, simulated with the profile ${profiles.join(', ')}; seeds as the files say.`
  return claimsPage(measured, sweeps, about)
}
