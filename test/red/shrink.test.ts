import { expect, test } from 'vitest'
import { fault, groundOf, load } from '../../harness/experiments/prove/ground.ts'
import { brokenSystem, withConsumers } from '../../harness/experiments/prove/seams.ts'
import { ddmin } from '../../harness/experiments/shrink/ddmin.ts'
import { shrink } from '../../harness/experiments/shrink/shrink.ts'
import { shrinkPage } from '../../harness/experiments/shrink/shrink-page.ts'
import {
  type ShrinkStep,
  shrinkStory,
  sizes,
} from '../../harness/experiments/shrink/shrink-story.ts'
import type { ListedPlan } from '../../harness/experiments/shrink/smaller-plans.ts'
import {
  expectationOf,
  type Proof,
  shownBy,
  symptomOf,
} from '../../harness/experiments/shrink/symptom.ts'
import type { Plan } from '../../harness/model/plan.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import { planOperations } from '../../harness/workload/operations.ts'
import { type Judged, judged } from '../support/judged.ts'
import { pool } from '../support/simulate.ts'
import { balanced } from '../unit/reports/balanced.ts'

/**
 * What a link held up comes in one batch, and there an upsert makes the applier forget a delete of the same point:
 * it needs both within one cut, and nobody will write that by hand.
 */
const system = brokenSystem({
  terrain: (terrain) =>
    withConsumers(terrain, (consumer) => ({
      poll: async (max, waitUs) => {
        const records = await consumer.poll(max, waitUs)
        const upserted = new Set(
          records.flatMap(({ change }) => (change.deleted ? [] : [change.id])),
        )
        return records.filter(({ change }) => !change.deleted || !upserted.has(change.id))
      },
    })),
})

const usToEu = { from: 'us', to: 'eu' }
const euToUs = { from: 'eu', to: 'us' }
const euToAp = { from: 'eu', to: 'ap' }
const keys = { fresh: 0.3, existing: 0.2, contended: 0.5, contendedCount: 60 }
const writers = { upsertPerSec: 5, deletePerSec: 0.4, fetchOwn: 0.2, keys }

/** Three regions, five faults, some thousand operations: only one of the faults matters. */
const { plan: eventful } = groundOf('eventful', {
  regions: ['us', 'eu', 'ap'],
  load: ['us', 'eu', 'ap'].map((region) => load({ region, ...writers, clients: 8 })),
  faults: [
    fault('slow', [3, 8], { kind: 'latency', links: [euToUs], addUs: 50 * MS }),
    fault('jitter', [4, 12], { kind: 'jitter', links: [euToAp], addUs: 20 * MS, law: 'uniform' }),
    fault('cut', [9, 16], { kind: 'partition', links: [usToEu, euToUs] }),
    fault('pause', [17, 18], { kind: 'agent-pause', region: 'ap' }),
    fault('brown', [19, 22], { kind: 'brown-out', region: 'us', factor: 3, share: 0.2 }),
  ],
})

const run = (plan: Plan): Promise<Judged> => judged(plan, { system })

async function firstFailing(seeds: readonly number[]): Promise<[number, Judged]> {
  for (const seed of seeds) {
    const judgedRun = await run({ ...eventful, seed })
    if (judgedRun.judgement.verdict === 'fail') return [seed, judgedRun]
  }
  throw new Error(`no seed of ${seeds.join(', ')} fails`)
}

const proofOf = ({ analysis, judgement }: Judged): Proof => ({
  findings: analysis.findings,
  judgement,
})

const listed = (plan: Plan): ListedPlan => ({
  ...plan,
  operations: planOperations(plan, pool).operations,
})

test('a bug that a campaign over seeds finds shrinks to one fault and a handful of operations', async () => {
  const [seed, first] = await firstFailing([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  const symptom = symptomOf(proofOf(first), 'resurrected-delete')
  const before = listed({ ...eventful, seed })
  expect(before.operations.length).toBeGreaterThan(500)

  const steps: ShrinkStep[] = []
  const { plan: after, tries } = await shrink(before, {
    runPlan: async (plan) => proofOf(await run(plan)),
    symptom,
    onStep: (what, plan, spent) => steps.push({ what, plan, tries: spent }),
  })
  const size = sizes({ before, after, tries })
  expect(after.faults.length, size).toBeLessThanOrEqual(2)
  expect(after.operations.length, size).toBeLessThanOrEqual(20)
  expect(after.regions.length, size).toBe(2)

  const again = await run(after)
  expect(again.finding('resurrected-delete').verdict).toBe('fail')
  expect(expectationOf(symptom, proofOf(again))).toMatchObject({
    verdict: 'fail',
    mustFire: ['resurrected-delete'],
  })
  for (const operation of after.operations) {
    const without = after.operations.filter(({ op }) => op !== operation.op)
    const less = await run({ ...after, operations: without })
    expect(less.finding('resurrected-delete').verdict, `without ${operation.op}`).not.toBe('fail')
  }

  const shown = shownBy(symptom, proofOf(again))
  const command = 'faultline run small.plan.json'
  const { events } = again
  const shownBefore = shownBy(symptom, proofOf(first))
  const told = { before, after, tries, events, shown, shownBefore, steps, command, faultline: '0' }
  const story = shrinkStory(told)
  expect(story).toContain('5 faults -> 1')
  expect(story).toContain('INJECTED fault cut (partition): us>eu, eu>us')
  expect(story).toMatch(/delete id \d+ -> ok at/)
  expect(story).toMatch(/after delete \d+ of id \d+/)

  const html = shrinkPage(told)
  expect(balanced(html)).toEqual([])
  expect(html).toMatch(/resurrected-delete fails with \d+ operations and \d faults?, of/)
  expect(html).toContain('INJECTED fault cut (partition): us&gt;eu, eu&gt;us')
  expect(html).toMatch(/<td>the whole plan<\/td><td>0<\/td><td>5<\/td>/)
  expect(html).toMatch(/<td>kinds, keys and clients<\/td><td>\d+<\/td><td>1<\/td>/)
})

test('a sound system has nothing to shrink', async () => {
  const sound = await judged({ ...eventful, timeline: { ...eventful.timeline, runUs: 8 * SECOND } })
  expect(() => symptomOf(proofOf(sound))).toThrow('There is nothing to shrink')
})

test('ddmin finds exactly what is needed, wherever it stands, in few tries', async () => {
  const items = Array.from({ length: 1000 }, (_, i) => i)
  for (const needed of [[0], [999], [3, 700], [100, 101, 500, 998]]) {
    let tries = 0
    const kept = await ddmin(items, async (some) => {
      tries++
      return needed.every((one) => some.includes(one))
    })
    expect(kept).toEqual(needed)
    expect(tries).toBeLessThan(needed.length * 2 * 12)
  }
})
