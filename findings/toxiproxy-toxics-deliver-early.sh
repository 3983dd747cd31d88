#!/usr/bin/env bash
# Toxiproxy 2.12.0: a change of any toxic on a stream delivers the message in hand at once, and two latency toxics on
# one stream give dense messages less than their sum. Two proxies in series do neither. Run by hand: needs Go and Node.
# Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
version=2.12.0
folder=$(mktemp -d)
trap 'kill "${proxy:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
GOBIN=$folder CGO_ENABLED=0 go install \
  -ldflags "-X github.com/Shopify/toxiproxy/v2.Version=$version" \
  "github.com/Shopify/toxiproxy/v2/cmd/server@v$version"
LOG_LEVEL=error "$folder/server" -host 127.0.0.1 -port 18474 >"$folder/log" 2>&1 &
proxy=$!

cat >"$folder/measure.mjs" <<'JS'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const api = 'http://127.0.0.1:18474'
const ask = async (method, path, body) => {
  const answer = await fetch(api + path, { method, body: body && JSON.stringify(body) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${text}`)
  return text
}
for (let i = 0; i < 100; i++)
  if (await ask('GET', '/version').then((text) => console.log(`Toxiproxy ${text.trim()}`), () => false) === undefined) break
  else await sleep(50)

/** What arrives, and when. */
const arrivals = new Map()
const server = createServer((socket) => {
  socket.on('data', (data) => {
    for (const word of data.toString().trim().split(' ')) arrivals.set(word, performance.now())
  })
})
await new Promise((resolve) => server.listen(18475, '127.0.0.1', resolve))

let next = 18480
async function proxyTo(upstream) {
  const port = next++
  await ask('POST', '/proxies', { name: `p${port}`, listen: `127.0.0.1:${port}`, upstream: `127.0.0.1:${upstream}` })
  return port
}
const latency = (port, name, ms) =>
  ask('POST', `/proxies/p${port}/toxics`, { name, type: 'latency', stream: 'upstream', attributes: { latency: ms } })
const dial = (port) =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket))
  })
let words = 0
/** Sends one message; gives a promise of how long it took. */
function send(socket) {
  const word = `m${words++}`
  const sent = performance.now()
  socket.write(`${word} `)
  return async () => {
    while (!arrivals.has(word)) await sleep(1)
    return Math.round(arrivals.get(word) - sent)
  }
}

let changed = false
function say(what, seen, asExpected) {
  if (!asExpected) changed = true
  console.log(`${asExpected ? 'as known' : 'CHANGED '}  ${what}: ${seen} ms`)
}

const changes = {
  'the same latency set again': (port) =>
    ask('POST', `/proxies/p${port}/toxics/delay`, { attributes: { latency: 1000 } }),
  'a longer latency set': (port) =>
    ask('POST', `/proxies/p${port}/toxics/delay`, { attributes: { latency: 2000 } }),
  'another toxic added': (port) => latency(port, 'other', 0),
}
for (const [what, change] of Object.entries(changes)) {
  const port = await proxyTo(18475)
  await latency(port, 'delay', 1000)
  const socket = await dial(port)
  const took = send(socket)
  await sleep(200)
  await change(port)
  const ms = await took()
  say(`latency 1000, and after 200 ms ${what}`, ms, ms >= 200 && ms < 900)
  socket.destroy()
}

const chained = await proxyTo(18475)
await latency(chained, 'first', 100)
await latency(chained, 'second', 300)
const dense = await dial(chained)
const all = []
for (let i = 0; i < 20; i++) {
  all.push(send(dense))
  await sleep(10)
}
const took = await Promise.all(all.map((one) => one()))
const rest = Math.min(...took.slice(1))
say('latency 100 and 300 on one stream, first message', took[0], took[0] >= 400)
say('the shortest of 19 that follow 10 ms apart', rest, rest < 390)
dense.destroy()

const far = await proxyTo(18475)
const near = await proxyTo(far)
await latency(near, 'own', 500)
const socket = await dial(near)
const inSeries = send(socket)
await sleep(200)
await latency(far, 'fault', 300)
const whole = await inSeries()
say('two proxies, 500 in the first; after 200 ms latency 300 added to the second', whole, whole >= 800)
const rests = send(socket)
await sleep(600)
await ask('DELETE', `/proxies/p${far}/toxics/fault`)
const early = await rests()
say('and removed again while a message is in the second', early, early >= 500 && early < 800)
process.exit(changed ? 1 : 0)
JS
node "$folder/measure.mjs"
