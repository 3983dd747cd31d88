import { shareText } from '../shown/figures.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import type { LoadWritten } from './load-schema.ts'

/** What a load may ask for. */
export const asked = ['search', 'upsert', 'delete', 'fetch'] as const

/** Reports what asks for as much as is answered and cannot, and what a closed loop does not read. */
export function checkPace(sheet: Sheet, path: Path, load: LoadWritten, rate: number): void {
  for (const kind of asked)
    if (kind !== 'search' && load[kind] === 'max')
      sheet.report([...path, kind], {
        message: `only searches run in a closed loop: what is written, and when, is planned before the run, so that it is known which write is current`,
        hint: `Give ${kind} a rate such as 20/s, in a load of its own beside the closed loop.`,
      })
  if (load.think !== undefined && load.search !== 'max')
    sheet.report([...path, 'think'], {
      message: 'clients think between an answer and their next search, and these search at a rate',
      hint: 'Write search: max, or take think out.',
      at: 'key',
    })
  if (load.search === 'max') checkClosedLoop(sheet, path, load, rate)
}

/** Keys that say how operations come at a rate, or what writes do: a closed loop reads none of them. */
const notClosed = [
  ...(['upsert', 'delete', 'fetch', 'fetchOwn', 'keys'] as const),
  ...(['arrivals', 'inFlight'] as const),
]

function checkClosedLoop(sheet: Sheet, path: Path, load: LoadWritten, rate: number): void {
  for (const key of notClosed)
    if (load[key] !== undefined && load[key] !== 'max')
      sheet.report([...path, key], {
        message: `"${key}" does nothing in a closed loop: its clients only search, each when it was answered`,
        hint: `Take it out, or give it to a second load: - { in: ${inText(load.in)}, class: others, ... }.`,
        at: 'key',
      })
  if (rate !== 1)
    sheet.report([...path, 'search'], {
      message: `a closed loop has no rate that could be taken at ${shareText(rate)}`,
      hint: 'Lay a load of its own over it, with fewer clients or some think time.',
    })
}

const inText = (regions: LoadWritten['in']): string =>
  typeof regions === 'string' ? regions : `[${regions.join(', ')}]`
