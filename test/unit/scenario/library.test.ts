import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { libraryReadme } from '../../../harness/scenario/library.ts'
import { loadPlan } from '../../../harness/scenario/load.ts'
import { formatProblem } from '../../../harness/scenario/problem.ts'
import { renderCheck } from '../../../harness/scenario/timeline.ts'
import { known, repository, sourceFile } from './known.ts'

const files = readdirSync(`${repository}scenarios`)
  .filter((name) => name.endsWith('.yaml'))
  .sort()

const entries = files.map((file) => {
  const result = loadPlan(sourceFile(`scenarios/${file}`).text, `scenarios/${file}`, known, {})
  if ('problems' in result) throw new Error(result.problems.map(formatProblem).join('\n'))
  return { file, plan: result.plan }
})

describe('the scenario library', () => {
  test.each(entries)(
    '$file is named as its file, asks a question and states its outcome',
    (entry) => {
      const { file, plan } = entry
      expect(`${plan.name}.yaml`).toBe(file)
      expect(plan.question).toContain('?')
      expect(plan.expect).not.toBeNull()
    },
  )

  test.each(entries)('$file is shown by check in 100 columns', ({ plan }) => {
    const wide = renderCheck(plan, known.expectedBefore)
      .split('\n')
      .filter((line) => line.length > 100)
    expect(wide).toEqual([])
  })

  test('scenarios/README.md is what the scenarios say', () => {
    expect(readFileSync(`${repository}scenarios/README.md`, 'utf8')).toBe(libraryReadme(entries))
  })

  test('only one scenario needs the native hnsw index, and it is not the one of npm start', () => {
    const hnsw = entries.filter(({ plan }) => plan.index.kind === 'hnsw')
    expect(hnsw.map(({ plan }) => plan.name)).toEqual(['steady-state'])
  })

  test('the two clock-skew scenarios differ in the conflict rule alone', () => {
    const [hlc, wall] = ['clock-skew-hlc', 'clock-skew-wall'].map((name) => {
      const plan = entries.find((entry) => entry.plan.name === name)?.plan
      if (!plan) throw new Error(`scenarios/${name}.yaml is missing`)
      const { name: _, question: __, file: ___, expect: ____, ...rest } = plan
      const { conflict, ...knobs } = rest.system.knobs
      return { conflict, rest: { ...rest, system: { ...rest.system, knobs } } }
    })
    expect(hlc?.rest).toEqual(wall?.rest)
    expect([hlc?.conflict, wall?.conflict]).toEqual(['hybrid-logical-clock', 'last-writer-wins'])
  })
})
