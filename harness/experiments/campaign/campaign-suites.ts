import { type Case, type Suite, suiteOfOne } from '../../../reports/ci/suite.ts'
import { counted } from '../../text/value.ts'
import { type LibraryResult, labelOf } from './library-table.ts'
import type { SeedCampaign } from './seed-campaign.ts'
import type { Row } from './task.ts'

/** A folder of scenarios as suites: one for each run, and one for the whole, which is red if the exit code is. */
export function suitesOfLibrary({
  rows,
  asked,
  exitCode,
  ledger,
  onServersOnly,
}: LibraryResult): Suite[] {
  const whole = 'all runs'
  const missing = asked - rows.length
  const never = ledger?.held ? ledger.never : []
  const reason =
    missing > 0
      ? `interrupted: ${missing} of ${counted(asked, 'run')} were not made`
      : never.length > 0
        ? `states of the ledger that no run reached: ${never.join(', ')}`
        : `exit code ${exitCode} of ${counted(rows.length, 'run')}`
  const outcome = exitCode === 0 ? 'passed' : missing > 0 ? 'error' : 'failed'
  const left = onServersOnly.map((file) => {
    const because = 'runs on real servers only: faultline run FILE --world containers'
    return suiteOfOne(file, { name: 'verdict', outcome: 'skipped', because, file })
  })
  return [
    ...rows.map(suiteOfRow),
    ...left,
    suiteOfOne(whole, { name: 'exit code', outcome, because: reason }),
  ]
}

/** A run that could not be made, or whose process died, has nothing but that to say. */
const suiteOfRow = (row: Row): Suite =>
  row.suite ??
  suiteOfOne(labelOf(row), {
    ...{ name: 'verdict', outcome: 'error', file: row.file },
    because: `${row.verdict}: ${row.because}`,
  })

/** A campaign of one scenario as a suite: one case for each seed, and one for each that was not run. */
export function suiteOfSeeds(
  campaign: SeedCampaign,
  rows: readonly Row[],
  seeds: readonly number[],
  file: string,
): Suite {
  const { scenario, failing, faultline, seconds } = campaign
  const [one] = rows
  const replays = new Map(failing.map(({ seed, replay }) => [seed, replay]))
  const bySeed = new Map(rows.map((row) => [row.seed, row]))
  const { name, cases } = suiteOfOne(scenario, {
    ...{ name: 'campaign', outcome: campaign.exitCode === 0 ? 'passed' : 'failed' },
    because: `${failing.length} of ${counted(rows.length, 'seed')} did not come out as it should`,
  })
  return {
    name: `${name}${one ? ` on ${one.system}` : ''}, seeds`,
    file,
    seconds,
    properties: [['faultline', `version ${faultline}`]],
    cases: [...cases, ...seeds.map((seed) => seedCase(seed, bySeed.get(seed), replays.get(seed)))],
  }
}

function seedCase(seed: number, row: Row | undefined, replay?: string): Case {
  const at = { where: 'seeds', name: `seed ${seed}` }
  if (!row) return { ...at, outcome: 'error', because: 'interrupted: not run', more: [] }
  const { verdict, outcome, because, wrong } = row
  const more = replay === undefined ? [] : [`to repeat: faultline run ${replay}`]
  if (outcome !== 'not as it should') {
    if (verdict === 'pass') return { ...at, outcome: 'passed', because: `pass: ${because}`, more }
    return { ...at, outcome: 'skipped', because: `as expected: ${verdict}: ${because}`, more }
  }
  const reason = `${verdict}: ${wrong.join('; ')}`
  const failed = verdict === 'pass' || verdict === 'fail'
  return { ...at, outcome: failed ? 'failed' : 'error', because: reason, more }
}
