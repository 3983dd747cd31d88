import { murmur3 } from './hash.ts'

/**
 * Seeded generator (sfc32, Doty-Humphrey 2010): 32-bit integer operations only, so every engine draws the same.
 * One seed per plan; every part forks its own stream by name, so a draw added in one part moves no other.
 */
export class Rng {
  private a: number
  private b: number
  private c: number
  private counter = 1

  private readonly seed: number
  private readonly path: string

  constructor(seed: number, path = '') {
    this.seed = seed
    this.path = path
    this.a = murmur3(path, seed >>> 0)
    this.b = murmur3(path, this.a ^ 0x9e3779b9)
    this.c = murmur3(path, this.b ^ Math.floor(seed / 0x1_0000_0000))
    for (let i = 0; i < 12; i++) this.u32()
  }

  /** An independent stream; the same name gives the same stream again. */
  fork(name: string): Rng {
    return new Rng(this.seed, `${this.path}/${name}`)
  }

  /** Uniform in 0 … 2^32 - 1. */
  u32(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum
    return sum >>> 0
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    const high = this.u32() >>> 5
    const low = this.u32() >>> 6
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }

  /** Uniform integer in 0 … n - 1, n ≤ 2^32; unbiased (rejection). */
  int(n: number): number {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n)
    for (;;) {
      const draw = this.u32()
      if (draw < limit) return draw % n
    }
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return p > 0 && this.uniform() < p
  }
}
