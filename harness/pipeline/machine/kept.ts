import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { describeEnvironment } from '../environment.ts'
import { faultlineVersion } from '../version.ts'
import type { Measured } from './measured.ts'

/** Which machine: one that differs in any of these is another. */
export type Machine = { name: string; cpu: string; cores: number; memoryGiB: number }

/** What `faultline doctor` measured last, on which machine, by which Faultline. */
export type Kept = {
  format: 1
  at: string
  faultline: string
  machine: Machine
  measured: Measured
}

const kept = z.object({
  format: z.literal(1),
  ...{ at: z.string(), faultline: z.string() },
  machine: z.object({
    ...{ name: z.string(), cpu: z.string(), cores: z.number(), memoryGiB: z.number() },
  }),
  measured: z.object({
    simulator: z.object({
      ...{ scenario: z.string(), simulatedS: z.number(), realS: z.number() },
      ...{ whole: z.boolean(), foreign: z.number().nullable() },
    }),
    generator: z.object({
      ...{ kept: z.number().nullable(), lost: z.number().nullable(), trials: z.number() },
      ...{ seconds: z.number(), foreign: z.number().nullable() },
    }),
  }),
})

export function thisMachine(): Machine {
  const { cpu, cores, memoryGiB } = describeEnvironment('doctor')
  return { name: hostname(), cpu, cores, memoryGiB }
}

/** `~/.cache/faultline/doctor.json`, or below XDG_CACHE_HOME. */
export const keptPath = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'faultline', 'doctor.json')

/** Keeps what was measured, for `faultline check`; null where that cannot be written, which is no reason to fail. */
export function keep(measured: Measured, at: string, path = keptPath()): string | null {
  const all: Kept = {
    ...{ format: 1, at, faultline: faultlineVersion },
    ...{ machine: thisMachine(), measured },
  }
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`)
    return path
  } catch {
    return null
  }
}

/** What was measured of this machine by this Faultline; null where that is not on record. */
export function readKept(machine = thisMachine(), path = keptPath()): Kept | null {
  try {
    const read = kept.parse(JSON.parse(readFileSync(path, 'utf8')))
    const same = (key: keyof Machine): boolean => read.machine[key] === machine[key]
    const isHere = (['name', 'cpu', 'cores', 'memoryGiB'] as const).every(same)
    return isHere && read.faultline === faultlineVersion ? read : null
  } catch {
    return null
  }
}
