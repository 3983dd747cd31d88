import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runEndUs } from '../../model/plan.ts'
import { SECOND } from '../../model/units.ts'
import { foreignShare, look } from '../cpu-time.ts'
import { planOf } from '../plan.ts'
import { runPlan } from '../run-plan.ts'
import { scenarioFile } from '../shipped.ts'
import { Generator, type Trial } from './generator.ts'
import { BRACKET_WIDTH, type GeneratorSpeed, type SimulatorSpeed } from './measured.ts'
import { searchRate } from './rate-search.ts'

const SCENARIO = 'partition-heal'
/** A simulation is broken off after so long: what it has simulated by then tells its speed as well. */
const SIMULATE_MS = 5_000
/** No trial of a rate begins after so long. */
const SEARCH_MS = 15_000

/** Simulates a scenario that ships, with its record, in a folder that is removed. */
export async function measureSimulator(
  interrupted: () => boolean = () => false,
): Promise<SimulatorSpeed> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-doctor-'))
  try {
    const plan = planOf(scenarioFile(SCENARIO))
    const before = look()
    const startMs = performance.now()
    let reachedUs = 0
    const out = join(folder, 'run')
    const tooLong = () => interrupted() || performance.now() - startMs > SIMULATE_MS
    await runPlan(plan, {
      out,
      interrupted: tooLong,
      onEvent: ({ t }) => {
        reachedUs = Math.max(reachedUs, t)
      },
    })
    const realS = (performance.now() - startMs) / 1000
    const whole = reachedUs >= runEndUs(plan)
    const simulatedS = reachedUs / SECOND
    return { scenario: SCENARIO, simulatedS, realS, whole, foreign: foreignSince(before) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Looks for the highest rate of searches that the load driver keeps up with. Rejects with an EnvironmentError. */
export async function measureGenerator({
  program,
  arrivals,
  from = 250,
  searchMs = SEARCH_MS,
  onTrial = () => {},
  interrupted = () => false,
}: {
  /** Another server to send to than the one that answers at once, and how searches come. */
  program?: string
  arrivals?: 'poisson' | 'constant'
  from?: number
  searchMs?: number
  onTrial?: (trial: Trial) => void
  interrupted?: () => boolean
} = {}): Promise<GeneratorSpeed> {
  const generator = await Generator.open(program)
  const before = look()
  const startMs = performance.now()
  try {
    // The first trial pays for what is compiled and connected then; it shows nothing but that.
    await generator.trial(from, arrivals)
    const bracket = await searchRate({
      ...{ from, most: 64_000, width: BRACKET_WIDTH },
      outOfTime: () => interrupted() || performance.now() - startMs > searchMs,
      trial: async (perSec) => {
        const trial = await generator.trial(perSec, arrivals)
        onTrial(trial)
        return trial.kept
      },
    })
    const seconds = (performance.now() - startMs) / 1000
    return { ...bracket, seconds, foreign: foreignSince(before) }
  } finally {
    generator.close()
  }
}

/** What others took since: containers of this machine are others as long as no run lasts. */
function foreignSince(before: ReturnType<typeof look>): number | null {
  const now = look()
  return before && now && foreignShare(before, now, { containers: false })
}
