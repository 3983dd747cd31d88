import { SECOND } from '../../../model/units.ts'
import { within } from '../../adapters/host-clock.ts'
import { leftBehind } from './errors.ts'
import type { Engine } from './placed-container.ts'
import type { ServerContainer } from './server-container.ts'

const KILL_US = 10 * SECOND
const REMOVE_US = 30 * SECOND

/** Docker answers this where there is nothing to remove. */
const NOT_FOUND = 404

/**
 * Stops servers at once (their data goes with them), waits until their logs are on file, removes containers with their
 * volumes, then networks. Every step is bounded. Rejects with an EnvironmentError that names what is left.
 */
export async function removeAll(
  engine: Engine,
  servers: readonly ServerContainer[],
  networks: readonly string[],
): Promise<void> {
  await Promise.all(servers.map(({ name }) => quietly(KILL_US, engine.getContainer(name).kill())))
  await Promise.all(servers.map(({ log }) => log.close()))
  const containers = servers.map(({ name }) => ({
    name,
    remove: () => engine.getContainer(name).remove({ force: true, v: true }),
  }))
  const nets = networks.map((name) => ({ name, remove: () => engine.getNetwork(name).remove() }))
  const left = [...(await removeEach(containers)), ...(await removeEach(nets))]
  if (left.length > 0)
    throw leftBehind(
      left.map(({ name }) => name),
      left[0]?.reason ?? '',
    )
}

type Removable = { name: string; remove(): Promise<unknown> }

async function removeEach(all: readonly Removable[]): Promise<{ name: string; reason: string }[]> {
  const outcomes = await Promise.all(
    all.map(async ({ name, remove }) => {
      const reason = await quietly(REMOVE_US, remove())
      return reason === null ? [] : [{ name, reason }]
    }),
  )
  return outcomes.flat()
}

/** Null if it worked or there was nothing to do; else what went wrong. */
async function quietly(us: number, work: Promise<unknown>): Promise<string | null> {
  try {
    await within(us, work, () => new Error(`no answer in ${us / SECOND} s`))
    return null
  } catch (error) {
    const { statusCode, message } = error as Error & { statusCode?: number }
    return statusCode === NOT_FOUND ? null : message
  }
}
