import { UsageError } from '../model/errors.ts'
import { shippedQuestions } from '../pipeline/shipped.ts'
import { wrap } from '../text/table.ts'

const WIDTH = 96

/** What `faultline scenarios` prints: each scenario with the question it asks; only those that mention `word`. */
export function scenariosText(word?: string): string {
  const asked = word?.toLowerCase() ?? ''
  const found = shippedQuestions().filter(({ name, question }) =>
    `${name} ${question}`.toLowerCase().includes(asked),
  )
  if (found.length === 0)
    throw new UsageError(`no scenario mentions "${word}". All of them: faultline scenarios`)
  const list = found.map(({ name, question }) =>
    [name, ...wrap(question, WIDTH).map((line) => `    ${line}`)].join('\n'),
  )
  const [first] = found
  return [...list, '', `Run one by its name: faultline run ${first?.name}`].join('\n')
}
