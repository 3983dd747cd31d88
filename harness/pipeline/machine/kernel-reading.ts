import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import type { KernelReading } from './reading.ts'

const WITHIN_MS = 5_000

/** What the kernel and its tools give for faults and counters of links. Changes nothing that outlives the look. */
export async function kernelReading(): Promise<KernelReading> {
  const root = process.getuid?.() === 0
  const byteCounting = [
    ...(root ? [] : ['root']),
    ...['nsenter', 'iptables-restore', 'iptables-save'].filter((program) => !onPath(program)),
  ]
  const canTry = root && onPath('unshare') && onPath('tc')
  return { netem: canTry ? await hasNetem() : null, byteCounting }
}

/** Tries it on the loopback of a network namespace of its own, which ends with the command. */
function hasNetem(): Promise<boolean | null> {
  const words = ['--net', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms']
  const options = { timeout: WITHIN_MS, killSignal: 'SIGKILL' } as const
  return new Promise((resolve) => {
    execFile('unshare', words, options, (error, _stdout, stderr) => {
      if (!error) resolve(true)
      else resolve(/qdisc kind is unknown|No such file/i.test(stderr) ? false : null)
    })
  })
}

function onPath(program: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
