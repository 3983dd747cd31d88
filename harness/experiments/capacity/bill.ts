import { median } from 'simple-statistics'
import type { Bill, Prices } from '../../model/bill.ts'
import type { OfferedRate, Trial } from '../../model/capacity.ts'
import type { RegionName } from '../../model/units.ts'

const GB = 1e9
const HOUR_SEC = 3_600

/**
 * What the highest rate that keeps all limits costs: servers of every region as they stand, and what the trials at that
 * rate sent over each link (the median of the seeds). One more region or a discount is not in it.
 */
export function billOf(
  trials: readonly Trial[],
  own: OfferedRate,
  keeps: number,
  regions: readonly RegionName[],
  prices: Prices,
): Bill {
  const { asOf, source, currency } = prices
  const [perSec, searchPerSec] = [own.perSec * keeps, own.searchPerSec * keeps]
  const servers = regions.map((region) => ({ region, perHour: prices.serverPerHour(region) }))
  const at = trials.filter(({ factor, linkBytes }) => factor === keeps && linkBytes.length > 0)
  const links = [...new Set(at.flatMap(({ linkBytes }) => linkBytes.map(({ link }) => link)))]
  const egress = links.map((link) => {
    const bytesPerSec = median(
      at
        .flatMap(({ linkBytes }) => linkBytes.filter((one) => one.link === link))
        .map((one) => one.perSec),
    )
    const perGb = prices.egressPerGb(link)
    const perHour = perGb === undefined ? null : (bytesPerSec * HOUR_SEC * perGb) / GB
    return { link, bytesPerSec, perHour }
  })
  const sum = (of: readonly { perHour: number | null }[]) =>
    of.reduce((all, { perHour: one }) => all + (one ?? 0), 0)
  const perHour = sum(servers) + sum(egress)
  const perMillion = (rate: number): number => (perHour / (rate * HOUR_SEC)) * 1e6
  return {
    ...{ asOf, source, currency, perSec, searchPerSec, servers, egress, perHour },
    perMillionSearches: searchPerSec > 0 ? perMillion(searchPerSec) : null,
    perMillionOperations: perMillion(perSec),
  }
}
