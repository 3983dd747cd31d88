import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { promisesOf } from '../../../../harness/model/guarantees.ts'
import type { Plan } from '../../../../harness/model/plan.ts'
import { known as catalogue, guaranteesFor } from '../../../../harness/pipeline/catalogue.ts'
import { pointsOf } from '../../../../harness/pipeline/plan.ts'
import { isSweep, loadPlan, worldsNamed } from '../../../../harness/scenario/load.ts'
import { libraryReadme } from '../../../../harness/scenario/shown/library.ts'
import { renderCheck } from '../../../../harness/scenario/shown/timeline.ts'
import { formatProblem } from '../../../../harness/scenario/yaml/problem.ts'
import { problemsOf, repository, sourceFile } from '../known.ts'

const known = catalogue()

const files = readdirSync(`${repository}scenarios`)
  .filter((name) => name.endsWith('.yaml') && name !== 'claims.yaml')
  .sort()

const entries = files.map((file) => {
  const source = sourceFile(`scenarios/${file}`)
  const { text } = source
  const named = worldsNamed(source, known)
  const results = named.map((world) => loadPlan(text, `scenarios/${file}`, known, { world }))
  const plans = results.flatMap((result) => ('plan' in result ? [result.plan] : []))
  const [first] = results
  if (first && 'problems' in first) throw new Error(first.problems.map(formatProblem).join('\n'))
  const points = isSweep(source, known) ? pointsOf(`${repository}scenarios/${file}`).length : 0
  return { file, plan: plans[0] as Plan, plans, worlds: plans.map(({ world }) => world), points }
})

describe('the scenario library', () => {
  test.each(entries)(
    '$file is named as its file, asks a question and states its outcome',
    (entry) => {
      const { file, plan } = entry
      expect(`${plan.name}.yaml`).toBe(file)
      const others = files
        .map((other) => other.replace('.yaml', ''))
        .filter((other) => other !== plan.name)
      const asks =
        plan.question.includes('?') || others.some((other) => plan.question.includes(other))
      expect(asks, 'a question, or how it differs from another scenario').toBe(true)
      if (entry.points === 0) expect(plan.expect).not.toBeNull()
    },
  )

  test.each(entries)('$file is shown by check in 100 columns', ({ plans }) => {
    const wide = plans
      .flatMap((plan) =>
        renderCheck(plan, promisesOf(guaranteesFor(plan), plan.faults)).split('\n'),
      )
      .filter((line) => line.length > 100)
    expect(wide).toEqual([])
  })

  test('scenarios/README.md is what the scenarios say', () => {
    expect(readFileSync(`${repository}scenarios/README.md`, 'utf8')).toBe(libraryReadme(entries))
  })

  test('scenarios that run on real servers only are these, and the simulator refuses each', () => {
    const only = entries.filter(({ plan }) => plan.world === 'containers')
    expect(only.map(({ plan }) => plan.name)).toEqual([
      'calibrate',
      'jvm-clock-skew',
      'kafka-paused-idempotent-client',
      'kafka-paused-serial-client',
      'milvus-frozen-long',
      'pgvector-dead-neighbours',
      'pgvector-heal',
      'two-stores',
    ])
    for (const { file } of only) {
      const { text } = sourceFile(`scenarios/${file}`)
      const said = problemsOf(text).map(({ message }) => message)
      expect(said).toContain('this scenario runs in containers only, not in sim')
    }
  })

  test('what is laid over for real servers is said', () => {
    const laid = entries.flatMap(({ plans }) => plans.filter(({ overlay }) => overlay.length > 0))
    expect(laid.length).toBeGreaterThan(2)
    const heal = laid.find(({ name }) => name === 'partition-heal')
    expect(heal?.overlay).toEqual([
      'load: 60/s -> 12/s searches in us-east',
      'load: 20/s -> 6/s upserts in us-east',
      'load: 1/s -> 30/min deletes in us-east',
      'load: 20 -> 10 clients in us-east, eu-west and ap-south',
      'load: 40/s -> 8/s searches in eu-west and ap-south',
      'load: 5/s -> 1/s upserts in eu-west and ap-south',
      'timeline: run 120s -> 90s',
      'timeline: settle 40s -> 20s',
      'fault partition us-east <-> eu-west, 30s to 70s -> us-east <-> eu-west, 20s to 50s',
      'limit search.response p99 dropped',
      'limit lag p90 during baseline dropped',
      'limit search.response p90 added: max 400ms',
      'limit lag p90 during baseline pooled added: max 2s',
    ])
  })

  test('few scenarios need the native hnsw index, and the one of npm start is not among them', () => {
    const hnsw = entries.filter(
      ({ plan }) => plan.index.kind === 'hnsw' && plan.world !== 'containers',
    )
    expect(hnsw.map(({ plan }) => plan.name)).toEqual([
      'cut-graph-index',
      'hnsw-curve',
      'index-load-inside-rto',
      'index-rebuild-under-load',
      'steady-state',
    ])
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
