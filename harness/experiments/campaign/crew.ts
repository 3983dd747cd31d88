import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { loaderFlags, programBeside } from '../../base/program.ts'

/** The program that does one task after another, which arrive through its IPC channel. */
const WORKER = programBeside(import.meta.url, './worker')

/**
 * Runs make garbage by the hundred megabytes, hardly any of which lives long: a roomy nursery saves a tenth of the
 * time of a run.
 */
const NODE_FLAGS = ['--max-semi-space-size=64']

export type Crew<Task, Result> = {
  /** Told of every task as it ends, in the order of ending. */
  onResult: (result: Result, task: Task) => void
  /** The result of a task whose process ended before it answered. */
  lost: (task: Task, how: string) => Result
  /** No further result is wanted: tasks under way are broken off. */
  stopped: () => boolean
  /** Processes; as many as there are cores unless said. */
  jobs?: number
  program?: string
}

/** How often it is looked whether to stop. */
const LOOK_EVERY_MS = 100

/**
 * Does all tasks, each in one of several processes that are used again, in the order given. A process that dies takes
 * one task with it and is replaced.
 */
export async function inParallel<Task, Result>(
  tasks: readonly Task[],
  crew: Crew<Task, Result>,
): Promise<void> {
  const jobs = Math.min(crew.jobs ?? availableParallelism(), tasks.length)
  const standing = new StandingCrew({ ...crew, jobs })
  try {
    await standing.does(tasks)
  } finally {
    standing.leave()
  }
}

/** Processes that stay between one list of tasks and the next: what they have loaded and worked out is theirs to keep. */
export class StandingCrew<Task, Result> {
  private readonly seats: Seat<Task, Result>[]
  private readonly look: NodeJS.Timeout

  private readonly crew: Crew<Task, Result>

  constructor(crew: Crew<Task, Result>) {
    this.crew = crew
    const jobs = crew.jobs ?? availableParallelism()
    this.seats = Array.from({ length: jobs }, () => new Seat<Task, Result>(crew.program ?? WORKER))
    this.look = setInterval(() => {
      if (crew.stopped()) for (const seat of this.seats) seat.leave()
    }, LOOK_EVERY_MS)
  }

  /** Settles when all tasks are done, or broken off. */
  async does(tasks: readonly Task[]): Promise<void> {
    const { crew } = this
    const queue = [...tasks]
    const work = async (seat: Seat<Task, Result>): Promise<void> => {
      for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
        if (crew.stopped()) return
        const answer = await seat.does(task)
        if (crew.stopped() && 'died' in answer) return
        crew.onResult('died' in answer ? crew.lost(task, answer.died) : answer.result, task)
      }
    }
    await Promise.all(this.seats.map(work))
  }

  /** Ends its processes. */
  leave(): void {
    clearInterval(this.look)
    for (const seat of this.seats) seat.leave()
  }
}

type Answer<Result> = { result: Result } | { died: string }

/** One place for a process: it is started with the first task, and again after it died. */
class Seat<Task, Result> {
  private child: ChildProcess | null = null

  private readonly program: string

  constructor(program: string) {
    this.program = program
  }

  does(task: Task): Promise<Answer<Result>> {
    const child = this.child ?? this.started()
    return new Promise((resolve) => {
      const settle = (answer: Answer<Result>) => {
        child.off('message', answered)
        child.off('exit', gone)
        child.off('error', failed)
        resolve(answer)
      }
      const answered = (result: unknown) => settle({ result: result as Result })
      const gone = (code: number | null, signal: string | null) =>
        settle({ died: signal === null ? `exit code ${code}` : `signal ${signal}` })
      const failed = (error: Error) => settle({ died: error.message })
      child.on('message', answered)
      child.on('exit', gone)
      child.on('error', failed)
      child.send(task as object, (error) => error && failed(error))
    })
  }

  leave(): void {
    this.child?.kill('SIGKILL')
  }

  private started(): ChildProcess {
    const child = fork(this.program, [], {
      execArgv: [...loaderFlags(this.program), ...NODE_FLAGS],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // JSON, the default, makes null of Infinity: a run that never caught up would come home as one that did at once.
      serialization: 'advanced',
    })
    this.child = child
    child.once('exit', () => {
      this.child = null
    })
    return child
  }
}
