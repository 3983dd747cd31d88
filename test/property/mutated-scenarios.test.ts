import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Rng } from '../../harness/base/rng.ts'
import { known as catalogue, dataSet } from '../../harness/pipeline/catalogue.ts'
import { isSweep, loadPlan, loadSweep } from '../../harness/scenario/load.ts'
import { formatProblem, type Problem } from '../../harness/scenario/yaml/problem.ts'
import { WorkloadError } from '../../harness/workload/keys.ts'
import { planOperations } from '../../harness/workload/operations.ts'
import { mutantOf } from '../support/mutate.ts'

/** As many in `npm test`; FAULTLINE_MUTANTS=10000 checks more, and FAULTLINE_MUTANTS_OUT says where to write what was accepted. */
const count = Number(process.env['FAULTLINE_MUTANTS'] ?? 150)
const seed = Number(process.env['FAULTLINE_MUTANTS_SEED'] ?? 1)
const out = process.env['FAULTLINE_MUTANTS_OUT']

const folder = fileURLToPath(new URL('../../scenarios/', import.meta.url))
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml') && name !== 'claims.yaml')
  .sort()
const known = catalogue()

/** What `faultline check` does with a text. */
function check(text: string): readonly Problem[] {
  const loaded = loadPlan(text, 'x.yaml', known, {})
  if ('problems' in loaded) return loaded.problems
  if (isSweep({ file: 'x.yaml', text }, known)) {
    const swept = loadSweep(text, 'x.yaml', known, {})
    if ('problems' in swept) return swept.problems
  }
  try {
    planOperations(loaded.plan, dataSet(loaded.plan.data.set))
    return []
  } catch (error) {
    if (!(error instanceof WorkloadError)) throw error
    return [{ file: 'x.yaml', line: 1, column: 1, message: error.message }]
  }
}

/** What a message must not hold: it is for people. */
const garbled = /undefined|\[object|(?<!found |")NaN|TypeError|RangeError|at .*\.ts:/

function faultsOf(problems: readonly Problem[], text: string): string[] {
  const lines = text.split('\n').length
  return problems.flatMap((problem) => {
    const { line, column, message, hint = '' } = problem
    const said = formatProblem(problem)
    return [
      ...(line >= 1 && line <= lines && column >= 1 ? [] : [`nowhere: ${said}`]),
      ...(message === '' || garbled.test(message + hint) ? [`garbled: ${said}`] : []),
      ...(said.length > 2_200 ? [`long: ${said.slice(0, 200)}`] : []),
    ]
  })
}

test(`${count} mutants of the scenarios are each accepted, or refused at their places`, () => {
  const wrong: string[] = []
  const accepted: string[] = []
  let refused = 0
  let slowestMs = 0
  for (let i = 0; i < count; i++) {
    const rng = new Rng(seed).fork(`mutant ${i}`)
    const file = files[Math.floor(rng.uniform() * files.length)] as string
    const { text, how } = mutantOf(readFileSync(folder + file, 'utf8'), rng)
    const before = process.cpuUsage()
    try {
      const problems = check(text)
      const { user, system } = process.cpuUsage(before)
      if (user + system > 2_000_000) wrong.push(`${i} ${file} ${how}: ${(user + system) / 1e6} s`)
      slowestMs = Math.max(slowestMs, (user + system) / 1_000)
      if (problems.length === 0) accepted.push(`${i} ${file} ${how}`)
      else refused++
      wrong.push(...faultsOf(problems, text).map((fault) => `${i} ${file} ${how}: ${fault}`))
    } catch (error) {
      wrong.push(`${i} ${file} ${how}: ${error instanceof Error ? error.stack : String(error)}`)
    }
  }
  if (out) {
    const head = `${count} mutants, seed ${seed}: ${refused} refused, ${accepted.length} accepted, ${wrong.length} wrong, slowest ${Math.round(slowestMs)} ms of CPU`
    writeFileSync(out, [head, '', ...wrong, '', ...accepted, ''].join('\n'))
  }
  expect(wrong).toEqual([])
  expect(refused).toBeGreaterThan(count / 2)
}, 7_200_000)
