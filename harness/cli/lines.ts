import { join } from 'node:path'
import { exitCodes } from '../analysis/limits/judge.ts'
import { type NoLines, selectLines, whyNoLines } from '../analysis/lines/lines.ts'
import { UsageError } from '../model/errors.ts'
import { guaranteesFor, layoutFor } from '../pipeline/catalogue.ts'
import { runDirectory } from '../record/run-directory.ts'

/** `faultline lines RUN SELECTOR`. Sets the exit code where nothing is shown. Throws UsageError. */
export function linesCommand(path: string, selector: string): void {
  const record = join(runDirectory(path), 'record.jsonl')
  const judging = { guaranteesFor, layoutFor }
  const lines = selectLines(record, selector, judging)
  if (lines.length === 0) printNoLines(whyNoLines(record, selector, judging))
  for (const { number, text } of lines) process.stdout.write(`${number}: ${text}\n`)
}

/** Nothing to show is exit code 0 where that is good news, 3 where there was no evidence, else 2. */
function printNoLines({ sentence, news }: NoLines): void {
  if (news === 'none') throw new UsageError(sentence)
  process.stderr.write(`${sentence}\n`)
  process.exitCode = news === 'good' ? 0 : exitCodes.unknown
}
