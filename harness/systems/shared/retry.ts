import type { Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { ignoreCallError } from '../../ports/errors.ts'

/**
 * Does `work` again and again until it succeeds: what gives a change up has lost it. Rejects with its last CallError
 * once `stop` has fired, and with any other error at once.
 */
export async function untilDone<T>(
  clock: Clock,
  everyUs: Us,
  work: () => Promise<T>,
  stop?: { readonly fired: boolean },
): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (stop?.fired) throw error
      ignoreCallError(error)
      await clock.sleep(everyUs)
    }
  }
}
