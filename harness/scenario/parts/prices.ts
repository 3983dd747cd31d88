import { z } from 'zod'
import type { Prices } from '../../model/bill.ts'
import { linkText } from '../../model/fault.ts'
import type { RegionName } from '../../model/units.ts'
import { openSheet, type SourceFile } from '../yaml/document.ts'
import { inFileOrder, type Problem } from '../yaml/problem.ts'
import { read } from '../yaml/reading.ts'
import { directions, splitLink } from '../yaml/reference.ts'
import { didYouMean } from '../yaml/spelling.ts'

const price = z.number({ error: 'expected a price such as 0.40' }).min(0)

const schema = z.strictObject({
  'as-of': z
    .string({ error: 'expected the date of these prices, such as 2026-11-30' })
    .regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'expected a date such as 2026-11-30' }),
  source: z.string({ error: 'expected where these prices come from, in words' }).min(1),
  currency: z.string({ error: 'expected a currency such as EUR' }).min(1),
  servers: z.strictObject({
    default: price.optional(),
    regions: z.record(z.string(), price).optional(),
  }),
  egress: z
    .strictObject({ default: price.optional(), links: z.record(z.string(), price).optional() })
    .optional(),
})

/**
 * Reads a file of prices: what all that runs in a region costs an hour, and a GB from one region to another. Every region
 * needs a price; a link without one is left out of the bill and said to be.
 */
export function readPrices(
  source: SourceFile,
  regions: readonly RegionName[],
): { prices: Prices } | { problems: Problem[] } {
  const { sheet, usable } = openSheet(source)
  const written = usable ? read(sheet, [], schema) : undefined
  if (!written || sheet.problems.length > 0)
    return { problems: inFileOrder(sheet.problems, source.file) }
  const { servers, egress } = written
  const own = servers.regions ?? {}
  for (const name of Object.keys(own))
    if (!regions.includes(name))
      sheet.report(['servers', 'regions', name], {
        ...{ message: `region "${name}" is not in the scenario`, at: 'key' },
        hint: didYouMean(name, regions, 'regions'),
      })
  const without = regions.filter((region) => own[region] === undefined)
  if (servers.default === undefined && without.length > 0)
    sheet.report(['servers'], {
      message: `there is no price for ${without.join(', ')}`,
      hint: 'Write default: 0.40, or a price under regions: for each.',
    })
  const links = new Map<string, number>()
  for (const [name, perGb] of Object.entries(egress?.links ?? {})) {
    const link = splitLink(name)
    const ends = link === undefined ? [] : directions(link)
    if (
      ends.length === 0 ||
      ends.some(({ from, to }) => ![from, to].every((end) => regions.includes(end)))
    )
      sheet.report(['egress', 'links', name], {
        ...{ message: `"${name}" is no link of the scenario`, at: 'key' },
        hint: `Write ${regions[0] ?? 'a'} -> ${regions[1] ?? 'b'}: 0.02.`,
      })
    for (const end of ends) links.set(linkText(end), perGb)
  }
  if (sheet.problems.length > 0) return { problems: inFileOrder(sheet.problems, source.file) }
  return {
    prices: {
      ...{ asOf: written['as-of'], source: written.source, currency: written.currency },
      // Every region has one by now.
      serverPerHour: (region) => own[region] ?? (servers.default as number),
      egressPerGb: (link) => links.get(link) ?? egress?.default,
    },
  }
}
