import type { CapacityResult, CatchUp, Forecast } from '../harness/model/capacity.ts'
import { counted, countText, percentText, valueText } from '../harness/text/value.ts'
import { linkLabel } from './format.ts'

type Table = { head: string[]; rows: string[][] }

/** A row for each bandwidth, a column for each backlog. */
export function catchUpTable({ cells, flowBytesPerSec }: CatchUp): Table {
  const cuts = cells.filter(({ bytesPerSec }) => bytesPerSec === cells[0]?.bytesPerSec)
  const head = [
    'bandwidth of the link',
    ...cuts.map(
      ({ cutUs, backlogBytes }) =>
        `${valueText(cutUs, 'us')} cut, ${valueText(backlogBytes, 'bytes')} behind`,
    ),
  ]
  const bandwidths = [...new Set(cells.map(({ bytesPerSec }) => bytesPerSec))]
  const rows = bandwidths.map((wide) => [
    wide === null
      ? 'as the scenario has it'
      : `${valueText(wide, 'bytes')}/s, ${countText(wide / flowBytesPerSec)} × its flow`,
    ...cells.filter(({ bytesPerSec }) => bytesPerSec === wide).map(({ took }) => tookText(took)),
  ])
  return { head, rows }
}

function tookText(took: CatchUp['cells'][number]['took']): string {
  if (took === undefined) return 'not run'
  const { low, high } = took
  if (high === undefined) return `more than ${valueText(low, 'us')}`
  return low === high ? valueText(low, 'us') : `${valueText(low, 'us')} … ${valueText(high, 'us')}`
}

export const catchUpSentence = ({ link, flowBytesPerSec }: CatchUp): string =>
  `How long it takes to catch up after ${linkLabel(link)} was cut, at the rate that keeps all limits: it carries ${valueText(flowBytesPerSec, 'bytes')}/s then. Simulated, one run each.`

/** Each level that was searched, and what the others say of it. */
export function forecastTable({ of, levels }: Forecast, { own }: CapacityResult): Table {
  return {
    head: [of === 'regions' ? 'regions' : 'points', 'kept up to', 'held out, predicted', 'error'],
    rows: levels.map(({ count, factor, heldOut, error }) => [
      countText(count),
      rateText(own.searchPerSec * factor),
      heldOut === undefined ? 'nothing' : rateText(own.searchPerSec * heldOut),
      error === undefined ? 'cannot tell' : errorText(error),
    ]),
  }
}

const rateText = (perSec: number): string => valueText(perSec, 'per-second')
const errorText = (error: number): string =>
  `${error < 0 ? '−' : '+'}${percentText(Math.abs(error))}`

/** What is forecast, and what that is worth. */
export function forecastSentence(forecast: Forecast, { own, regions }: CapacityResult): string {
  const { of, count, factor, medianError, worstError, fits, beyond, levels } = forecast
  const searches = own.searchPerSec * factor
  const all =
    of === 'regions'
      ? ` ${rateText(searches / regions)} a region, ${rateText((searches * count) / regions)} together`
      : ` ${rateText(searches)}`
  const worth = fits
    ? `with each of ${counted(levels.length, 'level')} held out in turn the others predict it to ${percentText(medianError)} (worst ${percentText(worstError)})`
    : `no figure to plan by: with a level held out the others are ${percentText(medianError)} off (worst ${percentText(worstError)})`
  const far = beyond ? ' It lies beyond what was searched: low confidence.' : ''
  return `Forecast for ${counted(count, of === 'regions' ? 'region' : 'point')}: searches up to${all}; ${worth}.${far}`
}
