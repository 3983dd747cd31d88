import type { Profile, ProfileRow } from '../../model/profile.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import type { DirectTimes } from './direct-times.ts'
import type { RecordTimes } from './record-times.ts'
import {
  fitServiceTime,
  fitVisibleAfter,
  medianOf,
  type ServiceFit,
  splitCall,
} from './service-fit.ts'

/**
 * What search and upsert are fitted to. `calls`: single calls, while the servers had nothing else to do. `run`: the
 * calm part of the run, where servers, mirrors, agents and the harness share the machine's cores.
 */
export type FitBy = 'calls' | 'run'

export type Measured = {
  direct: DirectTimes
  record: RecordTimes
  /** Said after every figure: when, on what, and how disturbed that part was. */
  where: Record<FitBy, string>
  tickUs: Us
  /** Of the profile as it was: how many calls a store serves at once. */
  workers: Profile['store']['workers']
}

/** The rows of a profile that were measured, each with its source. A row that was not is not in here. */
export function measuredRows(measured: Measured, by: FitBy): ProfileRow[] {
  return [
    ...storeRows(measured, by),
    ...waitRows(measured),
    ...logRows(measured),
    ...mirrorRows(measured),
    ...restartRows(measured),
  ]
}

function storeRows(measured: Measured, by: FitBy): ProfileRow[] {
  const { direct, record, workers } = measured
  const { search, agentSearch, fetch, agentUpsert, saturated } = direct
  const { wireUs } = splitCall(search, workers, saturated.perSec)
  const hopUs = Math.max(0, medianOf(agentSearch) - medianOf(search))
  const overheadUs = wireUs + hopUs
  const row = rowsWith(measured, 'calls')
  const userRow = rowsWith(measured, by)
  const users = by === 'calls' ? 'single calls by the agent' : 'calm run, dispatch to answer'
  return [
    row(
      'store.overhead',
      overheadUs,
      `${text(wireUs)} of a single search is neither worker (${workers} workers do ${saturated.perSec} searches/s, ` +
        `${saturated.inFlight} in flight through one client) and ${text(hopUs)} is the way to the agent and back; medians, n ${search.length}`,
    ),
    ...fitRows(
      userRow,
      'store.search',
      by === 'calls' ? agentSearch : record.search,
      overheadUs,
      users,
    ),
    ...fitRows(
      userRow,
      'store.upsert',
      by === 'calls' ? agentUpsert : record.upsert,
      overheadUs,
      users,
    ),
    ...fitRows(row, 'store.fetch', fetch, wireUs, 'single bounded fetches of one id'),
  ]
}

function waitRows(measured: Measured): ProfileRow[] {
  const { direct, tickUs } = measured
  const { visible, scans, points } = direct
  const row = rowsWith(measured, 'calls')
  return [
    row(
      'store.visibleAfter',
      fitVisibleAfter(visible, tickUs),
      `acknowledged to searchable p50 ${text(medianOf(visible))} at tick ${text(tickUs)}, less half a tick; n ${visible.length}`,
    ),
    ...(scans.length === 0
      ? []
      : [
          row(
            'store.scanPerThousand',
            Math.round(
              Math.max(0, medianOf(scans) - fitVisibleAfter(visible, tickUs) - tickUs / 2) /
                (points / 1000),
            ),
            `a strong scan of ${points} points took p50 ${text(medianOf(scans))}, less the wait of a strong read; n ${scans.length}`,
          ),
        ]),
  ]
}

const logRows = (measured: Measured): ProfileRow[] =>
  fitRows(
    rowsWith(measured, 'calls'),
    'log.append',
    measured.direct.append,
    0,
    'single appends of one record',
  )

/** What a mirror does ends with an append to the target's log, which has a row of its own. */
function mirrorRows(measured: Measured): ProfileRow[] {
  const { record, direct } = measured
  const about = 'log to log less the latency of the link, nothing logged for two round trips before'
  const appendUs = medianOf(direct.append)
  return fitRows(rowsWith(measured, 'run'), 'mirror.process', record.mirror, appendUs, about)
}

function restartRows(measured: Measured): ProfileRow[] {
  const { restarts } = measured.record
  const row = rowsWith(measured, 'run')
  const known: [string, Us | undefined, string][] = [
    ['store.restart', restarts.store, 'kill and start, until the port answers'],
    ['store.loaded', restarts.loaded, 'kill and start, until a strong read finds a known row'],
    ['mirror.restart', restarts.mirror, 'kill and start, until the first record is copied'],
    ['agent.restart', restarts.agent, 'kill and start, until a health answer (asked every 100 ms)'],
  ]
  return known.flatMap(([key, us, how]) => (us === undefined ? [] : [row(key, us, `${how}; n 1`)]))
}

type Row = (key: string, us: Us, how: string) => ProfileRow

const rowsWith =
  ({ where }: Measured, from: FitBy): Row =>
  (key, us, how) => ({ key, value: text(us), source: `measured: ${how}; ${where[from]}` })

/** Both rows of a service time; none where there were too few samples. `lessUs` is counted elsewhere. */
function fitRows(
  row: Row,
  key: string,
  samples: readonly Us[],
  lessUs: Us,
  about: string,
): ProfileRow[] {
  const fit = fitServiceTime(samples)
  if (!fit) return []
  const less = lessUs > 0 ? `, less ${text(lessUs)} that other rows hold` : ''
  const how = `fitted to p50 ${text(fit.p50)} and p90 ${text(fit.p90)}${less}: ${about}; n ${fit.n}`
  const { baseUs, tailUs } = shifted(fit, lessUs)
  return [row(`${key}.base`, baseUs, how), row(`${key}.tail`, tailUs, how)]
}

/** A base that would be below zero takes what is missing from the tail, so that the median stays. */
export function shifted({ baseUs, tailUs }: ServiceFit, lessUs: Us): { baseUs: Us; tailUs: Us } {
  if (baseUs >= lessUs) return { baseUs: baseUs - lessUs, tailUs }
  const missing = (lessUs - baseUs) / Math.LN2
  return { baseUs: 0, tailUs: Math.max(0, Math.round(tailUs - missing)) }
}

/** As a profile writes it, to the nearest 10 µs below a second and 10 ms above. */
export function text(us: Us): string {
  const round = (value: number, step: number) =>
    Number((Math.round(value / step) * step).toFixed(2))
  return us >= SECOND ? `${round(us / SECOND, 0.01)}s` : `${round(us / MS, 0.01)}ms`
}
