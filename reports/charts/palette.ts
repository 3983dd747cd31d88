import type { RegionName } from '../../harness/model/units.ts'

/** How one thing is drawn wherever it appears. Colours are custom properties, so that dark and print are plain CSS. */
export type Pen = { colour: string; dash: number[] }

/** Regions differ by colour and by dash, so that neither alone is needed. */
const dashes: number[][] = [[], [7, 3], [2, 2.5], [9, 3, 2, 3], [4, 4], [12, 4]]
const COLOURS = 6

const pen = (colour: number, dash: number): Pen => ({
  colour: `var(--c${(colour % COLOURS) + 1})`,
  dash: dashes[dash % dashes.length] ?? [],
})

const indexIn = (regions: readonly RegionName[], region: string): number =>
  Math.max(0, regions.indexOf(region))

export const regionPen = (regions: readonly RegionName[], region: string): Pen =>
  pen(indexIn(regions, region), indexIn(regions, region))

/** A directed link: colour of the region that may fall behind, dash of the one the writes come from. */
export function linkPen(regions: readonly RegionName[], link: string): Pen {
  const [from = '', to = ''] = link.split('>')
  return pen(indexIn(regions, to), indexIn(regions, from))
}

/** Pairs of regions have the colours that few regions leave over. */
export const pairPen = (index: number): Pen => pen(index + 3, index)

/** Causes of lost recall, in the order they are stacked. What is not in here comes after. */
export const causeColours: Readonly<Record<string, string>> = {
  cache: 'var(--k1)',
  routing: 'var(--k2)',
  replication: 'var(--k3)',
  visibility: 'var(--k4)',
  ghost: 'var(--k5)',
  index: 'var(--k6)',
  unattributed: 'var(--k7)',
}

/** Phases stand out by how far they are from normal. */
export function phaseColour(phase: string): string {
  if (phase.startsWith('fault:')) return 'var(--hot)'
  if (phase.startsWith('recovery:')) return 'var(--warm)'
  return 'var(--cool)'
}
