import {
  type Checker,
  defineChecker,
  defineScenario,
  defineSystem,
  judge,
  run,
  type System,
} from '../../harness/index.ts'
import { activeActiveCdc } from '../../harness/systems/active-active-cdc/system.ts'

/** A process of its own, since what it defines stays defined: prints what a run with its own system and checker came to. */
const mine: System = { ...(activeActiveCdc as System), about: 'mine' }
defineSystem('mine', mine)
const no: Checker = () => ({
  ...{ checker: 'seen', verdict: 'fail', because: 'It says no.', evidence: 1, violations: 1 },
  ...{ events: [], about: 'correctness', promised: true },
})
defineChecker('seen', 'content', no)
const refusals = [
  () => defineSystem('mine', mine),
  () => defineChecker('seen', 'content', no),
  () => defineChecker('lost-writes', 'content', no),
].map((again) => {
  try {
    again()
    return 'taken'
  } catch (error) {
    return (error as Error).message
  }
})
const plan = defineScenario({
  name: 'mine',
  regions: ['us', 'eu'],
  links: { 'us <-> eu': { latency: '40ms' } },
  data: { set: 'glosses', base: 300 },
  system: { kind: 'mine' },
  load: [{ in: ['us', 'eu'], search: '10/s', upsert: '5/s' }],
  timeline: { warmup: '1s', run: '5s', settle: '3s' },
  expect: { verdict: 'fail', fire: ['seen'] },
})
const { judgement } = await judge(await run(plan, { out: process.argv[2] as string }))
process.stdout.write(JSON.stringify({ refusals, judgement }))
