/**
 * Both ends of the highest rate that is kept up with: `kept` was, `lost` was not. Null: none was seen. `trials`: how
 * often a rate was tried.
 */
export type RateBracket = { kept: number | null; lost: number | null; trials: number }

export type RateSearch = {
  /** Whether a rate, per second, is kept up with. */
  trial(perSec: number): Promise<boolean>
  from: number
  /** No higher rate is tried: what keeps up with it is only known to be at least so fast. */
  most: number
  /** How far apart both ends may stay, as a share of the upper one. */
  width: number
  /** Whether no further trial may begin: the bracket then stays as wide as it is. */
  outOfTime(): boolean
}

/** A share of the first rate; what cannot keep up with it is only known to be slower. */
const LEAST_SHARE = 1 / 16

/**
 * Doubles a rate until it is not kept up with twice in a row, then halves the distance, and tries the lower end once
 * more. One lost trial proves little, since a neighbour may have taken the CPU; nor does one that was kept.
 */
export async function searchRate({
  trial,
  from,
  most,
  width,
  outOfTime,
}: RateSearch): Promise<RateBracket> {
  let trials = 0
  const kept: number[] = []
  let lost: number | null = null
  const once = (perSec: number): Promise<boolean> => {
    trials++
    return trial(perSec)
  }
  const keeps = async (perSec: number): Promise<boolean> =>
    (await once(perSec)) || (!outOfTime() && (await once(perSec)))
  const highest = (): number | null => kept.at(-1) ?? null
  for (let rate = from; !outOfTime(); ) {
    if (await keeps(rate)) kept.push(rate)
    else lost = rate
    const next = nextRate(highest(), lost, { from, most, width })
    if (next === null) break
    rate = next
  }
  while (lost !== null && kept.length > 0 && !outOfTime()) {
    if (await keeps(highest() as number)) break
    lost = kept.pop() as number
  }
  return { kept: highest(), lost, trials }
}

function nextRate(
  kept: number | null,
  lost: number | null,
  { from, most, width }: Pick<RateSearch, 'from' | 'most' | 'width'>,
): number | null {
  if (lost === null) {
    const rate = kept ?? from
    return rate >= most ? null : Math.min(most, 2 * rate)
  }
  if (kept === null) return lost / 2 >= from * LEAST_SHARE ? Math.round(lost / 2) : null
  return lost - kept <= width * lost ? null : Math.round((kept + lost) / 2)
}
