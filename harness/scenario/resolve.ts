import { basename } from 'node:path'
import type { z } from 'zod'
import { type Plan, storesUsed, type WorldName } from '../model/plan.ts'
import type { Profile } from '../model/profile.ts'
import { type Known, type Names, namesOf } from './known.ts'
import { resolveAlerts } from './parts/alerts.ts'
import { defaults } from './parts/defaults.ts'
import { checkExpectation, expectationOf } from './parts/expectation.ts'
import { resolveFaults } from './parts/faults.ts'
import { resolveLimits } from './parts/limits.ts'
import { resolveLinks } from './parts/links.ts'
import { readProfile } from './parts/profile.ts'
import { resolveLoad } from './parts/region-load.ts'
import { resolveServers } from './parts/servers.ts'
import { resolveServiceLevels } from './parts/service-levels.ts'
import { resolveStores } from './parts/store.ts'
import { checkWidth, resolveSystem } from './parts/system.ts'
import { resolveRate } from './parts/worlds.ts'
import { type SectionName, type SectionSchemas, sectionSchemas } from './schema.ts'
import { firstComment, type Path, type Sheet } from './yaml/document.ts'
import { read, reportKey } from './yaml/reading.ts'
import { didYouMean } from './yaml/spelling.ts'

/** A scenario being read. */
type Open = { sheet: Sheet; known: Known; names: Names; schemas: SectionSchemas }

/** A section as written; undefined if it is absent or wrong. */
function section<S extends SectionName>(
  { sheet, schemas }: Open,
  name: S,
): z.output<SectionSchemas[S]> | undefined {
  return read(sheet, [name], schemas[name]) as z.output<SectionSchemas[S]> | undefined
}

/** Reports what is wrong at a place; null, for the caller to hand on. */
function refuse(sheet: Sheet, path: Path, message: string, hint: string): null {
  sheet.report(path, { message, hint })
  return null
}

/** The world a plan is for, and what the command line says of it. */
export type Wanted = {
  seed?: number
  world: WorldName
  /** Whether what the world cannot do is a problem. */
  checkLacks: boolean
}

/**
 * Fills in every value of a scenario. Everything that is wrong is in `sheet.problems` afterwards; the plan is null
 * then. Each part is resolved even if another is broken, so that all problems come at once.
 */
export function resolve(sheet: Sheet, text: string, known: Known, wanted: Wanted): Plan | null {
  const names = namesOf(known, regionsWritten(sheet))
  const open: Open = { sheet, known, names, schemas: sectionSchemas(names) }
  checkKeys(open)
  // For those who choose among scenarios: no part of the plan.
  section(open, 'quick')
  const regions = resolveRegions(open)
  const name = section(open, 'name')
  const seed = wanted.seed ?? section(open, 'seed') ?? defaults.seed
  const data = resolveData(open)
  const system = resolveSystem(sheet, known, open.schemas.system, regions)
  const mirror = section(open, 'mirror')
  const profile = withMirrorWindow(sheet, mirror, resolveProfile(open))
  const timeline = resolveTimeline(open)
  const probes = resolveProbes(open, regions)
  const links = resolveLinks(sheet, known, names, regions)
  const load = resolveLoad(sheet, names, {
    ...{ data, timeline, rate: resolveRate(sheet), fileBeside: known.fileBeside },
  })
  if (data && load) checkVectors(open, data, load)
  const stores = withWidth(open, system, regions)
  const faults = resolveFaults(sheet, names, timeline)
  const setting =
    regions && load && timeline && faults && probes && data
      ? { regions, load, timeline, faults, probes, data }
      : null
  const limits = resolveLimits(sheet, known, names, setting)
  const serviceLevels = resolveServiceLevels({ sheet, known, names, setting })
  const servers = resolveServers(sheet, faults, regions && { regions, ...stores })
  const rest = {
    log: resolveLog(open),
    mirror: mirrorOf(mirror),
    expect: resolveExpect(open, limits),
    ...resolveAlerts(sheet, known, faults?.map((fault) => fault.name) ?? null),
  }
  if (!setting || !name || !data || !system || !profile || !links || !limits || !servers)
    return null
  if (!serviceLevels) return null
  const question = firstComment(text)
  const file = basename(sheet.file)
  const { world } = wanted
  const head = { format: 1, name, question, file, seed, world, overlay: [] as string[] } as const
  const optional = { ...(serviceLevels.length > 0 && { serviceLevels }), ...stores }
  const parts = { links, data, ...system, profile, limits, ...optional, servers, ...rest }
  const plan: Plan = { ...head, ...setting, ...parts }
  if (wanted.checkLacks) checkLacks(open, plan)
  return plan
}

function checkLacks({ sheet, known }: Open, plan: Plan): void {
  const written = (path: Path): boolean => sheet.at(path) !== undefined
  for (const { what, why, at } of known.lacks[plan.world]?.(plan, written) ?? [])
    sheet.report(at, { message: `world ${plan.world} cannot do ${what}: ${why}` })
}

/** Regions as far as they can be read, so that other problems do not follow from a broken list. */
export function regionsWritten(sheet: Sheet): string[] | null {
  const written = sheet.at(['regions'])
  if (!Array.isArray(written)) return null
  return written.filter((name) => typeof name === 'string')
}

function checkKeys({ sheet, schemas }: Open): void {
  const { value } = sheet
  const known = Object.keys(schemas)
  for (const key of Object.keys(value as object))
    if (!known.includes(key)) reportKey(sheet, [key], known)
}

function resolveRegions(open: Open): string[] | null {
  const regions = section(open, 'regions')
  if (!regions) return null
  const before = open.sheet.problems.length
  for (const [i, region] of regions.entries())
    if (regions.indexOf(region) < i)
      open.sheet.report(['regions', i], {
        message: `region "${region}" appears twice`,
        hint: 'Keep one of them.',
      })
  return open.sheet.problems.length > before ? null : regions
}

/** What regions keep their vectors in; and whether their graphs are as wide as searches of Milvus have to be. */
function withWidth(
  { sheet, known }: Open,
  system: Pick<Plan, 'system' | 'index'> | null,
  regions: string[] | null,
): Pick<Plan, 'stores'> {
  const stores = resolveStores(sheet, regions)
  // pgvector takes any k: what it then leaves out is for a run to show.
  const milvus = !regions || storesUsed({ regions, ...stores }).includes('milvus')
  if (system && milvus) checkWidth(sheet, known, system)
  return stores
}

function resolveData(open: Open): Plan['data'] | null {
  const { sheet, known } = open
  const before = sheet.problems.length
  const written = section(open, 'data')
  if (sheet.problems.length > before) return null
  const set = written?.set ?? defaults.data.set
  const base = written?.base ?? defaults.data.base
  const size = known.dataSets[set]?.size
  if (size === undefined)
    return refuse(
      sheet,
      ['data'],
      `unknown data set "${set}"`,
      didYouMean(set, Object.keys(known.dataSets), 'data sets'),
    )
  if (base <= size) return { set, base }
  const hint = `Write less than ${size}: what is not base is for upserts.`
  return refuse(sheet, ['data', 'base'], `base is ${base}, but ${set} has ${size} vectors`, hint)
}

function checkVectors({ sheet, known }: Open, data: Plan['data'], load: Plan['load']): void {
  const size = known.dataSets[data.set]?.size
  if (data.base === size && load.some(({ upsertPerSec }) => upsertPerSec > 0))
    sheet.report(['data', 'base'], {
      message: `all ${size} vectors of ${data.set} are base data: none are left for upserts`,
      hint: 'Make base smaller.',
    })
}

function resolveProfile(open: Open): Profile | null {
  const { sheet, known } = open
  const before = sheet.problems.length
  const written = section(open, 'profile')
  // With a row too many the others are read all the same.
  if (written === undefined && sheet.problems.length > before) return null
  const given = typeof written === 'string' ? { name: written, override: undefined } : written
  const name = given?.name ?? defaults.profile
  const source = known.profiles[name]
  if (!source)
    return refuse(
      sheet,
      ['profile'],
      `unknown profile "${name}"`,
      didYouMean(name, Object.keys(known.profiles), 'profiles'),
    )
  const values = given?.override
  const path = ['profile', 'override']
  const result = readProfile(name, source, values ? { sheet, path, values } : null)
  if ('profile' in result) return result.profile
  sheet.problems.push(...result.problems)
  return null
}

type MirrorWritten = z.output<SectionSchemas['mirror']>

/** The window of mirrors stands in the profile, where their other figures are. */
function withMirrorWindow(
  sheet: Sheet,
  written: MirrorWritten,
  profile: Profile | null,
): Profile | null {
  const bytes = written?.window
  if (bytes === undefined || !profile?.windows) return profile
  const value = String(sheet.at(['mirror', 'window']))
  const row = { key: 'window.mirror', value, source: 'mirror: { window } in the scenario' }
  const rows = profile.rows.map((other) => (other.key === row.key ? row : other))
  return { ...profile, rows, windows: { ...profile.windows, mirror: bytes } }
}

function resolveTimeline(open: Open): Plan['timeline'] | null {
  const before = open.sheet.problems.length
  const written = section(open, 'timeline')
  if (open.sheet.problems.length > before) return null
  return {
    warmupUs: written?.warmup ?? defaults.timeline.warmupUs,
    runUs: written?.run ?? defaults.timeline.runUs,
    settleUs: written?.settle ?? defaults.timeline.settleUs,
  }
}

/** Probes compare regions: one alone has nothing to compare. */
function resolveProbes(open: Open, regions: readonly string[] | null): Plan['probes'] | null {
  const { sheet } = open
  const before = sheet.problems.length
  const written = section(open, 'probes')
  if (sheet.problems.length > before || !regions) return null
  if (written === 'off') return { everyUs: 0 }
  if (!written) return regions.length < 2 ? { everyUs: 0 } : defaults.probes
  if (regions.length >= 2) return { everyUs: written.every }
  const message = 'probes compare the answers of regions, and there is one'
  return refuse(sheet, ['probes'], message, 'Write probes: off.')
}

function resolveLog(open: Open): Plan['log'] {
  const written = section(open, 'log')
  return {
    partitions: written?.partitions ?? defaults.log.partitions,
    retentionUs: written?.retention ?? defaults.log.retentionUs,
  }
}

function mirrorOf(written: MirrorWritten): Plan['mirror'] {
  return {
    delivery: written?.delivery ?? defaults.mirror.delivery,
    flushUs: written?.flush ?? defaults.mirror.flushUs,
    policy: written?.policy ?? defaults.mirror.policy,
  }
}

function resolveExpect(open: Open, limits: Plan['limits'] | null): Plan['expect'] {
  const written = section(open, 'expect')
  if (!written) return null
  checkExpectation(open.sheet, ['expect'], written, limits)
  return expectationOf(written)
}
