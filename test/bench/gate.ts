import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Rng } from '../../harness/base/rng.ts'
import {
  medianOf,
  type NightValues,
  trendOf,
  usualStrictness,
} from '../../harness/experiments/gate/trend.ts'
import { plainTable } from '../../harness/text/table.ts'

// How often the gate cries wolf, and how soon it sees a wolf: nights drawn from seeds, so that everybody has the same
// ones. Otava's figures on the first of the same nights stand beside where its Python is: FAULTLINE_OTAVA=path/to/python.

const SERIES = Number(process.env['FAULTLINE_SERIES'] ?? 1_000)
const OTAVA_SERIES = Math.min(SERIES, 50)
const NIGHTS = 75
const CHANGE = 45
const RUNS = 3

const kinds = ['flat', 'step', 'drift', 'outlier', 'missing'] as const
type Kind = (typeof kinds)[number]

/** A standard normal value, by Box and Muller (1958). */
const normal = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform())

/** Nights of three runs each, whose noise is log-normal with this coefficient of variation. */
function corpus(kind: Kind, cv: number, series: number): NightValues[][] {
  return Array.from({ length: series }, (_, s) => {
    const rng = new Rng(s).fork(`${kind}/${cv}`)
    return Array.from({ length: NIGHTS }, (_, night) => {
      const runs = Array.from({ length: RUNS }, () => {
        const worse = kind === 'outlier' && rng.uniform() < 0.03 ? 1.8 : 1
        return 100 * levelAt(kind, night) * worse * Math.exp(cv * normal(rng))
      })
      const none = kind === 'missing' && rng.uniform() < 0.1
      return none ? runs.map(() => null) : runs
    })
  })
}

function levelAt(kind: Kind, night: number): number {
  if (kind === 'step') return night < CHANGE ? 1 : 1.2
  if (kind === 'drift') return 1 + Math.min(0.2, Math.max(0, night - CHANGE) * 0.01)
  return 1
}

/** Nights on which it went red; each is accepted the morning after. */
function redNights(values: readonly NightValues[]): number[] {
  const red: number[] = []
  let since = 0
  for (let last = 0; last < values.length; last++) {
    const own = values.slice(since, last + 1)
    const trend = trendOf(own, { unit: 'us', better: 'low' }, usualStrictness)
    if (trend.state !== 'regressed') continue
    red.push(last)
    since += trend.since
  }
  return red
}

/** The same of Otava 0.8 with p 0.001 and a least change of 5 %: a night on which a change to the worse is new. */
function otavaRedNights(all: readonly (number | null)[][]): number[][] | null {
  const python = process.env['FAULTLINE_OTAVA']
  if (python === undefined) return null
  const script = fileURLToPath(new URL('./otava-nights.py', import.meta.url))
  const input = JSON.stringify(all)
  return JSON.parse(
    execFileSync(python, [script], { input, encoding: 'utf8', maxBuffer: 1 << 28 }),
  ) as number[][]
}

function figures(kind: Kind, red: readonly (readonly number[])[]): string[] {
  const changes = kind === 'step' || kind === 'drift'
  const calmNights = (changes ? CHANGE : NIGHTS) - usualStrictness.learn
  const wrong = red.flat().filter((night) => !changes || night < CHANGE).length
  const within = (nights: number): string => {
    const seen = red.filter((own) =>
      own.some((night) => night >= CHANGE && night < CHANGE + nights),
    )
    return changes ? `${((100 * seen.length) / red.length).toFixed(1)} %` : ''
  }
  return [
    ((wrong * 30) / (calmNights * red.length)).toFixed(3),
    within(3),
    within(4),
    within(7),
    within(25),
  ]
}

const rows: string[][] = []
for (const cv of [0.02, 0.05, 0.1])
  for (const kind of kinds) {
    const all = corpus(kind, cv, SERIES)
    rows.push(['gate', kind, `${cv * 100} %`, `${SERIES}`, ...figures(kind, all.map(redNights))])
    const some = all.slice(0, OTAVA_SERIES)
    const otava = otavaRedNights(some.map((nights) => nights.map(medianOf)))
    if (otava === null) continue
    const beside = ['gate', kind, `${cv * 100} %`, `${OTAVA_SERIES}`]
    rows.push([...beside, ...figures(kind, some.map(redNights))])
    rows.push(['otava 0.8', ...beside.slice(1), ...figures(kind, otava)])
  }

const header = ['rule', 'nights', 'CV of a run', 'series', 'false alarms / 30 nights']
const found = ['red within 3 nights', 'within 4', 'within 7', 'within 25']
process.stdout.write(
  `${plainTable([...header, ...found], rows).join('\n')}\n` +
    `Nights are of ${RUNS} runs; Otava sees their medians. step: +20 % from night ${CHANGE} on; drift: +1 % a night up to 20 %; ` +
    'outlier: 3 % of the runs 1.8 times as long; missing: a tenth of the nights.\n',
)
