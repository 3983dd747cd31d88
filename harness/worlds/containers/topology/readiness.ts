import { type Fires, Stopped, unlessFired } from '../../../base/signal.ts'
import type { EnvironmentError } from '../../../model/errors.ts'
import { SECOND } from '../../../model/units.ts'
import { pause, within } from '../../adapters/host-clock.ts'
import { notReady, type Overdue } from './errors.ts'
import type { ServerContainer } from './server-container.ts'

const LOG_LINES = 10
const ATTEMPT_US = 5 * SECOND
const BETWEEN_US = 100_000
/** A container that ended will not become ready; looked at less often than the condition. */
const LOOK_EVERY_MS = 1_000

/**
 * Asks until `ask` settles without rejecting. Rejects with Stopped as soon as `stop` fires; else with an EnvironmentError that names the container, the condition,
 * the last answer and the last log lines, after `withinMs` or as soon as the container has ended.
 */
export async function until<T>(
  container: ServerContainer,
  condition: string,
  withinMs: number,
  ask: () => Promise<T>,
  stop: Fires,
): Promise<T> {
  const began = performance.now()
  const elapsed = () => performance.now() - began
  let looked = 0
  let last: string | undefined
  let state: string | null = null
  do {
    try {
      const late = () => new Error(`no answer in ${ATTEMPT_US / SECOND} s`)
      return await unlessFired(stop, within(ATTEMPT_US, ask(), late))
    } catch (error) {
      if (error instanceof Stopped) throw error
      last = (error as Error).message
    }
    if (elapsed() - looked > LOOK_EVERY_MS) {
      looked = elapsed()
      state = await container.endedHow().catch(() => null)
    }
    if (state === null) await unlessFired(stop, pause(BETWEEN_US))
  } while (elapsed() < withinMs && state === null)
  throw await overdue(container, {
    condition,
    afterMs: elapsed(),
    ...(last !== undefined && { last }),
    ...(state !== null && { state }),
  })
}

/**
 * Why a container whose start failed does not run; null if it runs, or ended without a word: Docker's own error says
 * more then.
 */
export async function endedAtOnce(container: ServerContainer): Promise<EnvironmentError | null> {
  const state = await container.endedHow().catch(() => null)
  if (state === null || (await tailOf(container)).trim() === '') return null
  return overdue(container, { condition: 'stays up after its start', afterMs: 0, state })
}

async function overdue(
  container: ServerContainer,
  known: Pick<Overdue, 'condition' | 'afterMs' | 'last' | 'state'>,
): Promise<EnvironmentError> {
  return notReady({
    container: container.name,
    ...known,
    logTail: await tailOf(container),
    logFile: container.log.file,
  })
}

const tailOf = (container: ServerContainer): Promise<string> =>
  container.logTail(LOG_LINES).catch((error: Error) => `(${error.message})`)

/** GET; rejects unless it answers 200 in time. */
export async function answersHttp(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
  const text = await response.text()
  if (!response.ok) throw new Error(`status ${response.status}: ${text.slice(0, 200)}`)
}

/** Rejects unless `answer` settles with true. */
export async function isTrue(answer: Promise<boolean>): Promise<void> {
  if (!(await answer)) throw new Error('no answer')
}
