import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { junitXml } from '../../reports/ci/junit.ts'
import { type Suite, suiteOfOne } from '../../reports/ci/suite.ts'
import { UsageError } from '../model/errors.ts'
import type { SetVariables } from '../scenario/yaml/variables.ts'
import { stepSummaryFile, tellGithub } from './github.ts'

/** What is asked for of CI servers beside the result. */
export type CiFlags = {
  junit?: string
  github?: boolean
  /** Values of variables: a limit is found in its file as it reads with them. */
  set?: SetVariables
}

/**
 * The report of a command for CI servers. A file is there from the start and says that the command has not ended, so
 * that one that is killed leaves neither a green file nor that of an earlier run.
 */
export class CiReport {
  private readonly suites: Suite[] = []
  private readonly junit: string | undefined
  private readonly github: boolean
  private readonly set: SetVariables | undefined

  constructor({ junit, github = false, set }: CiFlags) {
    this.junit = junit
    this.set = set
    this.github = github || stepSummaryFile() !== undefined
    const because = 'this was written before it began, and it did not come to its end'
    this.writeJunit([suiteOfOne('faultline', { name: 'command', outcome: 'error', because })])
  }

  /** Repetitions of one plan are numbered: history is kept by the name of the suite. */
  add(...suites: readonly Suite[]): void {
    for (const suite of suites) {
      const { name } = suite
      const count = this.suites.filter((one) => one.name.replace(/ \(\d+\)$/, '') === name).length
      this.suites.push(count === 0 ? suite : { ...suite, name: `${name} (${count + 1})` })
    }
  }

  /** The command ended with this exit code; a file without a red case never stands beside one that is not 0. */
  close(exitCode: number): void {
    const red = this.suites.some(({ cases }) => cases.some(isRed))
    const because = `exit code ${exitCode}`
    const outcome = exitCode === 0 ? 'passed' : 'failed'
    if (this.suites.length === 0 || (exitCode !== 0 && !red))
      this.add(suiteOfOne('faultline', { name: 'exit code', outcome, because }))
    this.tell()
  }

  /** The command could not be followed, or something broke. */
  fail(file: string, { message }: Error): void {
    const because = `not done: ${message}`
    this.add(suiteOfOne(file, { name: 'command', outcome: 'error', because, file }))
    this.tell()
  }

  private tell(): void {
    this.writeJunit(this.suites)
    if (this.github) tellGithub(this.suites, this.set)
  }

  private writeJunit(suites: readonly Suite[]): void {
    if (this.junit === undefined) return
    try {
      mkdirSync(dirname(this.junit), { recursive: true })
      writeFileSync(this.junit, junitXml(suites))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw new UsageError(
        `--junit ${this.junit} cannot be written (${code}). Give the path of a file.`,
      )
    }
  }
}

const isRed = ({ outcome }: Suite['cases'][number]): boolean =>
  outcome === 'failed' || outcome === 'error'

/** Does the work of a command, and tells CI servers of it where the flags ask for that. Rejects as the work does. */
export async function toldToCi(
  file: string,
  flags: CiFlags,
  work: (ci: CiReport) => Promise<void>,
): Promise<void> {
  const ci = new CiReport(flags)
  try {
    await work(ci)
  } catch (error) {
    if (error instanceof Error) ci.fail(file, error)
    throw error
  }
  ci.close(Number(process.exitCode ?? 0))
}
