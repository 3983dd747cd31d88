import { type Family, family } from '../../../reports/export/families.ts'

type Labels = Record<string, string>

/** Numbers by their labels: what is counted, or how it stands. */
export class Tally {
  private readonly byKey = new Map<string, { labels: Labels; value: number }>()

  add(labels: Labels, by = 1): void {
    this.change(labels, (before) => before + by)
  }

  set(labels: Labels, value: number): void {
    this.change(labels, () => value)
  }

  /** A counter of all of it. */
  counter(name: string, help: string, unit = ''): Family {
    return this.told(family(`live_${name}`, help, { type: 'counter', unit }), '_total')
  }

  gauge(name: string, help: string, unit = ''): Family {
    return this.told(family(`live_${name}`, help, { unit }))
  }

  private told(into: Family, suffix = ''): Family {
    for (const [key, { labels, value }] of this.byKey)
      into.samples.set(key, { labels, suffix, value })
    return into
  }

  private change(labels: Labels, change: (before: number) => number): void {
    const key = Object.values(labels).join('|')
    const known = this.byKey.get(key)
    if (known) known.value = change(known.value)
    else this.byKey.set(key, { labels, value: change(0) })
  }
}

/** A family of one gauge without labels; empty where nothing is known. */
export function oneGauge(name: string, help: string, value: number | undefined, unit = ''): Family {
  const made = new Tally()
  if (value !== undefined) made.set({}, value)
  return made.gauge(name, help, unit)
}
