import type { Rng } from '../../harness/base/rng.ts'
import type { Series } from '../../harness/model/finding.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import { ARRIVALS_END, CUT_FROM, CUT_TO, isCut, LINKS, REGIONS } from './analysis-scene.ts'

const range = (fromUs: number, toUs: number): number[] =>
  Array.from({ length: Math.floor((toUs - fromUs) / SECOND) }, (_, i) => fromUs + i * SECOND)

const loaded = range(0, ARRIVALS_END)

/** `middle` give or take `share` of it. */
const about = (rng: Rng, middle: number, share: number): number =>
  middle * (1 + share * (2 * rng.uniform() - 1))

/** Series of one second a bucket, as the analysis makes them. */
export function sampleSeries(rng: Rng): Series[] {
  return [
    ...REGIONS.flatMap((region, i) => rates(rng, region, [85, 45, 45][i] ?? 45)),
    ...REGIONS.flatMap((region, i) => latency(rng, region, i)),
    ...REGIONS.flatMap((region) => heat(region)),
    ...REGIONS.flatMap((region) => recall(rng, region)),
    ...LINKS.flatMap((link) => lag(rng, link)),
    ...divergence(rng),
    catchUp(),
  ]
}

function rates(rng: Rng, region: string, perSec: number): Series[] {
  const offered = loaded.map((us): [number, number] => [us, Math.round(about(rng, perSec, 0.2))])
  const achieved = offered.map(([us, n]): [number, number] => [
    us,
    us === CUT_TO && region === 'eu-west' ? n - 9 : n,
  ])
  return [
    { chart: 'rates', key: region, line: 'offered', points: offered },
    { chart: 'rates', key: region, line: 'achieved', points: achieved },
  ]
}

function latency(rng: Rng, region: string, i: number): Series[] {
  const busy = (us: number) =>
    region !== 'ap-south' && us >= CUT_TO && us < CUT_TO + 3 * SECOND ? 6 : 1
  const line = (name: string, ms: number, share: number): Series => ({
    chart: 'latency',
    key: region,
    line: name,
    points: loaded.map((us) => [us, Math.round(about(rng, ms * MS * busy(us), share))]),
  })
  return [line('p50', 3.4 + 0.3 * i, 0.06), line('p99', 7.2 + 1.4 * i, 0.35)]
}

/** Most around 3.5 ms, a tail that grows after the cut, and searches nobody answered during it. */
function heat(region: string): Series[] {
  const every = loaded.filter((_, i) => i % 2 === 0)
  const row = (line: string, count: (us: number) => number): Series => ({
    ...{ chart: 'heat', key: region, line },
    points: every.flatMap((us): [number, number][] => (count(us) > 0 ? [[us, count(us)]] : [])),
  })
  return [
    row('3160-4220us', () => 100),
    row('4220-5620us', (us) => (us % (6 * SECOND) === 0 ? 8 : 0)),
    row('31600-42200us', (us) => (us >= CUT_TO && us < CUT_TO + 4 * SECOND ? 12 : 0)),
    row('unanswered', (us) => (region === 'eu-west' && us >= CUT_FROM && us < CUT_TO ? 3 : 0)),
  ].filter(({ points }) => points.length > 0)
}

function recall(rng: Rng, region: string): Series[] {
  const behind = (us: number): number => {
    if (region === 'ap-south' || us < CUT_FROM || us >= CUT_TO + 4 * SECOND) return 0.006
    if (us >= CUT_TO) return 0.08 * (1 - (us - CUT_TO) / (4 * SECOND)) + 0.006
    return 0.006 + (0.09 * (us - CUT_FROM)) / (CUT_TO - CUT_FROM)
  }
  const low = loaded.map((us): [number, number] => [us, 1 - about(rng, behind(us), 0.4)])
  const high = low.map(([us, value]): [number, number] => [
    us,
    Math.min(1, value + 0.004 + 0.2 * (1 - value)),
  ])
  return [
    { chart: 'recall', key: region, line: 'low', points: low },
    { chart: 'recall', key: region, line: 'high', points: high },
  ]
}

function lag(rng: Rng, link: string): Series[] {
  const oneWay = link.includes('ap-south') ? 110 : 60
  const cut = (us: number) => (isCut(link) && us >= CUT_FROM && us < CUT_TO ? CUT_TO - us : 0)
  // Few writes leave eu-west and ap-south: seconds without one have no bucket.
  const seconds = loaded.filter(() => link.startsWith('us-east') || rng.uniform() > 0.06)
  const line = (name: string, ms: number, share: number): Series => ({
    chart: 'lag',
    key: link,
    line: name,
    points: seconds.map((us) => [us, Math.round(cut(us) + about(rng, ms * MS, share))]),
  })
  return [line('p50', 120 + oneWay, 0.1), line('max', 260 + oneWay, 0.3)]
}

function divergence(rng: Rng): Series[] {
  const pairs = ['us-east<>eu-west', 'us-east<>ap-south', 'eu-west<>ap-south']
  return pairs.map((key) => ({
    chart: 'divergence',
    key,
    line: 'mean',
    points: range(10 * SECOND, ARRIVALS_END).map((us) => {
      const apart = key.includes('ap-south') ? 0.5 : 1
      const cut = us >= CUT_FROM && us < CUT_TO + 3 * SECOND
      const level = cut ? (0.16 * apart * (us - CUT_FROM)) / (CUT_TO - CUT_FROM) : 0.008
      return [us, Math.max(0, about(rng, level, 0.9))]
    }),
  }))
}

/** 1,140 pairs of write and region, worked off in 3 s. */
function catchUp(): Series {
  const start = CUT_TO + 0.4 * SECOND
  const points = Array.from({ length: 31 }, (_, i): [number, number] => [
    start + i * 100 * MS,
    Math.max(0, Math.round(1140 * (1 - (i * i) / 900))),
  ])
  return { chart: 'catch-up', key: 'partition', line: 'open', points }
}
