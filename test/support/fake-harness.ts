import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AGENT_MARK, agentMark } from '../../harness/worlds/containers/agent-sweep.ts'

/** A harness that starts one agent, prints its pid and waits to be killed. */
const program = fileURLToPath(new URL('fake-agent.ts', import.meta.url))
const child = fork(program, [], {
  execArgv: ['--import', import.meta.resolve('tsx')],
  env: { ...process.env, [AGENT_MARK]: agentMark() },
})
child.on('spawn', () => process.stdout.write(`${child.pid}\n`))
setInterval(() => {}, 1_000)
