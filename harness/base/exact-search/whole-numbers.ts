import { FLOAT64_LOSS, squaresOf } from './frame.ts'

/** Vectors up to this length have products below 2^31, whatever is summed in whatever order: 46,340² < 2^31. */
export const LONGEST = 46_340
/** The largest whole number of 16 bits. */
const LARGEST = 32_767
/** Lengths below are as good as none, and must not make scales too large for float32. */
export const SHORTEST = 1 / 2 ** 60

/** A vector as whole numbers of 16 bits: v = whole numbers / scale + what is lost. */
export type WholeNumbers = {
  /** 0 where all is lost. */
  scale: number
  /** Length of the vector: not less. */
  length: number
  /** Length of what is lost: not less. */
  lost: number
}

/**
 * Writes `values` as whole numbers of 16 bits, two by two `stride` places apart from `at` on, as `kernel.wat` reads
 * them. `keep`: they are whole numbers already and stay as they are. `meanLength`: of the mean taken from them, for
 * what its subtraction may have rounded. `shortest`: a length below which all is lost.
 */
export function writeWholeNumbers(
  values: Float64Array,
  { keep, meanLength, shortest }: { keep: boolean; meanLength: number; shortest: number },
  into: Int16Array,
  at: number,
  stride: number,
): WholeNumbers {
  const dim = values.length
  const length = Math.sqrt(squaresOf(values)) * (1 + FLOAT64_LOSS)
  const scale = keep ? 1 : scaleOf(values, length, shortest)
  let squares = 0
  for (let i = 0; i < dim; i++) {
    const value = values[i] as number
    const whole = Math.floor(value * scale + 0.5)
    const apart = scale === 0 ? value : value - whole / scale
    squares += apart * apart
    into[at + (i >> 1) * stride + (i & 1)] = whole
  }
  if (keep) return { scale, length, lost: 0 }
  const lost = Math.sqrt(squares) * (1 + FLOAT64_LOSS) + FLOAT64_LOSS * (length + meanLength)
  return { scale, length, lost }
}

/** As large as lengths and components allow after rounding, which adds at most half a unit to each component. */
function scaleOf(values: Float64Array, length: number, shortest: number): number {
  if (length <= shortest) return 0
  let largest = 0
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] as number))
  const longest = LONGEST - Math.sqrt(values.length) / 2 - 1
  return Math.min(longest / length, LARGEST / largest)
}
