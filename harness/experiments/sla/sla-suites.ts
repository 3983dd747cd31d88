import type { Case, Suite } from '../../../reports/ci/suite.ts'
import type { Sla, SlaLevel, SlaObjective, SlaReason, SlaSample } from '../../model/sla.ts'
import { objectiveText, placeText, stateWords, statusSentence, statusWord } from './wording.ts'

/**
 * A sign-off as suites for CI servers: one for each profile and plan, with a case for the sign-off and one for each
 * objective in each place. Of a profile that nobody can sign the first case is red.
 */
export const suitesOfSla = ({ levels, faultline, madeAt }: Sla): Suite[] =>
  levels.flatMap((level) =>
    level.samples.map((sample): Suite => {
      const { scenario, system, world, differs, file, runs } = sample
      return {
        name: `${level.name} of ${scenario} on ${system}, ${world}${differs === '' ? '' : `, ${differs}`}`,
        ...{ file, startedAt: madeAt },
        properties: [
          ['faultline', `version ${faultline}`],
          ['runs', `in ${runs.map(({ directory }) => directory).join(', ')}`],
        ],
        cases: [signCase(level, sample), ...sample.objectives.map(objectiveCase)],
      }
    }),
  )

function signCase(level: SlaLevel, { repeat }: SlaSample): Case {
  const { reasons } = level
  const isRed = ({ kind }: SlaReason) => kind === 'broken' || kind === 'promise'
  const outcome = reasons.length === 0 ? 'passed' : reasons.some(isRed) ? 'failed' : 'error'
  return {
    ...{ where: 'profile', name: 'sign-off', outcome },
    because: `${statusWord(level)}: ${statusSentence(level)}`,
    more: [...reasons.map(({ what, wayOut }) => `${what} ${wayOut}`), `repeat: ${repeat}`],
  }
}

const outcomes = { holds: 'passed', broken: 'failed', open: 'skipped', beside: 'skipped' } as const

function objectiveCase(one: SlaObjective): Case {
  return {
    where: placeText(one).replaceAll(' · ', '.'),
    name: objectiveText(one),
    outcome: outcomes[one.state],
    because: `${stateWords[one.state]}: ${one.because}`,
    more: [`limit: ${one.limit.text}`],
    written: one.limit.text,
    ...(one.state === 'beside' && { aside: true }),
  }
}
