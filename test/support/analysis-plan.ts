import type { LimitPlan } from '../../harness/model/limit.ts'
import { metrics } from '../../harness/model/metric.ts'
import type { Plan } from '../../harness/model/plan.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import { CUT_FROM, CUT_TO, REGIONS } from './analysis-scene.ts'
import { aLoad, aPlan, aProfile } from './plan.ts'

export function aLimit(over: Partial<LimitPlan> = {}): LimitPlan {
  return {
    metric: 'search.response',
    stat: { kind: 'quantile', q: 0.99 },
    bound: 'at-most',
    value: 40 * MS,
    region: null,
    link: null,
    phase: null,
    operation: null,
    pool: false,
    confidence:
      over.metric !== undefined && metrics[over.metric].evidence === 'whole' ? null : 0.95,
    text: 'search.response p99 max 40ms',
    ...over,
  }
}

export const responseLimit = aLimit()
export const recallLimit = aLimit({
  metric: 'recall',
  stat: { kind: 'mean' },
  bound: 'at-least',
  value: 0.95,
  phase: 'baseline',
})
export const lagLimit = aLimit({
  metric: 'lag',
  stat: { kind: 'quantile', q: 0.9 },
  value: 2 * SECOND,
  phase: 'baseline',
})
export const catchUpLimit = aLimit({
  metric: 'catch-up',
  stat: { kind: 'value' },
  value: 30 * SECOND,
})
export const lostLimit = aLimit({ metric: 'lost-writes', stat: { kind: 'value' }, value: 0 })

export function aThreeRegionPlan(over: Partial<Plan> = {}): Plan {
  const cut = [
    { from: 'us-east', to: 'eu-west' },
    { from: 'eu-west', to: 'us-east' },
  ]
  return aPlan({
    name: 'partition-heal',
    question: 'Does eu-west catch up after a 40-second cut, and is anything acknowledged lost?',
    file: 'scenarios/partition-heal.yaml',
    regions: REGIONS,
    data: { set: 'glosses', base: 5000 },
    profile: {
      ...aProfile(),
      name: 'milvus-2.3.5-2core',
      rows: [
        { key: 'store.workers', value: '2', source: 'the 2 cores the server had' },
        {
          key: 'store.search.base',
          value: '2.3 ms',
          source:
            'derived: 755 searches/s with 32 in flight on 2 workers are 2.65 ms of worker time',
        },
        { key: 'store.tick', value: '50 ms', source: 'setting: PROXY_TIMETICKINTERVAL=50' },
        {
          key: 'mirror.restart',
          value: '5.6 s',
          source: 'measured: resumes 5.2 to 6.1 s after kill and start (6 runs)',
        },
      ],
    },
    load: REGIONS.map((region) => aLoad({ region })),
    probes: { everyUs: SECOND },
    timeline: { warmupUs: 10 * SECOND, runUs: 120 * SECOND, settleUs: 40 * SECOND },
    faults: [{ kind: 'partition', name: 'partition', links: cut, atUs: CUT_FROM, untilUs: CUT_TO }],
    limits: [responseLimit, recallLimit, lagLimit, catchUpLimit, lostLimit],
    ...over,
  })
}
