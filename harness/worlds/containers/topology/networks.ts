import { noSubnet } from './errors.ts'
import type { Engine } from './placed-container.ts'
import { freePrefix, type Prefix, routedRanges } from './subnets.ts'

const TRIES = 20

/**
 * One bridge network per name, in this order, each with a /24 that nobody on this host uses. Rejects with an
 * EnvironmentError; networks made before that stay, for the caller to remove.
 */
export async function createNetworks(
  engine: Engine,
  names: readonly string[],
  labels: Record<string, string>,
): Promise<Prefix[]> {
  const prefixes: Prefix[] = []
  for (const name of names) prefixes.push(await createNetwork(engine, name, labels))
  return prefixes
}

async function createNetwork(
  engine: Engine,
  name: string,
  labels: Record<string, string>,
): Promise<Prefix> {
  let reason = ''
  for (let tries = 0; tries < TRIES; tries++) {
    const prefix = freePrefix(routedRanges())
    try {
      await engine.createNetwork({
        Name: name,
        Driver: 'bridge',
        CheckDuplicate: true,
        Labels: labels,
        IPAM: { Config: [{ Subnet: `${prefix}.0/24`, Gateway: `${prefix}.1` }] },
      })
      return prefix
    } catch (error) {
      reason = (error as Error).message
      // Another harness took the same range a moment ago.
      if (!/overlap/i.test(reason)) break
    }
  }
  throw noSubnet(TRIES, reason)
}
