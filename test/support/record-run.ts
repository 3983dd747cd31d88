import { planOf } from '../../harness/pipeline/plan.ts'
import { recordRun } from '../../harness/pipeline/record-run.ts'
import { openRunDirectory } from '../../harness/record/run-directory.ts'

/** Run as a program: records a scenario into a folder, without analysing it. */
const [file, out, seed] = process.argv.slice(2)
if (file === undefined || out === undefined)
  throw new Error('usage: record-run <scenario> <folder> [seed]')
const plan = planOf(file, seed === undefined ? {} : { seed: Number(seed) })
await recordRun(plan, openRunDirectory(plan, out), {})
