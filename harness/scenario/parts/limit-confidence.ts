import { confidences } from '../../base/confidence.ts'
import { metrics } from '../../model/metric.ts'
import type { LimitWritten } from '../schema.ts'
import { shareText } from '../shown/figures.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { readQuantity } from '../yaml/quantity.ts'
import { list } from '../yaml/spelling.ts'
import { defaults } from './defaults.ts'

/** How sure the verdict has to be: null where a limit is on no sample, undefined if it is written wrong. */
export function confidenceOf(
  sheet: Sheet,
  path: Path,
  limit: LimitWritten,
): number | null | undefined {
  const { metric, confidence: raw } = limit
  const whole = metrics[metric].evidence === 'whole'
  if (raw === undefined) return whole ? null : defaults.confidence
  const at = [...path, 'confidence']
  if (whole) {
    const message = `"confidence" does not go with ${metric}: it is no sample, it is judged as it is`
    sheet.report(at, { message, hint: 'Take it out.', at: 'key' })
    return undefined
  }
  const reading = readQuantity('share', raw)
  if ('value' in reading && confidences.includes(reading.value)) return reading.value
  const levels = list(confidences.map((one) => shareText(one)))
  const message =
    'value' in reading
      ? `there is no confidence of ${shareText(reading.value)}`
      : `confidence is a share: ${reading.wrong}`
  sheet.report(at, { message, hint: `There are ${levels}.` })
  return undefined
}
