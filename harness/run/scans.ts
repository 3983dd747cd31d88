import { type PointId, SENTINEL_ID, type StoredPoint } from '../model/point.ts'
import type { RecordEvent, ScanEvent } from '../model/record.ts'
import type { RegionName, Us } from '../model/units.ts'
import type { World } from '../ports/world.ts'

/**
 * Scans all regions at one instant; the last time with every row. A region that cannot be read has no event.
 * Tells whether all regions could be read and are equal.
 */
export async function scanAll(
  world: World,
  regions: readonly RegionName[],
  final: boolean,
  emit: (event: RecordEvent) => void,
): Promise<boolean> {
  const t = world.clock.now()
  const scans = await Promise.all(regions.map((region) => scanOne(world, region, final, t)))
  for (const scan of scans) if (scan) emit(scan)
  return scans.every((scan) => scan !== null && scan.digest === scans[0]?.digest)
}

async function scanOne(
  world: World,
  region: RegionName,
  final: boolean,
  t: Us,
): Promise<ScanEvent | null> {
  const found = await world.look(region)
  // A store without its sentinel has not loaded its data: its emptiness says nothing.
  if (!found?.some(({ id }) => id === SENTINEL_ID)) return null
  const points = found.filter(({ id }) => id !== SENTINEL_ID)
  const live = points.filter(({ deleted }) => !deleted)
  const scan = {
    type: 'scan' as const,
    t,
    region,
    final,
    points: live.length,
    digest: digest(live),
  }
  return final ? { ...scan, ...rowsOf(points) } : scan
}

function rowsOf(points: readonly StoredPoint[]) {
  const sorted = [...points].sort((a, b) => a.id - b.id || a.write - b.write)
  return {
    ids: sorted.map(({ id }): PointId => id),
    writes: sorted.map(({ write }) => write),
    rows: sorted.map(({ row, deleted }) => (deleted ? -1 : row)),
  }
}

/**
 * Equal for equal sets of (id, write, row), in any order: two 32-bit sums of mixed words, as hex. Tombstones
 * are left out, since regions forget them at different times.
 */
function digest(points: readonly StoredPoint[]): string {
  let low = 0
  let high = 0
  for (const { id, write, row } of points) {
    const mixed = mix(mix(mix(id, 0x2545f491), write), row)
    low = (low + mixed) >>> 0
    high = (high + mix(mixed, id)) >>> 0
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0')
}

/** One round of MurmurHash3's block mixing and its finisher. */
function mix(word: number, seed: number): number {
  let h = seed ^ Math.imul(word, 0xcc9e2d51)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
