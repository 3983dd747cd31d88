#!/usr/bin/env bash
# @zilliz/milvus2-sdk-node 3.0.6 with `telemetry: { enabled: false }`: the first search of a process, even one that reaches no
# server, makes every promise of that process dearer for good, those of others too. The SDK runs each call inside an
# AsyncLocalStorage that tells nested calls apart for its telemetry, telemetry or not, and on Node 20 that turns on hooks for all
# promises. Guessed was that telemetry which is off costs nothing.
# Run by hand: needs Node 20 and the npm registry. Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund @zilliz/milvus2-sdk-node@3.0.6
cat > await.mjs <<'JS'
import { createRequire } from 'node:module'
import { MilvusClient } from '@zilliz/milvus2-sdk-node'
const { version } = createRequire(import.meta.url)('@zilliz/milvus2-sdk-node/package.json')

const awaits = async (count) => {
  const before = process.cpuUsage()
  for (let i = 0; i < count; i++) await null
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / count
}
const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)]
const rounds = async () => {
  const all = []
  for (let i = 0; i < 7; i++) all.push(await awaits(1_000_000))
  return median(all)
}

await awaits(1_000_000)
const before = await rounds()
const sdk = new MilvusClient({
  address: '127.0.0.1:1',
  maxRetries: 0,
  telemetry: { enabled: false },
  logLevel: 'error',
  __SKIP_CONNECT__: true,
})
const idle = await rounds()
await sdk.search({ collection_name: 'c', data: [1], limit: 1, timeout: 1000 }).catch(() => {})
const after = await rounds()
console.log(`SDK ${version}, Node ${process.versions.node}: CPU of one await`)
console.log(`before ${before.toFixed(0)} ns, with a client ${idle.toFixed(0)} ns, after its first search ${after.toFixed(0)} ns`)
process.exit(after > 1.5 * before ? 0 : 1)
JS
node await.mjs
