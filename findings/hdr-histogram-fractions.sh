#!/usr/bin/env bash
# hdr-histogram-js 3.0.1 counts whole numbers, and takes others without a word: 0.7 is counted as 0, after which minNonZeroValue
# is 0, and 1000.6 gives a 100th percentile of 1000 beside a maxValue of 1000.6 and a mean below the true one. Milliseconds as
# performance.now() gives them have to become whole microseconds first.
# Run by hand: needs Node and npm. Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent hdr-histogram-js@3.0.1
cat >probe.mjs <<'JS'
import { readFileSync } from 'node:fs'
import { build } from 'hdr-histogram-js'
const { version } = JSON.parse(readFileSync('node_modules/hdr-histogram-js/package.json', 'utf8'))
const histogram = build({ numberOfSignificantValueDigits: 3 })
for (const ms of [0.7, 1.9, 1000.6]) histogram.recordValue(ms)
const { minNonZeroValue, maxValue, mean } = histogram
const top = histogram.getValueAtPercentile(100)
console.log(`hdr-histogram-js ${version} of 0.7, 1.9 and 1000.6:`, { minNonZeroValue, maxValue, p100: top, mean })
process.exit(minNonZeroValue === 0 && maxValue === 1000.6 && top === 1000 && mean < (0.7 + 1.9 + 1000.6) / 3 ? 0 : 1)
JS
node probe.mjs
