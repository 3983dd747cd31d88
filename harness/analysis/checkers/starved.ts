import type { Finding } from '../../model/finding.ts'

/** The checkers that find out whether a run's times are to be believed. */
const ofTheRun: readonly string[] = ['links-as-planned', 'generator-valid']

/** What makes the times of a run say nothing; undefined if nothing does. */
export const invalidating = (findings: readonly Finding[]): Finding | undefined =>
  findings.find(({ checker, verdict }) => verdict === 'invalid' && ofTheRun.includes(checker))

/** Findings that measure time are invalid where the machine or the links were not as planned; what they saw is still said. */
export function unlessStarved(findings: readonly Finding[]): Finding[] {
  const invalid = invalidating(findings)
  if (!invalid) return [...findings]
  const why =
    invalid.checker === 'generator-valid'
      ? 'the machine could not keep up'
      : 'the links were not as planned'
  return findings.map((finding) =>
    finding.measures === 'content' || ofTheRun.includes(finding.checker)
      ? finding
      : {
          ...finding,
          verdict: 'invalid',
          because: `Not judged: this measures time, and ${why}. What it saw: ${finding.because}`,
        },
  )
}
