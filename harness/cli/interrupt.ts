import { INTERRUPTED } from '../model/errors.ts'

/** How often it was heard so far; `done` hears no more. */
export type Interrupt = { times: () => number; done: () => void }

const LEFT =
  'Left at once. If servers of a run were up, they still are: faultline clean removes them.'

/**
 * Each Ctrl-C says the next of these sentences; one more than there are ends the process at once. A plea to terminate
 * goes straight to the last one: whoever sends it waits less long than a person does.
 */
export function onInterrupt(sentences: readonly string[]): Interrupt {
  let times = 0
  const hear = (signal: NodeJS.Signals) => {
    if (signal === 'SIGTERM') times = Math.max(times, sentences.length - 1)
    const sentence = sentences[times]
    process.stderr.write(`\n${sentence ?? LEFT}\n`)
    if (sentence === undefined) return process.exit(INTERRUPTED)
    times++
  }
  process.on('SIGINT', hear)
  process.on('SIGTERM', hear)
  return {
    times: () => times,
    done: () => {
      process.off('SIGINT', hear)
      process.off('SIGTERM', hear)
    },
  }
}
