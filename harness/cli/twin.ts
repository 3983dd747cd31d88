import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { calibratedProfile } from '../experiments/twin/calibrate.ts'
import { byError } from '../experiments/twin/main-errors.ts'
import type { Twin } from '../experiments/twin/outcome.ts'
import type { FitBy } from '../experiments/twin/profile-values.ts'
import { writeShipped } from '../experiments/twin/shipped-profiles.ts'
import { cellsOf } from '../experiments/twin/wording.ts'
import { INTERRUPTED, UsageError } from '../model/errors.ts'
import type { ProfileRow } from '../model/profile.ts'
import { BUSY, foreignText } from '../pipeline/cpu-time.ts'
import { type SetVariables, setText } from '../scenario/yaml/variables.ts'
import { textTable } from '../text/table.ts'
import type { ImageSource } from '../worlds/images/image-list.ts'
import { print } from './print.ts'

const calibrateScenario = fileURLToPath(new URL('../../scenarios/calibrate.yaml', import.meta.url))
const WORST = 15

export type CalibrateFlags = {
  out?: string
  images?: ImageSource
  fit: FitBy
  from?: string
  seed?: number
  run?: string
}

/** `faultline calibrate`. */
export async function calibrateCommand(flags: CalibrateFlags): Promise<void> {
  const path = flags.from ?? (await calibrateNow(flags))
  const { text, rows, kept } = calibratedProfile(path, flags.fit)
  const file = flags.out ?? join(path, 'profile.yaml')
  writeFileSync(file, text)
  const cells = ({ key, value, source }: ProfileRow): string[] => [key, value, source]
  print(
    textTable(['value of', 'is', 'source'], ['left', 'right', 'left'], rows.map(cells)).join('\n'),
  )
  print(`\nNot measured, kept as they were: ${kept.map(({ key }) => key).join(', ')}.`)
  print(`Profile: ${file}\nRun: ${path}`)
}

async function calibrateNow({ images, seed, run }: CalibrateFlags): Promise<string> {
  // Only here: what these commands need takes longer to load than most commands take to run.
  const { recordCalibration } = await import('../experiments/twin/calibration.ts')
  const interrupt = onInterrupt()
  try {
    return await recordCalibration(calibrateScenario, {
      ...{ images, seed, out: run, command: 'faultline calibrate', onStep: note },
      interrupted: interrupt.asked,
    })
  } finally {
    interrupt.done()
  }
}

export type TwinFlags = {
  seed?: number
  set?: SetVariables
  out?: string
  images?: ImageSource
  profile?: string
  again?: boolean
  write?: boolean
}

/** `faultline twin FILE`. */
export async function twinCommand(file: string, flags: TwinFlags): Promise<void> {
  const interrupt = onInterrupt()
  try {
    const { write, ...options } = flags
    const { runTwin } = await import('../experiments/twin/twin.ts')
    const twin = await runTwin(file, {
      ...{ ...options, command: `faultline twin ${file}${setText(options.set)}`, onStep: note },
      interrupted: interrupt.asked,
    })
    print(worstTable(twin))
    print(`\nCompared: ${join(twin.directory, 'twin.html')}`)
    if (!write) return
    refuseDisturbed(twin)
    const missing = writeShipped(twin.profile, twin.run)
    if (missing.length > 0)
      note(
        `Off by more than 20 % without a reason in fixtures/profiles/twin-reasons.yaml: ${missing.join('; ')}`,
      )
  } finally {
    interrupt.done()
  }
}

/** What neighbours did to a run is not the simulator's error, and must not stand in a profile as if it were. */
function refuseDisturbed({ foreign, directory }: Twin): void {
  if (foreign && foreign.mean <= BUSY) return
  throw new UsageError(
    `not written: ${foreignText(foreign)} The comparison is in ${directory}. Run it again with nothing beside it.`,
  )
}

/** The errors of the main metrics are in twin.md; here are the figures furthest off. */
function worstTable({ comparison }: Twin): string {
  const worst = [...comparison.rows].sort(byError).slice(0, WORST)
  const head = ['figure', 'where', 'real', 'simulated', 'error', 'n']
  const lines = textTable(
    head,
    ['left', 'left', 'right', 'right', 'right', 'right'],
    worst.map(cellsOf),
  )
  return `Furthest off, ${worst.length} of ${comparison.rows.length} figures\n${lines.join('\n')}`
}

/** First Ctrl-C ends the run gracefully, so that its containers go; second at once. */
function onInterrupt(): { asked: () => boolean; done: () => void } {
  let asked = false
  const hear = () => {
    if (asked) process.exit(INTERRUPTED)
    asked = true
    note('\nEnding the run: healing faults, removing servers. Ctrl-C again stops at once.')
  }
  process.on('SIGINT', hear)
  process.on('SIGTERM', hear)
  return {
    asked: () => asked,
    done: () => {
      process.off('SIGINT', hear)
      process.off('SIGTERM', hear)
    },
  }
}

const note = (text: string): void => {
  process.stderr.write(`${text}\n`)
}
