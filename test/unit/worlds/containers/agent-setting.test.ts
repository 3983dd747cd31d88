import { expect, test } from 'vitest'
import { agentsOf } from '../../../../harness/worlds/containers/agent-setting.ts'
import type { ContainersNeeds, Ground } from '../../../../harness/worlds/containers/ground.ts'
import type { Topology } from '../../../../harness/worlds/containers/topology/setting.ts'
import { aPlan } from '../../../support/plan.ts'

const at = (port: number) => ({ host: '127.0.0.1', port })
const topology = {
  gateway: '10.0.0.1',
  callers: ['10.0.0.1'],
  region: () => ({ store: at(1), kafka: at(2), storeHealth: at(3), server: () => ({}) }),
  path: () => at(4),
} as unknown as Topology

test('what an agent is started with is plain data, which every way to another process carries whole', () => {
  const plan = aPlan({ world: 'containers' })
  const agentPorts = Object.fromEntries(plan.regions.map((region, i) => [region, 7_000 + i]))
  const settings = agentsOf(
    { plan, directory: 'runs/x' } as ContainersNeeds,
    { topology, agentPorts, collection: 'points' } as unknown as Ground,
  )
  expect(settings.map(({ region }) => region)).toEqual(plan.regions)
  expect(structuredClone(settings)).toEqual(settings)
  expect(settings[0]?.own).toEqual({ store: at(1), kafka: at(2) })
})
