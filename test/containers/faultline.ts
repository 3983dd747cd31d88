import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../harness/faultline.mjs', import.meta.url))

export type Ended = { code: number | null; stdout: string; stderr: string }

/** A run of the command line, as a user starts it. */
export type Started = { child: ChildProcess; ended: Promise<Ended>; said: () => string }

export function start(...args: string[]): Started {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  )
  return { child, ended, said: () => stdout + stderr }
}

export const faultline = (...args: string[]): Promise<Ended> => start(...args).ended

export const emptyFolder = (): string => mkdtempSync(join(tmpdir(), 'faultline-containers-'))
