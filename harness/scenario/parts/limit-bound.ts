import type { MetricName, MetricUnit } from '../../model/metric.ts'
import { metrics } from '../../model/metric.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { examplesOf, type QuantityKind, readQuantity } from '../yaml/quantity.ts'
import { nounOf } from '../yaml/reading.ts'

const quantityOf: Record<Exclude<MetricUnit, 'count' | 'factor'>, QuantityKind> = {
  us: 'duration',
  ratio: 'share',
  'per-second': 'rate',
  bytes: 'bytes',
}

/** The bound of a limit in the unit of its metric; undefined if it is reported. */
export function readBound(
  sheet: Sheet,
  path: Path,
  metric: MetricName,
  raw: string | number,
): number | undefined {
  const { unit } = metrics[metric]
  if (unit === 'count') {
    if (typeof raw === 'number' && Number.isSafeInteger(raw) && raw >= 0) return raw
    if (typeof raw === 'number' && raw > Number.MAX_SAFE_INTEGER) {
      const message = `${metric} never comes to ${raw}: this limit cannot be broken`
      sheet.report(path, {
        message,
        hint: 'Write how many are allowed, such as 0, or take it out.',
      })
      return undefined
    }
    const message = `${metric} is a count: expected a whole number, found ${nounOf(raw)}`
    sheet.report(path, { message, hint: 'Write it without a unit, such as 0.' })
    return undefined
  }
  if (unit === 'factor') {
    if (typeof raw === 'number' && raw >= 0 && Number.isFinite(raw)) return raw
    const message = `${metric} is a factor: expected a number, found ${nounOf(raw)}`
    sheet.report(path, { message, hint: 'Write it without a unit, such as 10.' })
    return undefined
  }
  const reading = readQuantity(quantityOf[unit], raw)
  if ('value' in reading) return reading.value
  const { noun } = examplesOf(quantityOf[unit])
  const message = `${metric} is a ${noun}: ${reading.wrong}`
  sheet.report(path, { message, hint: reading.hint })
  return undefined
}
