import type { RunPromises } from '../../model/guarantees.ts'
import { WIDTH, wrap } from '../../text/table.ts'

/** What the system promises of a run with the planned faults, and what it does not, as lines of `faultline check`. */
export function promiseLines({ given, excepted }: RunPromises): string[] {
  return [
    given.length === 0 ? 'nothing' : given.join('; '),
    ...excepted.map(({ clause, when }) => `not: ${clause}, when ${when}`),
  ].flatMap((line) => wrap(line, WIDTH - 2).map((part) => `  ${part}`))
}
