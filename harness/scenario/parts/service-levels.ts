import { z } from 'zod'
import type { Setting } from '../../limits/cells.ts'
import type { LimitPlan } from '../../model/limit.ts'
import type { ServiceLevel } from '../../model/service-level.ts'
import { type Known, type Names, ofNames } from '../known.ts'
import { durationText } from '../shown/figures.ts'
import { about, optional } from '../yaml/about.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { quantity } from '../yaml/quantity.ts'
import { nounOf, read } from '../yaml/reading.ts'
import { defaults } from './defaults.ts'
import { nameForm, namePattern } from './fault-kinds.ts'
import { limitSchema, resolveLimitsAt } from './limits.ts'

const example = 'Write profiles: { gold: { limits: [{ metric: availability, min: 99% }] } }.'

/** What `profiles:` of a scenario may look like. */
export const serviceLevelsSchema = (names: Names) =>
  z.record(
    z.string(),
    about(levelSchema(names), 'limits that are promised and signed together, by name'),
  )

const levelSchema = ofNames((names) =>
  z.strictObject({
    title: optional(text('expected a title such as Gold search'), 'what people call it'),
    owner: optional(text('expected a name such as search-team'), 'who answers for it'),
    window: optional(
      quantity('duration', { above: 0 }),
      'length of the windows of which the page says how many keep each limit',
      durationText(defaults.serviceLevel.windowUs),
    ),
    limits: about(z.array(limitSchema(names)).min(1), 'what is promised, each as under limits:'),
  }),
)

/** Without its limits: they are read one by one, which says more of each. */
const headSchema = ofNames((names) => levelSchema(names).extend({ limits: z.unknown().optional() }))

const text = (error: string) => z.string({ error }).trim().min(1, { error })

/** A scenario being read, and as much of its plan as limits are held against. */
type Open = { sheet: Sheet; known: Known; names: Names; setting: Setting | null }

/**
 * The service levels of a scenario in the order written, none where it has no `profiles:`; null if any is wrong. Their
 * limits are held against the `setting` of the plan; samples enough for them may come from several runs.
 */
export function resolveServiceLevels(open: Open): ServiceLevel[] | null {
  const { sheet } = open
  const written = sheet.at(['profiles'])
  if (written === undefined) return []
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    const message = `expected a map from name to limits, found ${nounOf(written)}`
    const service = typeof written === 'string' ? ' How long servers take is profile:.' : ''
    sheet.report(['profiles'], { message, hint: `${example}${service}` })
    return null
  }
  const levels = Object.keys(written).map((name) => levelAt(open, name))
  if (levels.length === 0)
    sheet.report(['profiles'], { message: 'there is no profile here', hint: example })
  return levels.length === 0 || levels.includes(null) ? null : (levels as ServiceLevel[])
}

function levelAt(open: Open, name: string): ServiceLevel | null {
  const { sheet, names } = open
  const path: Path = ['profiles', name]
  if (!namePattern.test(name)) {
    const hint = 'Put what people call it into title:.'
    sheet.report(path, { message: nameForm, hint, at: 'key' })
    return null
  }
  const before = sheet.problems.length
  const head = read(sheet, path, headSchema(names))
  const limits = head ? limitsAt(open, [...path, 'limits']) : null
  if (!head || !limits || sheet.problems.length > before) return null
  const { title = name, owner = null, window = defaults.serviceLevel.windowUs } = head
  return { name, title, owner, windowUs: window, limits }
}

function limitsAt({ sheet, known, names, setting }: Open, path: Path): LimitPlan[] | null {
  const written = sheet.at(path)
  if (Array.isArray(written) && written.length > 0)
    return resolveLimitsAt({ sheet, at: path, pooled: true }, known, names, setting)
  const message = 'a profile without limits promises nothing'
  const nothing = written === undefined || written === null
  sheet.report(nothing ? path.slice(0, -1) : path, { message, hint: example })
  return null
}
