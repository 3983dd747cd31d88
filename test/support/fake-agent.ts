import type { FromAgent, ToAgent } from '../../harness/worlds/containers/agent-messages.ts'

/** An agent's process without an agent: it says what it is told, as skipped writes whose ids are the message's order. */
const tell = (message: FromAgent) => process.send?.(message)
let heard = 0
process.on('disconnect', () => process.exit(0))
process.on('message', (message: ToAgent) => {
  heard++
  const write = { open: 1, begin: 2, skews: 3, stop: 4 }[message.kind]
  const incarnation = message.kind === 'open' ? message.config.incarnation : 0
  if (message.kind === 'open') tell({ kind: 'ready' })
  tell({
    kind: 'event',
    event: {
      type: 'hop',
      t: heard,
      hop: 'older',
      region: 'us',
      write,
      id: process.pid,
      incarnation,
    },
  })
  if (message.kind === 'stop') tell({ kind: 'ended' })
  if (message.kind === 'skews' && message.skews.length === 2) process.exit(3)
})
