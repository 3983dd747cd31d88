import { existsSync, readFileSync, readlinkSync } from 'node:fs'

/** On every container, network and volume. */
export const runLabel = 'faultline.run'
export const pidLabel = 'faultline.pid'
export const deadlineLabel = 'faultline.deadline'
/** Which process the pid means: pids are used again, and mean others in another pid namespace. */
export const birthLabel = 'faultline.birth'

export type Labels = Record<string, string>

export function labelsOf(run: string, deadlineSec: number, pid = process.pid): Labels {
  const birth = birthOf(pid)
  return {
    [runLabel]: run,
    [pidLabel]: String(pid),
    [deadlineLabel]: String(deadlineSec),
    ...(birth && { [birthLabel]: birth }),
  }
}

/** `<pid namespace>:<start in clock ticks since boot>`; undefined where no such process lives. */
export function birthOf(pid: number): string | undefined {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses, and may hold anything; the start is the 22nd field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A process that was killed and not yet collected by its parent stands there as it was.
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return `${namespace()}:${fields[19]}`
  } catch {
    return undefined
  }
}

const namespace = (): string => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''

/**
 * Whether what carries these labels was left by a harness that is gone. With a birth from our own pid namespace this
 * is known, whatever the deadline; otherwise the deadline decides, or a pid that is not there.
 */
export function isLeft(labels: Labels, nowSec: number): boolean {
  const pid = Number(labels[pidLabel])
  const deadline = Number(labels[deadlineLabel])
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isFinite(deadline)) return false
  const birth = labels[birthLabel]
  if (birth?.startsWith(`${namespace()}:`)) return birthOf(pid) !== birth
  if (birth) return nowSec > deadline
  return nowSec > deadline || birthOf(pid) === undefined
}
