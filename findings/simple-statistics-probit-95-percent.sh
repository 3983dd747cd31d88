#!/usr/bin/env bash
# simple-statistics 7.12.1: probit(0.975) is 1.95716 where the quantile of the normal law is 1.95996. An
# approximation of the inverse error function stands behind it: an interval "at 95 %" made with it holds 94.97 % of the law.
# Run by hand: needs Node and npm. Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent simple-statistics@7.12.1
cat >probe.mjs <<'JS'
import { readFileSync } from 'node:fs'
import { cumulativeStdNormalProbability, probit } from 'simple-statistics'
const { version } = JSON.parse(readFileSync('node_modules/simple-statistics/package.json', 'utf8'))
const right = 1.959963984540054
const got = probit(0.975)
console.log(`simple-statistics ${version}: probit(0.975) = ${got}, the quantile is ${right}`)
console.log(`its own law at that quantile: ${cumulativeStdNormalProbability(right)}`)
process.exit(Math.abs(got - right) > 0.001 ? 0 : 1)
JS
node probe.mjs
