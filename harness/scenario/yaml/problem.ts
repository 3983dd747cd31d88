import { UsageError } from '../../model/errors.ts'

/** Something in a scenario (or in a file it names) that a person can put right. Lines and columns count from 1. */
export type Problem = {
  file: string
  line: number
  column: number
  message: string
  hint?: string
}

/** One line a problem: `file:line:column: what is wrong. What to try.` */
export function formatProblem({ file, line, column, message, hint }: Problem): string {
  const text = `${file}:${line}:${column}: ${message}`
  return hint === undefined ? text : `${text}${/[.?!]$/.test(message) ? '' : '.'} ${hint}`
}

/** All problems, one a line, in the order given. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('\n')
}

/** In file order, the problems of other files after those of `file`; a problem said twice is kept once. */
export function inFileOrder(problems: readonly Problem[], file: string): Problem[] {
  const sorted = problems
    .map((problem, order) => ({ problem, order }))
    .sort(
      (a, b) =>
        Number(a.problem.file !== file) - Number(b.problem.file !== file) ||
        a.problem.line - b.problem.line ||
        a.problem.column - b.problem.column ||
        a.order - b.order,
    )
    .map(({ problem }) => problem)
  const seen = new Set<string>()
  return sorted.filter((problem) => {
    const text = formatProblem(problem)
    if (seen.has(text)) return false
    seen.add(text)
    return true
  })
}

/** A scenario that cannot be run, with everything that is wrong with it. */
export class ScenarioError extends UsageError {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(formatProblems(problems))
    this.problems = problems
    this.name = 'ScenarioError'
  }
}
