#!/usr/bin/env bash
# hnswlib-node 3.0.0 (L2) takes a vector that holds NaN, and gives it as a neighbour with distance NaN, behind all others: an
# answer of k is then whole by count and short by one point. A test of finite numbers has to come before the index.
# Run by hand: needs Node, npm and a C++ compiler. Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts hnswlib-node@3.0.0
(cd node_modules/hnswlib-node && npm run --silent install >/dev/null 2>&1 || npx --yes node-gyp rebuild >/dev/null 2>&1)
cat >probe.mjs <<'JS'
import { readFileSync } from 'node:fs'
import hnswlib from 'hnswlib-node'
const { version } = JSON.parse(readFileSync('node_modules/hnswlib-node/package.json', 'utf8'))
const index = new hnswlib.HierarchicalNSW('l2', 2)
index.initIndex(10, 16, 200, 7)
for (const [label, vector] of [[0, 0], [1, 0], [2, 0]].entries()) index.addPoint(vector, label)
index.addPoint([NaN, 0], 9)
const answer = index.searchKnn([0, 0], 4)
console.log(`hnswlib-node ${version}, four nearest of three points and a NaN:`, answer)
process.exit(answer.neighbors[3] === 9 && Number.isNaN(answer.distances[3]) ? 0 : 1)
JS
node probe.mjs
