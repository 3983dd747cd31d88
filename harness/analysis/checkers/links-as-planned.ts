import { roundTripFloorUs } from '../../model/plan.ts'
import { echoedLink } from '../../model/record.ts'
import { counted, durationText } from '../../text/value.ts'
import { seconds } from '../../text/wording.ts'
import type { Checked, Checker } from './finding.ts'

const WITNESSES = 8

/**
 * No echo of a canary took less than its link and the one back allow, whatever fault was in force: faults only add. One
 * that did is a defect of ours, and every time of the run is invalid with it. Says nothing where no echo was sent.
 */
export const linksAsPlanned: Checker = ({ history }): Checked | null => {
  const echoes = history.canaries.flatMap(({ canary, rtt, t, line }) => {
    const link = echoedLink(canary)
    if (link === undefined || rtt < 0) return []
    const [from = '', to = ''] = link.split('>')
    return [{ canary, rtt, t, line, floorUs: roundTripFloorUs(history.plan.links, { from, to }) }]
  })
  if (echoes.length === 0) return null
  const early = echoes.filter(({ rtt, floorUs }) => rtt < floorUs)
  const looked = counted(echoes.length, 'echo', 'echoes')
  return {
    checker: 'links-as-planned',
    verdict: early.length > 0 ? 'invalid' : 'pass',
    because:
      early.length > 0
        ? `Of ${looked} ${early.length} came back sooner than the links allow: a defect of Faultline, not of the system.`
        : `None of ${looked} came back sooner than the links allow.`,
    evidence: echoes.length,
    violations: early.length,
    events: early.slice(0, WITNESSES).map(({ canary, rtt, t, line, floorUs }) => ({
      sentence: `The echo over ${canary} that was back at ${seconds(t)} took ${durationText(rtt, 4)}, and nothing can take less than ${durationText(floorUs, 4)}.`,
      lines: [line],
    })),
    about: 'run',
    promised: true,
  }
}
