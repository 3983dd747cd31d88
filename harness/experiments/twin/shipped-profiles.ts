import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Profile, TwinRun } from '../../model/profile.ts'
import { known } from '../../pipeline/catalogue.ts'
import { readProfile } from '../../scenario/parts/profile.ts'
import { formatProblem } from '../../scenario/yaml/problem.ts'
import { type Reasons, unexplained, withErrorTables } from './errors-readme.ts'
import { withTwin } from './profile-file.ts'

const folder = fileURLToPath(new URL('../../../fixtures/profiles/', import.meta.url))
const REASONS = 'twin-reasons'
const readmeFile = `${folder}README.md`

export const profileFile = (name: string): string => `${folder}${name}.yaml`

/** Every profile that ships. Throws with all that is wrong with one. */
export function shippedProfiles(): Profile[] {
  return Object.entries(known().profiles)
    .filter(([name]) => name !== REASONS)
    .map(([name, source]) => {
      const result = readProfile(name, source, null)
      if ('profile' in result) return result.profile
      throw new Error(result.problems.map(formatProblem).join('\n'))
    })
}

const reasonsSchema = z.record(z.string(), z.record(z.string(), z.string().min(1)))

/** What people wrote of errors: fixtures/profiles/twin-reasons.yaml. */
export const shippedReasons = (): Reasons =>
  reasonsSchema.parse(parse(readFileSync(profileFile(REASONS), 'utf8')) ?? {})

/** fixtures/profiles/README.md as it is, and as the profiles and reasons say it must be. */
export function readme(): { is: string; mustBe: string } {
  const is = readFileSync(readmeFile, 'utf8')
  return { is, mustBe: withErrorTables(is, shippedProfiles(), shippedReasons()) }
}

/**
 * Puts a comparison into its profile's file, in the place of an earlier one of the same scenario, and makes the tables
 * of the README anew. Gives what still lacks a reason.
 */
export function writeShipped({ name, rows, twin = [] }: Profile, run: TwinRun): string[] {
  const runs = [...twin.filter(({ scenario }) => scenario !== run.scenario), run]
  runs.sort((a, b) => (a.scenario < b.scenario ? -1 : 1))
  const file = profileFile(name)
  writeFileSync(file, withTwin(readFileSync(file, 'utf8'), rows, runs))
  writeFileSync(readmeFile, readme().mustBe)
  return unexplained(shippedProfiles(), shippedReasons())
}
