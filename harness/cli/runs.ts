import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toJson } from '../base/json.ts'
import { listRuns } from '../pipeline/run-list.ts'
import { faultlineVersion } from '../pipeline/version.ts'
import { runListText } from '../text/run-list.ts'

export type RunsFlags = { html?: boolean; json?: boolean }

/** `faultline runs FOLDER`: what each scenario came to last, and whether that is new. */
export async function runsCommand(folder: string, { html, json }: RunsFlags): Promise<void> {
  const list = listRuns(folder)
  process.stdout.write(`${json ? toJson(list, 2) : runListText(list, folder)}\n`)
  if (!html) return
  const { runListPage } = await import('../../reports/run-list.ts')
  const file = join(folder, 'index.html')
  writeFileSync(file, runListPage(list, faultlineVersion, folder))
  process.stderr.write(`page: ${file}\n`)
}
