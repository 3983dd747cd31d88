/** A GitHub workflow that runs a folder of scenarios on every push and every night. `folder`: as a shell takes it. */
export const workflowText = (
  folder: string,
): string => `# Written by \`faultline init --ci github\`.
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
