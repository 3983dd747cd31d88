import { NOTABLE } from '../../analysis/facts/machine.ts'
import { counted, countText, percentText, valueText } from '../../text/value.ts'
import { MOST_REGIONS } from '../../worlds/containers/capabilities.ts'
import { BRACKET_WIDTH, type GeneratorSpeed, type SimulatorSpeed, trustedRate } from './measured.ts'
import type { RealRun } from './real-runs.ts'

/** How fast it simulates: `170 simulated seconds of partition-heal took 1.31 s: 130 × real time.` */
export function simulatorText({
  scenario,
  simulatedS,
  realS,
  whole,
  foreign,
}: SimulatorSpeed): string {
  const seconds = `${countText(Math.round(simulatedS))} simulated seconds of ${scenario}`
  const broken = whole ? '' : ', then it was broken off'
  return (
    `${seconds} took ${countText(realS)} s${broken}: ` +
    `${countText(simulatedS / realS)} × real time, one run in one process.${foreignNote(foreign)}`
  )
}

const rateText = (perSec: number): string => valueText(perSec, 'per-second')

/** What the generator keeps up with, and up to what rate to believe a run. */
export function generatorText(speed: GeneratorSpeed): string {
  const { kept, lost, trials, foreign } = speed
  const tried = `${counted(trials, 'trial')} of a second against a server that answers at once`
  const trusted = trustedRate(speed)
  if (kept === null || trusted === null) {
    const slow = lost === null ? 'no rate was tried to its end' : `not even with ${rateText(lost)}`
    return `Not bracketed: it kept up with none, ${slow} (${tried}).${foreignNote(foreign)}`
  }
  const end = lost === null ? 'a higher rate was not tried' : `not with ${rateText(lost)}`
  return (
    `It kept up with ${rateText(kept)} searches, ${end} (${tried}${wideNote(speed)}). ` +
    `Trust runs of up to ${rateText(trusted)}, half of that: the rest of a run was not measured.${foreignNote(foreign)}`
  )
}

/** Said where the search ended with both ends further apart than it was to bring them. */
const wideNote = ({ kept, lost }: GeneratorSpeed): string =>
  kept !== null && lost !== null && lost - kept > BRACKET_WIDTH * lost + 1
    ? '; time was up before the bracket was narrow'
    : ''

/** Up to how many regions a run on real servers is to be believed, from runs on record and nothing else. */
export function regionsText(runs: readonly RealRun[]): string {
  const seen = runs.filter(({ overfull }) => !overfull)
  const best = mostRegions(seen)
  const refuted = leastRegions(runs.filter(({ overfull }) => overfull))
  if (best === undefined && refuted === undefined)
    return 'Cannot tell: no run on real servers of this machine is on record in runs/. Make one: faultline run steady-state --world containers'
  const fits =
    best === undefined ? '' : `Up to ${counted(best.regions, 'region')}: ${runText(best)}.`
  const not =
    refuted === undefined
      ? ''
      : `${counted(refuted.regions, 'region')} did not fit: ${runText(refuted)}.`
  const more =
    best !== undefined && best.regions < MOST_REGIONS ? 'What more would take cannot be told.' : ''
  return [fits, not, more].filter((text) => text !== '').join(' ')
}

const mostRegions = (runs: readonly RealRun[]): RealRun | undefined =>
  runs.toSorted((a, b) => b.regions - a.regions || b.perSec - a.perSec)[0]

const leastRegions = (runs: readonly RealRun[]): RealRun | undefined =>
  runs.toSorted((a, b) => a.regions - b.regions || a.perSec - b.perSec)[0]

/** What a run took: `partition-heal at 36.0/s took 1.40 of 2 cores, none idle for 12 % of the time (runs/x, 2026-11-30)`. */
export const runText = ({
  scenario,
  perSec,
  coresUsed,
  cores,
  fullFor,
  path,
  startedAt,
}: RealRun): string =>
  `${scenario} at ${rateText(perSec)} took ${countText(coresUsed)} of ${counted(cores, 'core')}, ` +
  `none idle for ${percentText(Number(fullFor.toFixed(3)))} of the time (${path}, ${startedAt.slice(0, 10)})`

function foreignNote(foreign: number | null): string {
  if (foreign === null) return ' What others took of the CPU meanwhile is not known.'
  if (foreign <= NOTABLE) return ''
  const share = percentText(Number(foreign.toFixed(3)))
  return ` Others took ${share} of the CPU meanwhile: on a calm machine it may be more.`
}
