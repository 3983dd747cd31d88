import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A harness that starts one agent, prints its pid and waits to be killed. */
const program = fileURLToPath(new URL('fake-agent.ts', import.meta.url))
const child = fork(program, [], { execArgv: ['--import', import.meta.resolve('tsx')] })
child.on('spawn', () => process.stdout.write(`${child.pid}\n`))
setInterval(() => {}, 1_000)
