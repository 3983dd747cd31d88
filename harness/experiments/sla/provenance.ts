import type { Sla, SlaLevel, SlaRun, SlaSample } from '../../model/sla.ts'

/** `2026-11-21 12:00:00 UTC`. */
const whenText = (iso: string): string => iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')

export const aboutText = ({ madeAt, faultline }: Sla): string =>
  `Made ${whenText(madeAt)} with Faultline ${faultline}, from the records of the runs named below and nothing else.`

export const ownerText = ({ owner }: SlaLevel): string =>
  owner === null ? ', without an owner' : `, owned by ${owner}`

export const runHead = [
  ...['run', 'seed', 'evidence', 'made', 'Faultline', 'commit', 'machine', 'record (SHA-256)'],
]

/** Digits of a hash that are shown; all of them are in sla.json. */
const SHOWN = 16

export const runRow = (run: SlaRun): string[] => [
  run.directory,
  String(run.seed),
  run.unfit === undefined ? 'yes' : `no: ${run.unfit}`,
  whenText(run.startedAt),
  ...[run.faultline, run.commit, run.host, run.sha256.slice(0, SHOWN)],
]

/** What real servers were started from; empty in the simulator, which has none. */
export function imagesText({ runs }: SlaSample): string {
  const images = [...new Set(runs.flatMap((run) => run.images))]
  return images.length === 0 ? '' : `Images: ${images.join(', ')}.`
}
