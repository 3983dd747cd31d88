import type { RegionName, Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import { HEALTH, type Router, type Stop, type UserTerrain } from '../../ports/system.ts'

/** Probes in a row that change a region's health: a single lost one must not move users. */
const FALL = 3
const RISE = 2

type Health = { healthy: boolean; streak: number; rttUs: Us }

export type RoutingKnobs = {
  /** Time between two health probes of a region; also how long a probe may take. */
  probeEveryUs: Us
  /** How long a client stays with the region it was given, 0 = not at all. Expires from the first use. */
  affinityUs: Us
}

/**
 * A global load balancer as the users of one region see it: the nearest healthy region (their own if it is),
 * health by probes that are real messages, fail-over when a region stops answering, fail-back when it is well
 * again; with affinity a client goes back only when its time is over.
 */
export function openRouter(users: UserTerrain, knobs: RoutingKnobs): Router {
  const health = new Map<RegionName, Health>()
  for (const region of users.regions) health.set(region, { healthy: true, streak: 0, rttUs: 0 })
  const assigned = new Map<string, { region: RegionName; untilUs: Us }>()
  return {
    gateway(client) {
      const now = users.clock.elapsed()
      const held = assigned.get(client)
      if (held && held.untilUs > now && health.get(held.region)?.healthy) return held.region
      const region = nearest(users, health)
      if (region && knobs.affinityUs > 0)
        assigned.set(client, { region, untilUs: now + knobs.affinityUs })
      return region
    },
    async run(stop) {
      await Promise.all(
        users.regions.map((region) => probe(users, region, health, knobs.probeEveryUs, stop)),
      )
    },
  }
}

function nearest(users: UserTerrain, health: Map<RegionName, Health>): RegionName | undefined {
  if (health.get(users.region)?.healthy) return users.region
  let best: RegionName | undefined
  for (const region of users.regions) {
    const here = health.get(region) as Health
    if (!here.healthy) continue
    if (best === undefined || here.rttUs < (health.get(best) as Health).rttUs) best = region
  }
  return best
}

async function probe(
  users: UserTerrain,
  region: RegionName,
  health: Map<RegionName, Health>,
  everyUs: Us,
  stop: Stop,
): Promise<void> {
  const { clock } = users
  const state = health.get(region) as Health
  while (!stop.fired) {
    const startUs = clock.elapsed()
    const ok = await answers(users, region, everyUs, clock, state)
    const moved = ok !== state.healthy
    state.streak = moved ? state.streak + 1 : 0
    if (moved && state.streak >= (ok ? RISE : FALL)) {
      state.healthy = ok
      state.streak = 0
    }
    await clock.sleep(Math.max(0, everyUs - (clock.elapsed() - startUs)))
  }
}

async function answers(
  users: UserTerrain,
  region: RegionName,
  withinUs: Us,
  clock: Clock,
  state: Health,
): Promise<boolean> {
  const startUs = clock.elapsed()
  try {
    await users.network.call(region, { kind: HEALTH, bytes: 48, body: null }, withinUs)
    state.rttUs = clock.elapsed() - startUs
    return true
  } catch (error) {
    if (error instanceof CallError) return false
    throw error
  }
}
