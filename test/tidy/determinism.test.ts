import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What the linter says about a file with this content in a folder the simulator runs. */
function lint(content: string): string {
  const folder = mkdtempSync(join(root, 'harness/systems/planted-'))
  try {
    writeFileSync(join(folder, 'planted.ts'), content)
    const path = `harness/systems/${basename(folder)}/planted.ts`
    execFileSync('npx', ['biome', 'lint', path], { cwd: root, stdio: 'pipe' })
    return ''
  } catch (error) {
    const { stdout, stderr } = error as { stdout: Buffer; stderr: Buffer }
    return `${stdout}${stderr}`
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('the linter refuses clocks, chance and races where the simulator runs', () => {
  const said = lint(`
export const now = () => Date.now() + performance.now()
export const chance = () => Math.random() + Math.log(2)
export const later = () => setTimeout(now, 1)
export const first = (works: Promise<number>[]) => Promise.race(works)
`)
  for (const word of ['Date', 'performance', 'setTimeout'])
    expect(said).toContain(`variable ${word}`)
  expect(said).toContain('Use base/rng and base/laws')
  expect(said).toContain('The event loop would pick the winner')
})

test('the linter refuses a promise nobody waits for', () => {
  const said = lint(`
const work = async () => {}
export const start = () => {
  work()
}
`)
  expect(said).toContain('noFloatingPromises')
})
