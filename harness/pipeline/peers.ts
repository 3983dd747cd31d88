import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { EnvironmentError } from '../model/errors.ts'

/**
 * Throws an EnvironmentError with the command that installs what is missing of optional packages; `whoNeeds` begins its
 * sentence: `Real servers need`.
 */
export function requirePeers(whoNeeds: string, packages: readonly string[]): void {
  const command = installCommand(packages)
  if (command === null) return
  throw new EnvironmentError(`${whoNeeds} packages that are not installed here. Try: ${command}`)
}

/** What installs those of the optional packages that are missing; null if none is. */
export function installCommand(packages: readonly string[]): string | null {
  const { resolve } = createRequire(import.meta.url)
  const missing = packages.filter((name) => {
    try {
      resolve(name)
      return false
    } catch {
      return true
    }
  })
  if (missing.length === 0) return null
  const { peerDependencies } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  const wanted = missing.map((name) => `"${name}@${peerDependencies[name]}"`)
  return `npm i ${wanted.join(' ')}`
}
