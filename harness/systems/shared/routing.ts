import type { Rng } from '../../base/rng.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Router, UserTerrain } from '../../ports/system.ts'
import { Health } from './health.ts'

/**
 * `nearest`: the own region if it is well, or the one with the shortest last round trip. `latency-steered`: the one
 * whose probes are answered fastest, smoothed; another must be clearly faster. `weighted`: drawn by `weights`.
 */
export const routingPolicies = ['nearest', 'latency-steered', 'weighted'] as const
export type RoutingPolicy = (typeof routingPolicies)[number]

export type RoutingKnobs = {
  /** Time between two health probes of a region; also how long a probe may take. */
  probeEveryUs: Us
  /** How long a client stays with the region it was given, 0 = not at all. Expires from the first use. */
  affinityUs: Us
  policy?: RoutingPolicy
  /** Message that a probe is; absent: `HEALTH`, which says that an agent runs and no more. */
  probe?: string
  /** How long a region must have been well again before users go back to it. */
  failBackUs?: Us
  /** For `weighted`: shares of clients by region; a region without one gets none while another is well. */
  weights?: ReadonlyMap<RegionName, number>
  /** For `weighted`. */
  rng?: Rng
}

/** Steering moves users only if another region answers in less than this share of the time. */
const CLEARLY_FASTER = 0.8

/**
 * A global load balancer as the users of one region see it: a healthy region by its policy, health by probes that are
 * real messages, fail-over when a region stops answering, fail-back when it is well again; with affinity a client goes
 * back only when its time is over.
 */
export function openRouter(users: UserTerrain, knobs: RoutingKnobs): Router {
  const { probeEveryUs, affinityUs, probe, failBackUs } = knobs
  const health = new Health(users, users.regions, {
    everyUs: probeEveryUs,
    ...(probe !== undefined && { kind: probe }),
    ...(failBackUs !== undefined && { failBackUs }),
  })
  const choose = chooser(users, health, knobs)
  const assigned = new Map<string, { region: RegionName; untilUs: Us }>()
  return {
    gateway(client) {
      const now = users.clock.elapsed()
      const held = assigned.get(client)
      if (held && held.untilUs > now && health.healthy(held.region)) return held.region
      const region = choose()
      if (region && affinityUs > 0) assigned.set(client, { region, untilUs: now + affinityUs })
      return region
    },
    run: (stop) => health.run(stop),
  }
}

/** Picks among regions that are trusted, or that are at least healthy if none is. */
function chooser(
  users: UserTerrain,
  health: Health,
  { policy = 'nearest', weights, rng }: RoutingKnobs,
): () => RegionName | undefined {
  const candidates = () => {
    const trusted = users.regions.filter((region) => health.trusted(region))
    return trusted.length > 0 ? trusted : users.regions.filter((region) => health.healthy(region))
  }
  switch (policy) {
    case 'nearest':
      return () => nearest(users.region, candidates(), health)
    case 'latency-steered': {
      let current = users.region
      return () => {
        const well = candidates()
        const best = fastest(well, (region) => health.smoothUs(region))
        const stays = well.includes(current) && best !== undefined && !clearly(best, current)
        if (best !== undefined && !stays) current = best
        return best && current
      }
    }
    case 'weighted':
      return () => drawn(candidates(), weights ?? new Map(), rng)
  }

  function clearly(best: RegionName, current: RegionName): boolean {
    return health.smoothUs(best) < CLEARLY_FASTER * health.smoothUs(current)
  }
}

function nearest(
  home: RegionName,
  well: readonly RegionName[],
  health: Health,
): RegionName | undefined {
  return well.includes(home) ? home : fastest(well, (region) => health.rttUs(region))
}

function fastest(
  regions: readonly RegionName[],
  us: (region: RegionName) => Us,
): RegionName | undefined {
  let best: RegionName | undefined
  for (const region of regions) if (best === undefined || us(region) < us(best)) best = region
  return best
}

function drawn(
  well: readonly RegionName[],
  weights: ReadonlyMap<RegionName, number>,
  rng: Rng | undefined,
): RegionName | undefined {
  const sum = well.reduce((all, region) => all + (weights.get(region) ?? 0), 0)
  if (sum === 0 || !rng) return well[0]
  let left = rng.uniform() * sum
  for (const region of well) {
    left -= weights.get(region) ?? 0
    if (left < 0) return region
  }
  return well[well.length - 1]
}
