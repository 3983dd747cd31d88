import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { definedCheckers } from '../analysis/checkers/defined.ts'
import { checkerNames } from '../model/checker.ts'
import { UsageError } from '../model/errors.ts'
import type { Guarantees } from '../model/guarantees.ts'
import { keptByAll, type Layout } from '../model/layout.ts'
import type { Lack, Plan } from '../model/plan.ts'
import type { Need, System } from '../ports/system.ts'
import type { Files } from '../scenario/extension.ts'
import type { Known } from '../scenario/known.ts'
import type { SourceFile } from '../scenario/yaml/document.ts'
import { activeActiveCdc } from '../systems/active-active-cdc/system.ts'
import { gossipQuorum } from '../systems/gossip-quorum/system.ts'
import { primaryReplica } from '../systems/primary-replica/system.ts'
import { scatterGather } from '../systems/scatter-gather/system.ts'
import { walSharded } from '../systems/wal-sharded/system.ts'
import { openPool, type Pool, spaceOf } from '../workload/pool.ts'
import { missingInContainers } from '../worlds/containers/capabilities.ts'
import { DELAY_STEP_US } from '../worlds/containers/topology/setting.ts'
import { missingInSim } from '../worlds/sim/capabilities.ts'
import { fileBeside } from './beside.ts'
import { shippedScenario } from './shipped.ts'

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url))

/** Everything a scenario can name, as plain objects: help, schema, errors and docs are made from their keys. */
const inCatalogue: Record<string, System> = {
  'active-active-cdc': activeActiveCdc,
  'gossip-quorum': gossipQuorum,
  'primary-replica': primaryReplica,
  'scatter-gather': scatterGather,
  'wal-sharded': walSharded,
}

export const systems: Readonly<Record<string, System>> = inCatalogue

/**
 * Makes a system of one's own known by a kind that scenarios name, in this process, and gives it back. Throws a
 * UsageError if the kind is taken.
 */
export function defineSystem<Knobs>(kind: string, system: System<Knobs>): System<Knobs> {
  if (Object.hasOwn(inCatalogue, kind)) throw new UsageError(`there is a system "${kind}" already`)
  // What is handed to a system are its own knobs, parsed by itself.
  inCatalogue[kind] = system as System
  return system
}

/** Folders of fixtures/, by the name scenarios use. */
const dataSets: Readonly<Record<string, string>> = { glosses: 'glosses-10k' }

export function dataSet(name: string): Pool {
  const folder = dataSets[name]
  if (folder === undefined) throw new Error(`this Faultline has no data set "${name}"`)
  return openPool(join(fixtures, folder))
}

function systemOf(plan: Plan): { system: System; knobs: unknown } {
  const system = systems[plan.system.kind] as System
  return { system, knobs: system.knobs.parse(plan.system.knobs) }
}

/** What the system of a plan promises. */
export function guaranteesFor(plan: Plan): Guarantees {
  const { system, knobs } = systemOf(plan)
  return system.guarantees(knobs)
}

/** Where the system of a plan keeps which points. */
export function layoutFor(plan: Plan): Layout {
  const { system, knobs } = systemOf(plan)
  const space = spaceOf(dataSet(plan.data.set), plan.data.base)
  return system.layout?.(knobs, plan.regions, space) ?? keptByAll(plan.regions)
}

/** Parts every store of a plan is divided into: 1 where no search is restricted to some of them. */
export function shardsOf(plan: Plan): number {
  const { system, knobs } = systemOf(plan)
  return system.needs?.(knobs)?.includes('shards') ? layoutFor(plan).shards : 1
}

/** How files that a scenario names are had. */
export const files: Files = { fileBeside, shippedScenario }

export function known(): Known {
  return {
    systems,
    dataSets: Object.fromEntries(Object.keys(dataSets).map((name) => [name, dataSet(name)])),
    profiles: yamlFiles('profiles'),
    linkPresets: yamlFiles('links'),
    checkers: [...checkerNames, ...Object.keys(definedCheckers())],
    ...files,
    lacks: {
      sim: missingInSim,
      containers: (plan, written) => [...missingInContainers(plan, written), ...needLacks(plan)],
    },
    delaySteps: { containers: DELAY_STEP_US },
  }
}

/** What a system needs and real servers cannot give it yet. */
function needLacks(plan: Plan): Lack[] {
  const { system, knobs } = systemOf(plan)
  return (system.needs?.(knobs) ?? []).flatMap((need) => {
    const what = missingNeeds[need]
    if (what === undefined) return []
    const why = 'its adapters for real servers do not have it. Run it in the simulator.'
    return [
      { what: `what system ${plan.system.kind} needs (${what})`, why, at: ['system', 'kind'] },
    ]
  })
}

const missingNeeds: Partial<Record<Need, string>> = {
  collections: 'more than one collection in a store',
  snapshots: 'snapshots kept outside all regions',
}

/** Stands beside the profiles and is none. */
const TWIN_REASONS = 'twin-reasons.yaml'

function yamlFiles(folder: string): Record<string, SourceFile> {
  const path = join(fixtures, folder)
  const names = readdirSync(path).filter((name) => name.endsWith('.yaml') && name !== TWIN_REASONS)
  return Object.fromEntries(
    names.sort().map((name) => {
      const file = relative(process.cwd(), join(path, name))
      return [
        name.slice(0, -'.yaml'.length),
        { file, text: readFileSync(join(path, name), 'utf8') },
      ]
    }),
  )
}
