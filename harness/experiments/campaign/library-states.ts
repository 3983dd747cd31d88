import { realpathSync } from 'node:fs'
import { type StateName, states } from '../../analysis/ledger/states.ts'
import { shippedScenarios } from '../../pipeline/shipped.ts'
import { type Align, textTable } from '../../text/table.ts'
import { counted } from '../../text/value.ts'
import type { LibraryFlags } from './library-tasks.ts'
import { nameOfFile, type Row } from './task.ts'

/** In which states of the ledger the runs of a library were. */
export type Ledger = {
  /** Whether a state that was never reached fails the whole: of the library that comes with Faultline, run as it is. */
  held: boolean
  reached: { state: StateName; scenarios: number; first: string }[]
  never: StateName[]
}

/** In order of the list of states; the first scenario is the first by name. */
export function ledgerOf(rows: readonly Row[], held: boolean): Ledger {
  const ledger: Ledger = { held, reached: [], never: [] }
  for (const state of Object.keys(states) as StateName[]) {
    const names = rows.flatMap((row) =>
      (row.reached?.[state] ?? 0) > 0 ? [nameOfFile(row.file)] : [],
    )
    const scenarios = [...new Set(names)].sort()
    const [first] = scenarios
    if (first === undefined) ledger.never.push(state)
    else ledger.reached.push({ state, scenarios: scenarios.length, first })
  }
  return ledger
}

/** The list is committed for the whole library with its own seeds and systems: of a part nothing can be asked. */
export function isWholeLibrary(
  paths: readonly string[],
  { quick, seed, system }: LibraryFlags,
): boolean {
  const [path] = paths
  if (path === undefined || paths.length > 1) return false
  return (
    !quick &&
    seed === undefined &&
    system === undefined &&
    realpathSync(path) === realpathSync(shippedScenarios)
  )
}

const header = ['state reached', 'scenarios', 'first']
const aligns: Align[] = ['left', 'right', 'left']

export function ledgerText(ledger: Ledger): string[] {
  const { reached, never } = ledger
  const rows = reached.map(({ state, scenarios, first }) => [state, String(scenarios), first])
  return [
    ...(rows.length > 0 ? [...textTable(header, aligns, rows), ''] : []),
    ...never.map((state) => `NEVER REACHED: ${state}`),
    ledgerSentence(ledger),
  ]
}

/** How many states were reached, and that the others were never tested. */
export function ledgerSentence({ held, reached, never }: Ledger): string {
  const all = reached.length + never.length
  if (never.length === 0) return `All ${all} states of the ledger were reached.`
  return `${reached.length} of ${all} states of the ledger were reached: ${counted(never.length, 'state was', 'states were')} never tested${held ? '' : ' here'}.`
}
