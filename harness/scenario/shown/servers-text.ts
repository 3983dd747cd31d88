import { overlayOf, type Plan, storeNames, storesText, storesUsed } from '../../model/plan.ts'
import { WIDTH, wrap } from '../../text/table.ts'
import { durationText } from './figures.ts'

/** Store, broker and mirror of one region, with base data loaded, as measured. */
const GIB_PER_REGION = 0.6
/** Services that cross a link, each through a proxy of its own: mirror, log, store, agent, echo. */
const PATHS = 5

/** How the servers of a plan are set, in a line. */
export function serversLine(plan: Plan): string {
  const { world, profile, servers } = plan
  if (world === 'sim') {
    const overridden = profile.rows.filter(({ source }) => source.startsWith('override'))
    const changed = overridden.map(({ key, value }) => `${key} ${value}`).join(', ')
    return `simulated as ${profile.name}${changed && `, but ${changed}`}`
  }
  const { tickUs, sessionTtlUs, producer, concurrentSends, kafkaClock } = servers
  const used = storesUsed(plan)
  const parts = [
    ...(plan.stores ? [`stores: ${storesText(plan)}`] : []),
    ...(used.includes('milvus')
      ? [`tick ${durationText(tickUs)}`, `session TTL ${durationText(sessionTtlUs)}`]
      : []),
    ...(used.includes('pgvector')
      ? [`iterative scans ${servers.iterativeScan ?? 'off'}, autovacuum as PostgreSQL has it`]
      : []),
    `producers ${producer}${concurrentSends ? ' with concurrent sends' : ''}`,
    ...(kafkaClock ? ['clocks of brokers can be moved'] : []),
  ]
  return `real, in ${world}: ${parts.join(', ')}`
}

/** What a run in containers starts and takes; nothing in the simulator. */
export function startedLines(plan: Plan): string[] {
  const { world, regions, links } = plan
  if (world === 'sim') return []
  const { length } = regions
  const store = storesUsed(plan)
    .map((kind) => storeNames[kind])
    .join(' or ')
  const servers = [store, 'Kafka', ...(length > 1 ? ['MirrorMaker 2'] : [])]
  const last = servers.pop() as string
  const each = `${length === 1 ? 'one region' : `${length} regions`}: ${servers.join(', ')} and ${last} each`
  const containers = length * (servers.length + 1) + 1
  return lines([
    `${each}, and one Toxiproxy: ${containers} containers`,
    ...(storesUsed(plan).length > 1 ? [`stores: ${storesText(plan)}`] : []),
    ...(links.length > 0
      ? [
          `${links.length} directed links of ${links.length * PATHS} paths, two proxies each`,
          'delays in whole milliseconds; jitter is drawn by Toxiproxy, which takes no seed',
        ]
      : []),
    `about ${(length * GIB_PER_REGION).toFixed(1)} GiB of memory`,
  ])
}

/** What was laid over the scenario for its world. */
export const overlayLines = (plan: Plan): string[] => lines(overlayOf(plan))

const lines = (sentences: readonly string[]): string[] =>
  sentences.flatMap((sentence) =>
    wrap(sentence, WIDTH - 4).map((part, i) => `${i === 0 ? '  ' : '    '}${part}`),
  )
