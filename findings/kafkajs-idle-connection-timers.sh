#!/usr/bin/env bash
# kafkajs 2.2.4: a connection that has been used once sets a timer of 1 ms again and again for as long as it is open, though no
# request waits and nothing is throttled: hundreds of wake-ups a second for each idle connection, which Node does not show as
# anything but CPU. Guessed was that an idle client waits for its socket. Who measures servers on the client's machine pays for it.
# Run by hand: needs Node 20 and the npm registry. The broker is one of 20 lines that says which requests it knows.
# Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund kafkajs@2.2.4
cat > idle.cjs <<'JS'
const { createServer } = require('node:net')
const { Kafka, logLevel } = require('kafkajs')
const { version } = require('kafkajs/package.json')

/** Answers ApiVersions with what a client needs to say that it is connected. */
const known = [[3, 0, 1], [18, 0, 1]]
const broker = createServer((socket) =>
  socket.on('data', (request) => {
    const body = Buffer.alloc(14 + 6 * known.length)
    request.copy(body, 0, 8, 12)
    body.writeInt32BE(known.length, 6)
    known.flat().forEach((value, i) => body.writeInt16BE(value, 10 + 2 * i))
    const size = Buffer.alloc(4)
    size.writeInt32BE(body.length)
    socket.write(Buffer.concat([size, body]))
  }),
)
let timers = 0
const real = global.setTimeout
global.setTimeout = (work, ms, ...rest) => {
  timers++
  return real(work, ms, ...rest)
}
const wait = (ms) => new Promise((resolve) => real(resolve, ms))

broker.listen(0, '127.0.0.1', async () => {
  const { port } = broker.address()
  const kafka = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await wait(500)
  timers = 0
  const before = process.cpuUsage()
  await wait(3_000)
  const { user, system } = process.cpuUsage(before)
  console.log(`kafkajs ${version}, Node ${process.versions.node}: one idle connection for 3 s`)
  console.log(`timers set: ${timers}; CPU: ${Math.round((user + system) / 30_000)} % of a core`)
  process.exit(timers > 600 ? 0 : 1)
})
JS
node idle.cjs
