import { invariant } from '../base/invariant.ts'
import type { EventLog } from '../ports/log.ts'

/**
 * A log that takes changes for the topics a system declares, and no others: a real broker makes no topic by itself, so
 * what is not declared would work in the simulator alone.
 */
export const withDeclared = (
  log: EventLog,
  topics: readonly string[],
  system: string,
): EventLog => ({
  append: (topic, changes, call) => {
    invariant(
      topics.includes(topic),
      () => `system ${system} appends to "${topic}" and declares only: ${topics.join(', ')}`,
    )
    return log.append(topic, changes, call)
  },
  join: (group, wanted) => log.join(group, wanted),
  read: (topic, partition, offset, max, call) => log.read(topic, partition, offset, max, call),
  edges: (topic, call) => log.edges(topic, call),
})
