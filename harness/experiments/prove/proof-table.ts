import { type Align, textTable } from '../../text/table.ts'
import { counted } from '../../text/value.ts'
import type { Proof, Proven } from './proof.ts'

/** What `faultline prove` came to. */
export type Proofs = {
  format: 1
  faultline: string
  exitCode: number
  /** Wall clock of the whole. */
  seconds: number
  jobs: number
  /** How many negative controls were to be made. */
  asked: number
  /** Checkers that have to catch no bug, and bugs whose lists do not name every checker. */
  unproven: string[]
  proofs: Proven[]
}

/** Something that should have been caught was not: no verdict of this Faultline can be relied on. */
const NOT_CAUGHT = 6

/** 0 only if all is as stated, and nothing unproven. */
export const proofExitCode = (proofs: readonly Proven[], unproven: readonly string[]): number =>
  unproven.length === 0 && proofs.every(({ wrong }) => wrong.length === 0) ? 0 : NOT_CAUGHT

const sections: readonly { kind: Proof['kind']; title: string; good: string; bad: string }[] = [
  { kind: 'ground', title: 'Without a bug', good: 'sound', bad: 'WRONG' },
  { kind: 'bug', title: 'What was broken', good: 'caught', bad: 'MISSED' },
  { kind: 'scenario', title: 'Scenarios that must go red', good: 'red', bad: 'MISSED' },
]
const aligns: Align[] = ['left', 'right', 'left']

/** Every control with what caught it, then what was missed and why; the last line says whether all were caught. */
export function proofTable(result: Proofs): string {
  const { proofs, asked, seconds, jobs, unproven } = result
  const missed = proofs.filter(({ wrong }) => wrong.length > 0)
  return [
    ...sections.flatMap(({ kind, title, good, bad }) => {
      const rows = proofs
        .filter((proof) => proof.kind === kind)
        .flatMap((one) => rowsOf(one, good, bad))
      return rows.length === 0 ? [] : [...textTable(['', 's', title], aligns, rows), '']
    }),
    ...missed.flatMap(({ name, wrong }) => [
      `NOT AS STATED: ${name}`,
      ...wrong.map((why) => `  ${why}`),
    ]),
    ...unproven.map((why) => `NOT PROVEN: ${why}`),
    ...(proofs.length < asked
      ? [`Interrupted: ${asked - proofs.length} of ${asked} were not tried.`]
      : []),
    `${seconds.toFixed(0)} s in ${counted(jobs, 'process', 'processes')}.`,
    conclusion(result, missed),
  ].join('\n')
}

function rowsOf(proof: Proven, good: string, bad: string): string[][] {
  const { name, wrong, seconds, caughtBy, mayFire, alsoFired } = proof
  const may = mayFire.map((checker) => (alsoFired.includes(checker) ? `${checker} (did)` : checker))
  const by = [
    ...(caughtBy.length > 0 ? [`by ${caughtBy.join(', ')}`] : []),
    ...(may.length > 0 ? [`may also: ${may.join(', ')}`] : []),
  ]
  const row = [wrong.length === 0 ? good : bad, seconds.toFixed(1), name]
  return by.length === 0 ? [row] : [row, ['', '', `  ${by.join('; ')}`]]
}

function conclusion({ proofs, unproven, asked }: Proofs, missed: readonly Proven[]): string {
  const count = (kind: Proof['kind'], from = proofs) =>
    from.filter((proof) => proof.kind === kind).length
  const controls = count('bug') + count('scenario')
  const what = `${counted(count('bug'), 'planted bug')}, ${counted(count('scenario'), 'scenario')} gone red, ${counted(count('ground'), 'ground')} sound`
  if (missed.length === 0 && unproven.length === 0 && proofs.length === asked)
    return `all ${controls} caught (${what})`
  const parts = [
    ...(missed.length > 0 ? [missed.map(({ name }) => name).join('; ')] : []),
    ...(unproven.length > 0
      ? [`${counted(unproven.length, 'checker or bug', 'checkers or bugs')} unproven`]
      : []),
    ...(proofs.length < asked ? [`${asked - proofs.length} not tried`] : []),
  ]
  return `NOT all caught: ${parts.join(', ')}`
}
