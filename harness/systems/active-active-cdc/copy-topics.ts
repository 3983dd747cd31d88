import type { Terrain } from '../../ports/system.ts'

/**
 * Topics of the own log in which copies of the other regions' `topic` stand. Where mirrors keep names they all stand in
 * the topic itself, between what is written here.
 */
export function copyTopics(
  { region, regions, mirrorPolicy }: Pick<Terrain, 'region' | 'regions' | 'mirrorPolicy'>,
  topic: string,
): string[] {
  if (mirrorPolicy === 'identity') return [topic]
  return regions.filter((other) => other !== region).map((other) => `${other}.${topic}`)
}
