import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { scenarioFiles } from '../experiments/campaign/scenario-files.ts'
import { UsageError } from '../model/errors.ts'

export type InitFlags = { ci?: 'github'; force?: boolean }

const FIRST = 'my-first'
const WORKFLOW = join('.github', 'workflows', 'faultline.yml')

/**
 * `faultline init`: a first scenario, or with `--ci github` a workflow. Gives what was written, as text. Throws UsageError,
 * and then nothing is written.
 */
export function initText(folder: string, { ci, force = false }: InitFlags): string {
  if (ci === undefined) return firstText(folder, force)
  checkPlace()
  const scenarios = checkScenarios(folder)
  if (existsSync(WORKFLOW) && !force)
    throw new UsageError(
      `${WORKFLOW} is there already. Look at it, then write it anew: faultline init --ci github --force`,
    )
  mkdirSync(dirname(WORKFLOW), { recursive: true })
  writeFileSync(WORKFLOW, workflowText(folder))
  return [
    `written: ${WORKFLOW}`,
    `It runs the ${scenarios} of ${folder} on every push and every night, and keeps their reports.`,
    `The same here: npx faultline run ${folder} --expect`,
  ].join('\n')
}

function firstText(folder: string, force: boolean): string {
  const file = join(folder, `${FIRST}.yaml`)
  if (existsSync(file) && !force)
    throw new UsageError(
      `${file} is there already. Run it: faultline run ${file}. Or write it anew: faultline init --force`,
    )
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new UsageError(
      `${folder} is a file. Name a folder for scenarios: faultline init scenarios`,
    )
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, firstScenario(FIRST))
  return `written: ${file}\nRun it: faultline run ${file}`
}

/** GitHub reads workflows at the top of a repository, and this one installs with npm. */
function checkPlace(): void {
  const top = repositoryAbove(process.cwd())
  if (top !== null && top !== process.cwd())
    throw new UsageError(
      `GitHub reads workflows at the top of a repository only. Go there: cd ${top}`,
    )
  const missing = ['package.json', 'package-lock.json'].filter((name) => !existsSync(name))
  if (missing.length > 0)
    throw new UsageError(
      `the workflow installs Faultline by \`npm ci\`, and there is no ${missing.join(' and no ')} here. ` +
        'Make Faultline a dependency first: npm install --save-dev, with the path or address of its package',
    )
}

function repositoryAbove(folder: string): string | null {
  if (existsSync(join(folder, '.git'))) return folder
  const above = dirname(folder)
  return above === folder ? null : repositoryAbove(above)
}

/** `3 scenarios`. The name of the folder goes into a shell command as it is. */
function checkScenarios(folder: string): string {
  const inside = resolve(folder).startsWith(`${process.cwd()}/`)
  if (!inside || !/^[\w./-]+$/.test(folder) || folder.startsWith('-'))
    throw new UsageError(
      `"${folder}" cannot stand in a workflow: name a folder below this one, of letters, digits, dots and dashes.`,
    )
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UsageError(
      `there is no folder ${folder} with scenarios. Name yours: faultline init --ci github my-scenarios. Or write a first one: faultline init ${folder}`,
    )
  const count = scenarioFiles([folder]).length
  return count === 1 ? 'one scenario' : `${count} scenarios`
}

/** A GitHub workflow that runs a folder of scenarios on every push and every night. `folder`: as a shell takes it. */
const workflowText = (folder: string): string => `# Written by \`faultline init --ci github\`.
# Runs every scenario in ${folder} in the simulator. Red means: one did not come out as its \`expect:\` states, or, where it
# states nothing, did not pass. Broken limits are marked at their lines; the summary of the run shows the worst first.
name: faultline

on:
  push:
  pull_request:
  workflow_dispatch:
  schedule:
    - cron: '17 2 * * *'

permissions:
  contents: read

concurrency:
  group: faultline-\${{ github.ref }}
  cancel-in-progress: \${{ github.event_name == 'pull_request' }}

jobs:
  scenarios:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 22
          cache: npm
      - run: npm ci
      - name: run the scenarios
        run: npx --no-install faultline run ${folder} --expect --reports --out runs/ci --junit runs/ci-junit.xml --quiet
      # Whatever the verdict. Records stay behind: the same seed gives the same bytes again.
      - name: keep the reports
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: faultline-\${{ github.run_attempt }}
          path: |
            runs
            !runs/**/record.jsonl
          if-no-files-found: warn
          retention-days: 30
`

/** A scenario to begin with: two regions, one cut, and limits that hold. `name` is also the name of its file. */
const firstScenario = (
  name: string,
): string => `# Does eu-west catch up after a 20-second cut, and is anything acknowledged lost?
# Change what you like, then: faultline check (mistakes, or the plan as a timeline), faultline run.
name: ${name}
seed: 42
regions: [us-east, eu-west]
links:
  us-east <-> eu-west: { latency: 38ms, jitter: 2ms }     # one way
data: { set: glosses, base: 2000 }
system: { kind: active-active-cdc, conflict: hybrid-logical-clock }
load:
  - { in: us-east, clients: 20, search: 60/s, upsert: 10/s }
  - { in: eu-west, clients: 20, search: 60/s, upsert: 5/s }
timeline: { warmup: 5s, run: 80s, settle: 20s }
faults:
  - { partition: us-east <-> eu-west, at: 30s, for: 20s }  # times count from the end of warm-up
limits:
  - { metric: search.response, p: 99, max: 40ms }
  - { metric: catch-up, max: 10s }
  - { metric: lost-writes, max: 0 }
`
