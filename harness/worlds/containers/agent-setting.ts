import { join } from 'node:path'
import type { RegionName } from '../../model/units.ts'
import type { AgentSetting } from './agents.ts'
import type { ContainersNeeds, Ground } from './ground.ts'

/** What the agents of all regions are started with: the own servers, and the links to all others. */
export const agentsOf = (needs: ContainersNeeds, ground: Ground): AgentSetting[] =>
  needs.plan.regions.map((region) => agentOf(needs, ground, region))

function agentOf(
  { plan, directory, shards }: ContainersNeeds,
  { topology, agentPorts, collection }: Ground,
  region: RegionName,
): AgentSetting {
  const others = plan.regions.filter((other) => other !== region)
  // Plain data alone: it goes to another process, and what is more than data cannot.
  const { store, kafka } = topology.region(region)
  return {
    plan,
    region,
    listen: { host: topology.gateway, port: agentPorts[region] as number },
    callers: topology.callers,
    collection,
    shards,
    own: { store, kafka },
    remote: Object.fromEntries(
      others.map((to) => [
        to,
        {
          store: topology.path(region, to, 'store'),
          kafka: topology.path(region, to, 'kafka'),
          agent: topology.path(region, to, 'agent'),
        },
      ]),
    ),
    durable: join(directory, 'agents'),
  }
}
