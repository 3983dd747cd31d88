import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { planOf } from './main.ts'
import { libraryReadme } from './scenario/library.ts'

const scenarios = fileURLToPath(new URL('../scenarios', import.meta.url))

/** The catalogue of the scenario library, made from the files themselves. */
export function scenarioCatalogue(): string {
  const files = readdirSync(scenarios).filter((name) => name.endsWith('.yaml'))
  return libraryReadme(files.sort().map((file) => ({ file, plan: planOf(`${scenarios}/${file}`) })))
}

export const readCatalogue = (): string => readFileSync(`${scenarios}/README.md`, 'utf8')

export const writeCatalogue = (): void =>
  writeFileSync(`${scenarios}/README.md`, scenarioCatalogue())
