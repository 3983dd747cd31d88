import { readdirSync, readFileSync } from 'node:fs'
import { birthOf } from './topology/labels.ts'

/** In the environment of every agent's process: which harness it belongs to. */
export const AGENT_MARK = 'FAULTLINE_AGENT_OF'

/** The mark of agents of this process. */
export const agentMark = (): string => `${process.pid} ${birthOf(process.pid) ?? ''}`

/**
 * Ends agents whose harness is gone. An agent ends by itself when it loses its harness, unless it is being held by a
 * fault: a stopped process hears nothing. Gives what was ended, as "agent <pid>"; nothing where there is no /proc.
 */
export function sweepAgents(): string[] {
  return processes().flatMap((pid) => {
    const mark = markOf(pid)
    if (mark === null || isAlive(mark)) return []
    try {
      process.kill(pid, 'SIGKILL')
      return [`agent ${pid}`]
    } catch {
      return []
    }
  })
}

function isAlive(mark: string): boolean {
  const [pid, birth] = mark.split(' ')
  return birthOf(Number(pid)) === birth
}

function processes(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}

function markOf(pid: number): string | null {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    const mark = environment.find((entry) => entry.startsWith(`${AGENT_MARK}=`))
    return mark?.slice(AGENT_MARK.length + 1) ?? null
  } catch {
    // Gone by now, or another user's.
    return null
  }
}
