#!/usr/bin/env bash
# tinypool 2.2.0: a worker in a child process that gives Infinity (or NaN) is heard to give null, and a Map is heard as {}; in
# a thread both come whole. A pool moved from threads to processes loses them without a word. `serialization: 'advanced'`
# keeps them. Run by hand: needs Node and npm. Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent tinypool@2.2.0
cat >worker.mjs <<'JS'
export default () => ({ neverArrived: Infinity, byRegion: new Map([['eu', 1]]) })
JS
cat >probe.mjs <<'JS'
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { Tinypool } from 'tinypool'
const { version } = JSON.parse(readFileSync('node_modules/tinypool/package.json', 'utf8'))
const filename = new URL('./worker.mjs', import.meta.url).href
const told = async (options) => {
  const pool = new Tinypool({ filename, ...options })
  const answer = await pool.run()
  await pool.destroy()
  console.log(`tinypool ${version} ${JSON.stringify(options)}: ${inspect(answer)}`)
  return answer
}
const thread = await told({ runtime: 'worker_threads' })
const child = await told({ runtime: 'child_process' })
const advanced = await told({ runtime: 'child_process', serialization: 'advanced' })
const whole = [thread, advanced].every((one) => one.neverArrived === Infinity && one.byRegion.get?.('eu') === 1)
process.exit(whole && child.neverArrived === null && !(child.byRegion instanceof Map) ? 0 : 1)
JS
node probe.mjs
