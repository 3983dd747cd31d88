import { expect } from 'vitest'
import type { Judgement } from './model/finding.ts'

interface Matchers<R = unknown> {
  /** The verdict of a run is `pass`; else the test says which limits broke and why. */
  toPass(): R
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: vitest's own declaration has this parameter.
  interface Assertion<T = any> extends Matchers<T> {}
  interface AsymmetricMatchersContaining extends Matchers {}
}

/** `import 'faultline/vitest'` teaches vitest `expect(judgement).toPass()`. */
expect.extend({
  toPass(received: Judgement) {
    const broken = received.limits.filter(({ verdict }) => verdict !== 'pass')
    const rows = broken.map(({ verdict, because }) => `  ${verdict}: ${because}`)
    return {
      pass: received.verdict === 'pass',
      message: () =>
        [`the verdict is ${received.verdict}: ${received.because}`, ...rows].join('\n'),
    }
  },
})
