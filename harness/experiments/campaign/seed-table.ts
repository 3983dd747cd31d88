import { type Align, textTable } from '../../text/table.ts'
import { counted, countText, percentText } from '../../text/value.ts'
import { figureTable } from '../repetition-table.ts'
import type { FailingSeed, SeedCampaign } from './seed-campaign.ts'

/** How many seeds failed, and what that shows of all there are. */
export function rateSentence(campaign: Rated): string {
  const { done, failing, undecided, failureRate, expecting } = campaign
  const failed = failing.length - undecided
  const verb = expecting ? 'came out otherwise than stated' : 'failed'
  if (done === 0) return 'No seed was run to its end.'
  const open = undecided === 0 ? '' : `, and ${counted(undecided, 'seed')} cannot be counted`
  const { low, high } = failureRate
  if (failed === 0)
    return `None of ${counted(done, 'seed')} ${verb}${open}; with 95 % confidence at most ${percentText(high)} of all seeds do.`
  return `${countText(failed)} of ${counted(done, 'seed')} ${verb} (${percentText(failed / done)})${open}; with 95 % confidence ${percentText(low)} to ${percentText(high)} of all seeds do.`
}

type Rated = Pick<SeedCampaign, 'done' | 'failing' | 'undecided' | 'failureRate' | 'expecting'>

const MOST_SHOWN = 40
const header = ['seed', 'verdict', 'replay', 'why']
const aligns: Align[] = ['right', 'left', 'left', 'left']

/** What the command prints. */
export function seedTable(campaign: SeedCampaign): string {
  const { scenario, asked, done, verdicts, failing, figures, jobs, seconds } = campaign
  const counts = Object.entries(verdicts).map(([verdict, count]) => `${count} ${verdict}`)
  const all = done === asked ? counted(done, 'seed') : `${done} of ${counted(asked, 'seed')}`
  const rows = failing
    .slice(0, MOST_SHOWN)
    .map(({ seed, verdict, wrong, replay = '' }) => [
      String(seed),
      verdict,
      replay,
      wrong.join('; '),
    ])
  return [
    ...(figures.length > 0 ? [figureTable(figures, done), ''] : []),
    ...(failing.length > 0 ? [...textTable(header, aligns, rows), ''] : []),
    ...(failing.length > MOST_SHOWN ? [`and ${failing.length - MOST_SHOWN} more seeds`, ''] : []),
    `${scenario}, ${all}: ${counts.join(', ')}.`,
    `${rateSentence(campaign)}${shrinkHint(failing)}`,
    `${seconds.toFixed(0)} s in ${counted(jobs, 'process', 'processes')}: ${((seconds * jobs) / Math.max(1, done)).toFixed(2)} s a run.`,
  ].join('\n')
}

/** The first that fails by something that can be kept while the run is made smaller: a checker or a limit. */
export const shrinkable = (failing: readonly FailingSeed[]): string | undefined =>
  failing.find(({ failed = [], replay }) => failed.length > 0 && replay !== undefined)?.replay

function shrinkHint(failing: readonly FailingSeed[]): string {
  const replay = shrinkable(failing)
  return replay === undefined ? '' : ` Make the first small: faultline shrink ${replay}`
}
