import { z } from 'zod'
import { type Plan, type StoreKind, storeKinds } from '../../model/plan.ts'
import type { Sheet } from '../yaml/document.ts'
import { read } from '../yaml/reading.ts'
import { didYouMean } from '../yaml/spelling.ts'

const kind = z.enum(storeKinds)

/** One store for all regions, or a map from region to store; a region that is not named has Milvus. */
export const storeSchema = z.union([kind, z.record(z.string(), kind)], {
  error: `expected ${storeKinds.join(' or ')}, or a map such as { us-east: pgvector }`,
})

/**
 * What each region keeps its vectors in. Without an entry where all of them have Milvus: plans of before there was
 * another store say the same.
 */
export function resolveStores(
  sheet: Sheet,
  regions: readonly string[] | null,
): Pick<Plan, 'stores'> {
  if (sheet.at(['store']) === undefined || !regions) return {}
  const written = read(sheet, ['store'], storeSchema)
  if (written === undefined) return {}
  for (const region of typeof written === 'string' ? [] : Object.keys(written))
    if (!regions.includes(region))
      sheet.report(['store', region], {
        message: `unknown region "${region}"`,
        hint: didYouMean(region, regions, 'regions'),
        at: 'key',
      })
  const of = (region: string): StoreKind =>
    typeof written === 'string' ? written : (written[region] ?? 'milvus')
  const stores = Object.fromEntries(regions.map((region) => [region, of(region)]))
  return regions.some((region) => of(region) !== 'milvus') ? { stores } : {}
}
