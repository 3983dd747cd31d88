import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { programBeside } from '../../base/program.ts'
import { UsageError } from '../../model/errors.ts'
import { isSweepFile } from '../../pipeline/plan.ts'
import { shippedScenarios } from '../../pipeline/shipped.ts'
import { faultlineVersion } from '../../pipeline/version.ts'
import { inParallel } from '../campaign/crew.ts'
import { type ClaimResult, type ClaimTask, lostRun, searchesOf } from './claim-run.ts'
import {
  againstStatement,
  type Claim,
  decidingScenarios,
  decisionsIn,
  readClaims,
  type ShownClaim,
  scenariosOf,
  type Tally,
  writtenIn,
} from './claims-file.ts'
import { claimsPage, type MeasuredClaim } from './claims-page.ts'
import { besideSeeds } from './measured.ts'

/** The list of claims, and the page made from it. */
export const claimsFile = join(shippedScenarios, 'claims.yaml')
export const claimsPageFile = join(shippedScenarios, 'CLAIMS.md')

const program = programBeside(import.meta.url, './worker')

/** Every scenario runs with its own seed and with these; a sweep with its own only. */
const MORE_SEEDS = [1, 2, 3, 4]

const writtenAt = (scenario: string, path: string): string =>
  writtenIn(join(shippedScenarios, `${scenario}.yaml`), path)

/** All runs of one scenario, its own seed first. */
type Runs = { task: ClaimTask; results: (ClaimResult | undefined)[] }

/**
 * Runs every scenario behind a claim in the simulator and writes scenarios/CLAIMS.md. Rejects, and writes nothing, if
 * one of them did not come out as its file or its claim states: then the page would say what is not so. `onRun` hears of
 * each run: what went wrong, nothing if it came out as stated.
 */
export async function writeClaims(
  onRun: (name: string, wrong: readonly string[]) => void,
): Promise<void> {
  const claims = readClaims(claimsFile)
  const runs = new Map<string, Runs>()
  const tasks = scenariosOf(claims).flatMap((name) => {
    const task = { name, decides: decidesIn(claims, name), asked: askedOf(claims, name) }
    const many = isSweepFile(join(shippedScenarios, `${name}.yaml`)) || searchesOf(task).length > 0
    const seeds = many ? [] : MORE_SEEDS
    const all = [task, ...seeds.map((seed) => ({ ...task, seed }))]
    runs.set(name, { task, results: all.map(() => undefined) })
    return all.map((one, run) => ({ ...one, run }))
  })
  await inParallel<ClaimTask & { run: number }, ClaimResult>(tasks, {
    program,
    onResult(result, { name, seed, run }) {
      const { results } = runs.get(name) as Runs
      results[run] = result
      onRun(seed === undefined ? name : `${name}, seed ${seed}`, result.wrong)
    },
    lost: ({ asked, decides }, how) => lostRun(how, decides.length, asked.length),
    stopped: () => false,
  })
  const measured = claims.map((claim) => measuredClaim(claim, claims, runs))
  const wrong = [
    ...[...runs].flatMap(([name, { results }]) =>
      results.flatMap((result) => (result?.wrong ?? ['not run']).map((what) => `${name}: ${what}`)),
    ),
    ...measured.flatMap(({ claim, tallies }) => againstStatement(claim, tallies)),
  ]
  if (wrong.length > 0)
    throw new UsageError(`${claimsPageFile} is left as it is. Not as stated:\n${wrong.join('\n')}`)
  writeFileSync(claimsPageFile, pageOf(measured, runs))
}

const askedOf = (claims: readonly Claim[], name: string): ShownClaim[] =>
  claims.flatMap(({ figures = [] }) => figures.filter(({ scenario }) => scenario === name))

const decidedIn = (claims: readonly Claim[], name: string): Claim[] =>
  claims.filter((claim) => decidingScenarios(claim).includes(name))

const decidesIn = (claims: readonly Claim[], name: string) =>
  decidedIn(claims, name).map((claim) => decisionsIn(claim, name))

function measuredClaim(
  claim: Claim,
  claims: readonly Claim[],
  runs: ReadonlyMap<string, Runs>,
): MeasuredClaim {
  const figures = (claim.figures ?? []).map((shown) => {
    const { task, results = [] } = runs.get(shown.scenario) ?? {}
    const at = task?.asked.indexOf(shown) ?? -1
    return besideSeeds(
      shown.scenario,
      results.map((result) => result?.figures[at] ?? []),
    )
  })
  const tallies = decidingScenarios(claim).map((scenario): Tally => {
    const at = decidedIn(claims, scenario).indexOf(claim)
    const verdicts = (runs.get(scenario)?.results ?? []).map((result) => result?.decided[at])
    const holds = verdicts.filter((verdict) => verdict === 'pass').length
    const breaks = verdicts.filter((verdict) => verdict === 'fail').length
    return { scenario, holds, breaks, unknown: verdicts.length - holds - breaks }
  })
  const twin = runs.get(decidingScenarios(claim)[0] ?? '')?.results[0]?.twin ?? []
  return { claim, figures, tallies, twin }
}

function pageOf(measured: readonly MeasuredClaim[], runs: ReadonlyMap<string, Runs>): string {
  const all = [...runs.values()].flatMap(({ results }) => results)
  const sweeps = all.flatMap((result) => result?.sweep ?? [])
  const profiles = [...new Set(all.flatMap((result) => result?.profile ?? []))].sort()
  const about =
    `Faultline ${faultlineVersion}, simulated with the profile ${profiles.join(', ')}. ` +
    `Every scenario ran with its own seed and with seeds ${MORE_SEEDS.join(', ')}; sweeps with their own; ` +
    'a capacity search confirms both ends of its bracket with three.'
  return claimsPage(measured, sweeps, about, writtenAt)
}
