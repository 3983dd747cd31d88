import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import type { HopEvent, RecordEvent } from '../../../../harness/model/record.ts'
import { HostClock } from '../../../../harness/worlds/adapters/host-clock.ts'
import { sweepAgents } from '../../../../harness/worlds/containers/agent-sweep.ts'
import { Agents } from '../../../../harness/worlds/containers/agents.ts'
import { aPlan } from '../../../support/plan.ts'

const program = fileURLToPath(new URL('../../../support/fake-agent.ts', import.meta.url))
const fakeHarness = fileURLToPath(new URL('../../../support/fake-harness.ts', import.meta.url))
const skew = { offsetUs: 5, driftPpm: 0, sinceUs: 0 }

const opened: Agents[] = []
afterEach(() => Promise.all(opened.splice(0).map((agents) => agents.close())))

function open() {
  const events: RecordEvent[] = []
  const broken: string[] = []
  const clock = new HostClock()
  const agents = new Agents(
    {
      program,
      clock,
      emit: (event) => events.push(event),
      onBroken: ({ message }) => broken.push(message),
    },
    [
      {
        plan: aPlan(),
        region: 'us',
        listen: { host: '127.0.0.1', port: 1 },
        callers: [],
        collection: 'c',
        shards: 1,
        own: { store: { host: '', port: 1 }, kafka: { host: '', port: 1 } },
        remote: {},
        durable: '',
      },
    ],
  )
  opened.push(agents)
  const hops = () => events.filter((event): event is HopEvent => event.type === 'hop')
  const lives = () =>
    events.flatMap((e) => (e.type === 'agent' ? [`${e.what} ${e.incarnation}`] : []))
  const pid = () => hops().at(-1)?.id as number
  return { agents, broken, clock, hops, lives, pid }
}

/** Waits for processes to come and go: on a cold disk Node alone takes seconds to start. */
const until = (holds: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(holds()).toBe(true), { timeout: 20_000, interval: 10 })

/** A harness in a process of its own with one agent, whose pid it gives; whatever becomes of the test, it ends. */
async function aHarness(): Promise<{ harness: ChildProcess; child: number }> {
  const harness = spawn(process.execPath, ['--import', 'tsx', fakeHarness], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    harness.kill('SIGKILL')
  })
  const child = await new Promise<number>((resolve) =>
    harness.stdout.once('data', (text) => resolve(Number(text))),
  )
  await until(() => stateOf(child) === 'S')
  return { harness, child }
}

const stateOf = (pid: number): string => {
  try {
    return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '?'
  } catch {
    return 'gone'
  }
}

test('an agent is a process: stopped, continued, killed and started again for real', async () => {
  const { agents, clock, hops, lives, pid, broken } = open()
  await agents.start()
  agents.begin(clock.begin())
  await until(() => hops().length === 2)
  const first = pid()
  agents.pause('us')
  await until(() => stateOf(first) === 'T')
  agents.resume('us')
  await until(() => stateOf(first) !== 'T')
  agents.kill('us')
  await until(() => ['gone', 'Z'].includes(stateOf(first)))
  agents.restart('us')
  await until(() => pid() !== first)
  expect(hops().at(-1)?.incarnation).toBe(2)
  expect(lives()).toEqual(['start 1', 'pause 1', 'resume 1', 'crash 1', 'start 2'])
  expect(broken).toEqual([])
})

test('a skew is told to the agent, and to the one that is started after it', async () => {
  const { agents, clock, hops } = open()
  await agents.start()
  agents.begin(clock.begin())
  agents.skew('us', skew, true)
  await until(() => hops().some(({ write }) => write === 3))
})

test('an agent that ends by itself ends the run, and says how it ended', async () => {
  const { agents, clock, broken } = open()
  await agents.start()
  agents.begin(clock.begin())
  agents.skew('us', skew, true)
  agents.skew('us', { ...skew, offsetUs: 6 }, true)
  await until(() => broken.length > 0)
  expect(broken).toEqual(['the agent of us ended by itself (exit code 3)'])
})

test('after the stop the background halves are waited for', async () => {
  const { agents, clock, hops } = open()
  await agents.start()
  agents.begin(clock.begin())
  await agents.stop(5_000_000)
  expect(hops().some(({ write }) => write === 4)).toBe(true)
})

test('closing ends every process', async () => {
  const { agents, pid, hops } = open()
  await agents.start()
  await until(() => hops().length > 0)
  const child = pid()
  await agents.close()
  expect(['gone', 'Z']).toContain(stateOf(child))
})

test('an agent whose harness is killed goes by itself', async () => {
  const { harness, child } = await aHarness()
  harness.kill('SIGKILL')
  await until(() => ['gone', 'Z'].includes(stateOf(child)))
})

test('an agent that its dead harness left standing still is found and ended by a sweep', async () => {
  const { harness, child } = await aHarness()
  process.kill(child, 'SIGSTOP')
  expect(sweepAgents()).not.toContain(`agent ${child}`)
  harness.kill('SIGKILL')
  await until(() => ['gone', 'Z'].includes(stateOf(harness.pid as number)))
  // The kernel itself may have woken it, if nobody else is left in its group of processes.
  sweepAgents()
  await until(() => ['gone', 'Z'].includes(stateOf(child)))
})
