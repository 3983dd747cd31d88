import { type StateName, states } from '../../harness/analysis/ledger/states.ts'
import { campaignPage } from '../../harness/experiments/campaign/campaign-page.ts'
import { libraryPage } from '../../harness/experiments/campaign/library-page.ts'
import { ledgerOf } from '../../harness/experiments/campaign/library-states.ts'
import { gateOf } from '../../harness/experiments/gate/gate.ts'
import type { Night } from '../../harness/experiments/gate/history.ts'
import { nightsResult } from '../../harness/experiments/gate/nights-result.ts'
import { usualStrictness } from '../../harness/experiments/gate/trend.ts'
import { shrinkPage } from '../../harness/experiments/shrink/shrink-page.ts'
import { signOff } from '../../harness/experiments/sla/sign-off.ts'
import { slaPage } from '../../harness/experiments/sla/sla-page.ts'
import type { CapacityResult, Trial } from '../../harness/model/capacity.ts'
import type { Finding } from '../../harness/model/finding.ts'
import type { ListedRun } from '../../harness/model/run-list.ts'
import type { ShownFigure, SweepResult } from '../../harness/model/sweep.ts'
import { MS } from '../../harness/model/units.ts'
import { capacityPage } from '../../reports/capacity.ts'
import { nightsPage } from '../../reports/nights.ts'
import { runListPage } from '../../reports/run-list.ts'
import { sweepPage } from '../../reports/sweep.ts'
import { aLimit } from './analysis.ts'
import { aSeed, campaignOf } from './campaign.ts'
import { newFolder } from './faultline.ts'
import { aPlan } from './plan.ts'
import { compared, twin } from './side-by-side.ts'
import { aLevel, availability, leaveRun, response, row } from './sla-runs.ts'

const many = <T>(count: number, of: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => of(i))
const question = 'How much can it take before one of its limits breaks?'
const asText = 'metric: search.response, p: 99, max: 40ms'

/** 40 seeds, of which every seventh lost a write. */
function campaign(): Promise<string> {
  const rows = many(40, (i) =>
    i % 7 === 3
      ? aSeed(i + 1, {
          ...{ verdict: 'fail', exitCode: 6, outcome: 'not as it should' },
          ...{ failed: ['lost-writes'], wrong: ['2 acknowledged writes are in no region.'] },
        })
      : aSeed(i + 1),
  )
  const told = { plan: aPlan({ question }), file: 'scenarios/failover.yaml', base: 'runs/x' }
  return campaignPage(campaignOf(rows), rows, told)
}

/** 20 nights; search is slower since the 17th. */
function nights(): Promise<string> {
  const figure = { what: 'search.response p99', metric: 'search.response' } as const
  const told = many(20, (i): Night => {
    const wave = 1 + (i % 3) / 100
    const p99 = { ...figure, where: 'baseline', values: [4_000 * wave * (i < 16 ? 1 : 1.3)] }
    const lag = {
      what: 'lag p50',
      where: 'baseline',
      metric: 'lag' as const,
      values: [250_000 * wave],
    }
    const run = { seed: 1, verdict: 'pass', exitCode: 0, because: 'All limits hold.' } as const
    const from = { series: 'a', scenario: 'cut', system: 'gossip-quorum', world: 'sim' } as const
    const by = {
      commit: `c0ffee${i}`,
      faultline: '0',
      machine: 'any',
      command: 'faultline gate cut.yaml',
    }
    const night = `2026-11-${String(i + 1).padStart(2, '0')}`
    return { type: 'night', format: 1, night, ...from, ...by, runs: [run], figures: [p99, lag] }
  })
  const history = { file: 'x.jsonl', nights: told, acceptances: [], quarantines: [] }
  return nightsPage(nightsResult(gateOf(history, usualStrictness), history))
}

const us = (title: string, value: number): ShownFigure => ({
  ...{ title, unit: 'us', count: 900, low: value, high: value },
})

/** It keeps its limit up to four times its rate. */
function capacity(): Promise<string> {
  const trial = (factor: number, seed: number): Trial => {
    const verdict = factor > 4 ? 'fail' : 'pass'
    const figures: ShownFigure[] = [
      us('search p99', 8 * MS * factor),
      { title: 'recall', unit: 'ratio', count: 900, low: 0.96, high: 0.97 },
      us('lag p90', 300 * MS * factor),
    ]
    const limits = [{ text: asText, verdict }] as const
    return {
      factor,
      seed,
      verdict,
      because: '',
      limits: [...limits],
      figures,
      linkBytes: [],
      seconds: 1,
    }
  }
  const result: CapacityResult = {
    ...{
      format: 1,
      scenario: 'capacity-search',
      question,
      file: 'a.yaml',
      faultline: '0',
      world: 'sim',
    },
    ...{
      profile: 'milvus-2.6',
      seeds: [1, 2, 3],
      width: 0.05,
      own: { perSec: 150, searchPerSec: 120 },
    },
    limits: [aLimit({ value: 40 * MS, text: asText })],
    outcome: { kind: 'bracketed', keeps: 4, fails: 4.2 },
    regions: 2,
    catchUp: {
      ...{ link: 'us-east>eu-west', flowBytesPerSec: 50_000 },
      cells: [null, 400_000, 100_000].flatMap((bytesPerSec) =>
        [5, 20].map((sec) => ({
          ...{ cutUs: sec * 1000 * MS, backlogBytes: sec * 50_000, bytesPerSec },
          took: { low: sec * 500 * MS, ...(sec < 20 && { high: sec * 500 * MS }) },
        })),
      ),
    },
    forecasts: [
      {
        ...{ of: 'regions', count: 4, times: 2, factor: 3, medianError: 0.02, worstError: 0.05 },
        ...{ fits: true, beyond: false },
        levels: [{ times: 1, count: 2, factor: 4, heldOut: 4.1, error: 0.025 }],
      },
    ],
    notes: ['Recall was not held against any limit.'],
    trials: [1, 2, 4, 4.2, 8].flatMap((factor) =>
      many(factor > 3 && factor < 5 ? 3 : 1, (i) => trial(factor, i + 1)),
    ),
    ...{ seconds: 30, exitCode: 0 },
  }
  return capacityPage(result)
}

/** 96 points, more than a page is wide. */
function sweep(): Promise<string> {
  const points = many(12, (i) => ({
    ...{ number: i + 1, exitCode: i === 11 ? 6 : 0, because: 'All limits hold.' },
    ...{
      verdict: i === 11 ? ('fail' as const) : ('pass' as const),
      directory: `runs/s/point-${i + 1}`,
    },
    at: {
      'faults.0.offset': `${20 * 2 ** (i >> 1)}ms`,
      'system.conflict': i % 2 === 0 ? 'last-writer-wins' : 'hybrid-logical-clock',
    },
    figures: many(9, (f) => us(`figure ${f + 1} of a long name`, (i + 1) * (f + 1) * MS)),
  }))
  const result: SweepResult = {
    ...{
      format: 1,
      scenario: 'skew',
      question,
      notes: [],
      seed: 1,
      world: 'sim',
      faultline: '0',
      points,
    },
  }
  return sweepPage(result)
}

function runList(): string {
  const run = (path: string, over: Partial<ListedRun> = {}): ListedRun => ({
    ...{ path, startedAt: '2026-11-30T08:00:00.000Z', scenario: 'cut', system: 'gossip-quorum' },
    ...{ world: 'sim', seed: 42, verdict: 'pass', because: 'All limits hold.', hasReport: true },
    ...{ searchP99Us: 5_000, lagP90Us: 300_000, recall: 0.98 },
    ...over,
  })
  const bad = { verdict: 'fail', because: 'A limit was broken.' } as const
  const group = { system: 'gossip-quorum', world: 'sim' }
  const list = {
    groups: [
      { ...group, scenario: 'calm', streak: 1, before: null, runs: [run('calm')] },
      { ...group, scenario: 'cut', streak: 1, before: 'pass', runs: [run('cut', bad), run('old')] },
    ],
    pages: [{ path: 'night/nights.html', what: 'nights' }],
    untold: [{ path: 'broken', why: 'it has no summary' }],
  } as const
  return runListPage(list as unknown as Parameters<typeof runListPage>[0], '0', 'runs')
}

/** Two of four objectives hold. */
function sla(): string {
  const run = leaveRun(newFolder(), 'run', {
    levels: [aLevel([availability(0.999), response(), response({ value: 500, text: 'too fast' })])],
    failing: row(600, 10),
  })
  const made = {
    profiles: [],
    command: 'faultline sla cut.yaml',
    madeAt: '2026-11-30T12:30:00.000Z',
    notMade: [],
  }
  return slaPage(signOff([run], made))
}

/** One of 30 scenarios came out otherwise than it states. */
function library(): string {
  const rows = many(30, (i) =>
    aSeed(42, {
      ...{ scenario: `scenario-${i}`, file: `scenarios/scenario-${i}.yaml`, question },
      ...(i === 4 && { verdict: 'fail', exitCode: 1, outcome: 'not as it should' }),
      ...(i === 4 && {
        wrong: ['the verdict should be pass and is fail'],
        directory: 'runs/library/scenario-4',
      }),
      reached: { [Object.keys(states)[i % 9] as StateName]: 1 },
    }),
  )
  return libraryPage(
    {
      ...{ format: 1, faultline: '0', expecting: true, exitCode: 1, seconds: 60, jobs: 2, rows },
      ...{
        secondsOfRuns: 110,
        asked: 30,
        onServersOnly: ['real.yaml'],
        ledger: ledgerOf(rows, true),
      },
    },
    'runs/library',
  )
}

/** Of three regions and a cut one write is left. */
function small(): string {
  const before = { ...aPlan({ question }), operations: [] }
  const finding = {
    ...{ checker: 'lost-writes', about: 'correctness', measures: 'content', verdict: 'fail' },
    ...{ promised: true, evidence: 9, violations: 1, because: '1 write is in no region.' },
    events: [{ lines: [7], sentence: 'Write 3 of id 9 was acknowledged and is in no region.' }],
  } as unknown as Finding
  const steps = [{ what: 'faults', plan: { ...before, regions: ['us'] }, tries: 12 }]
  const after = { ...before, regions: ['us'] }
  return shrinkPage({
    ...{ before, after, tries: 40, events: [], shown: finding, shownBefore: finding, steps },
    ...{ faultline: '0', command: 'faultline run small.plan.json --expect' },
  })
}

/** Every page about more than one run, as its command writes it. */
export const pages: Record<string, () => string | Promise<string>> = {
  ...{ campaign, library, shrink: small, nights, capacity, sweep, sla, 'run-list': runList },
  ...{ compare: compared, twin },
}
