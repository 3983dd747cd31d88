import { Rng } from '../../harness/base/rng.ts'
import type { Analysis, Finding, Judgement, LimitResult } from '../../harness/model/finding.ts'
import type { LimitPlan } from '../../harness/model/limit.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import type { Report, ReportEnvironment } from '../../reports/report.ts'
import { sampleCurves, sampleMetrics } from './analysis-metrics.ts'
import {
  aThreeRegionPlan,
  catchUpLimit,
  lagLimit,
  lostLimit,
  recallLimit,
  responseLimit,
} from './analysis-plan.ts'
import { CUT_FROM, CUT_TO, END, LINKS, REGIONS, samplePhases } from './analysis-scene.ts'
import { sampleSeries } from './analysis-series.ts'
import { aPlan } from './plan.ts'

export { aLimit, aThreeRegionPlan } from './analysis-plan.ts'

export function aFinding(over: Partial<Finding> = {}): Finding {
  return {
    checker: 'lost-writes',
    verdict: 'pass',
    because: 'All 3,590 acknowledged writes are held or superseded everywhere.',
    evidence: 3590,
    violations: 0,
    events: [],
    about: 'correctness',
    measures: 'content',
    promised: true,
    ...over,
  }
}

const sampleFindings: Finding[] = [
  aFinding(),
  aFinding({
    checker: 'invented-point',
    because: 'All 96,410 points that answers and scans held had been written.',
    evidence: 96410,
  }),
  aFinding({
    checker: 'regions-equal',
    because: 'The final scans of 3 regions hold the same 6,212 points, as expected.',
    evidence: 3,
    about: 'promise',
  }),
  aFinding({
    checker: 'read-your-writes',
    verdict: 'fail',
    promised: false,
    about: 'promise',
    because: '3 of 242 fetches of own writes did not return them.',
    evidence: 242,
    violations: 3,
    events: [
      {
        sentence:
          'Client us-east/7 was told at 41.203 s that its write 1184 of point 20031 is done; at 41.618 s its fetch from us-east returned version 0.',
        lines: [18422, 18431, 18507],
      },
      {
        sentence:
          'Client us-east/2 was told at 58.004 s that its write 1702 of point 311 is done; at 58.377 s its fetch from us-east found nothing.',
        lines: [26114, 26190],
      },
    ],
  }),
  aFinding({
    checker: 'faults-confirmed',
    because: 'The one fault was seen by its canaries.',
    evidence: 1,
    about: 'run',
  }),
  aFinding({
    checker: 'generator-valid',
    because: 'p99 of the dispatch delay is 0 ms; 100 % of 21,840 operations were sent in time.',
    evidence: 21840,
    about: 'run',
  }),
]

/** A realistic run: three regions, one link cut from 40 to 80 s of 170. Everything can be replaced. */
export function anAnalysis(over: Partial<Analysis> = {}): Analysis {
  const rng = new Rng(7, 'sample')
  return {
    plan: aThreeRegionPlan(),
    faultline: '0.1.0',
    promises: { given: ['all regions become equal'], excepted: [] },
    ended: { how: 'complete', because: '', atUs: END, lines: 81_204 },
    phases: samplePhases,
    faults: [
      {
        name: 'partition',
        kind: 'partition',
        where: 'us-east>eu-west, eu-west>us-east',
        fromUs: CUT_FROM,
        toUs: CUT_TO,
        confirmedUs: CUT_FROM + 0.2 * SECOND,
        healConfirmedUs: CUT_TO + 0.4 * SECOND,
        saw: 'echo missing',
      },
    ],
    metrics: sampleMetrics(rng.fork('metrics')),
    series: sampleSeries(rng.fork('series')),
    curves: sampleCurves(rng.fork('curves')),
    findings: sampleFindings,
    ...over,
  }
}

/** A run in which nothing could be measured: the record ends in warm-up. */
export const anEmptyAnalysis = (over: Partial<Analysis> = {}): Analysis =>
  anAnalysis({
    plan: aPlan({ regions: ['solo'], links: [], limits: [] }),
    ended: {
      how: 'cut off',
      because: 'the last line is not complete',
      atUs: 1.5 * SECOND,
      lines: 12,
    },
    phases: [],
    faults: [],
    metrics: [],
    series: [],
    curves: [],
    findings: [],
    ...over,
  })

const result = (limit: LimitPlan, over: Partial<LimitResult>): LimitResult => ({
  limit,
  count: 1800,
  verdict: 'pass',
  because: 'within the limit',
  ...over,
})

const sampleLimits: LimitResult[] = [
  ...REGIONS.flatMap((region, i) => [
    result(responseLimit, {
      region,
      phase: 'baseline',
      measured: (8.9 + i) * MS,
      count: 4580 - 700 * i,
    }),
    result(responseLimit, {
      region,
      phase: 'fault:partition',
      measured: (9.6 + i * 2) * MS,
      count: 2400 - 300 * i,
    }),
    result(responseLimit, {
      region,
      phase: 'recovery:partition',
      count: 210 - i * 70,
      ...(region === 'eu-west'
        ? { verdict: 'unknown', because: '140 samples are too few for a p99: it takes 1,000.' }
        : { verdict: 'unknown', because: 'Too few samples for a p99: it takes 1,000.' }),
    }),
    result(recallLimit, {
      region,
      phase: 'baseline',
      measured: { low: 0.9912, high: 0.9979 },
      count: 4580,
    }),
  ]),
  ...LINKS.map((link, i) =>
    result(lagLimit, {
      link,
      phase: 'baseline',
      measured: (212 + 31 * i) * MS,
      count: 1510 - 210 * i,
    }),
  ),
  result(catchUpLimit, { phase: 'recovery:partition', measured: 3.0 * SECOND, count: 7180 }),
  result(lostLimit, { measured: 0, count: 3590 }),
  result(responseLimit, {
    region: 'eu-west',
    phase: 'settle',
    measured: 40.02 * MS,
    count: 1204,
    verdict: 'fail',
    because: 'p99 is 40.02 ms, 0.02 ms over the limit.',
  }),
]

export const aJudgement = (over: Partial<Judgement> = {}): Judgement => ({
  verdict: 'fail',
  exitCode: 1,
  because: 'search.response p99 in eu-west is 40.02 ms in settle, over the limit of 40 ms.',
  limits: sampleLimits,
  ...over,
})

export const anEnvironment = (over: Partial<ReportEnvironment> = {}): ReportEnvironment => ({
  startedAt: '2026-11-21T12:00:00.000Z',
  faultline: '0.1.0',
  commit: '3fa9c21',
  node: 'v20.20.2',
  host: 'linux 6.1.0 x64',
  cpu: 'AMD EPYC 7B13',
  cores: 2,
  memoryGiB: 24,
  wallMs: 3120,
  command: 'faultline run scenarios/partition-heal.yaml',
  ...over,
})

export const aReport = (over: Partial<Report> = {}): Report => ({
  analysis: anAnalysis(),
  judgement: aJudgement(),
  environment: anEnvironment(),
  run: 'runs/partition-heal-42',
  ...over,
})
