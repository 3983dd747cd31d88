import { counted, valueText } from '../../text/value.ts'
import { amplificationOf } from '../metrics/amplification.ts'
import { type Checker, conclude, heldTo } from './finding.ts'

/** Links carry no more bytes for each byte of an acknowledged write than promised. Says nothing without a promise. */
export const amplification: Checker = (facts, guarantees) => {
  if (!guarantees.amplification) return null
  const bound = guarantees.amplification.is
  const found = amplificationOf(facts)
  const factor = found ? found.linkBytes / found.writeBytes : 0
  const broken = factor > bound
  const figures = `${valueText(factor, 'factor')} bytes for each byte of ${counted(found?.writes ?? 0, 'acknowledged write')}, at most ${bound} promised`
  const lines = broken ? facts.history.linkBytes.slice(-2).map(({ line }) => line) : []
  return conclude({
    checker: 'amplification',
    about: 'promise',
    ...heldTo(guarantees.amplification, facts),
    evidence: found?.writes ?? 0,
    violations: broken ? 1 : 0,
    witnesses: broken ? [{ sentence: `Links carried ${figures}.`, lines }] : [],
    held: `Links carried ${figures}.`,
    broken: `Links carried ${figures}.`,
    unseen: 'Bytes on links were not counted, or no write was acknowledged.',
  })
}
