import { defineConfig } from 'vitest/config'

/** Tests on real servers join in where Docker is required, as in CI: there a missing Docker is a failure. */
const withContainers = process.env['FAULTLINE_REQUIRE_DOCKER'] === '1'

/** The library joins in there too, and where it is asked for: `npm run test:library`. */
const withLibrary = withContainers || process.env['FAULTLINE_LIBRARY'] === '1'

/** Pages in a browser join in there too, and where a browser is required. */
const withBrowser = process.env['FAULTLINE_REQUIRE_BROWSER'] === '1'

/** What takes minutes and repeats is for nights: `npm run test:containers`. */
const nightly = process.env['FAULTLINE_NIGHTLY'] === '1'

const containers = {
  test: {
    name: 'containers',
    include: ['test/containers/**/*.test.ts'],
    exclude: nightly ? [] : ['test/containers/kafka-faults.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 180_000,
    // One after the other and after all else: what they measure must not be the neighbours' load.
    maxWorkers: 1,
    fileParallelism: false,
    sequence: { groupOrder: 2 },
  },
}

/** Whole minutes each, one after the other: with the library. */
const long = [
  'test/cli/ci.test.ts',
  'test/recompute/**/*.test.ts',
  'test/red/shrink.test.ts',
  'test/known-answers/lost-*.test.ts',
  'test/known-answers/capacity.test.ts',
  // It measures a generator's pace, and quick tests beside it would be what it measures.
  'test/unit/pipeline/machine/generator.test.ts',
]

/** The whole library, all planted bugs and campaigns, on all cores: minutes, so for CI and nights. */
const library = {
  test: {
    name: 'library',
    globalSetup: 'test/support/built.ts',
    include: ['test/library/**/*.test.ts', ...long],
    testTimeout: 300_000,
    maxWorkers: 1,
    fileParallelism: false,
    sequence: { groupOrder: 1 },
  },
}

/** Pages in a real Chromium; skipped where there is none, unless FAULTLINE_REQUIRE_BROWSER=1. */
const browser = {
  test: {
    name: 'browser',
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
    fileParallelism: false,
    sequence: { groupOrder: 3 },
  },
}

/** What starts the command line as a process, makes whole runs to a known answer or tries hundreds of inputs: seconds each. */
const slow = [
  'test/{cli,unit/cli}/**/*.test.ts',
  'test/known-answers/**/*.test.ts',
  'test/red/**/*.test.ts',
  'test/golden/same-bytes.test.ts',
  'test/property/{every-key,mutated-scenarios,registers}.test.ts',
  'test/tidy/determinism.test.ts',
  'test/unit/systems/**/*.test.ts',
  'test/unit/run/{retries,closed-loop}.test.ts',
  'test/unit/worlds/{plan-to-ports,images/build,sim/same-again,containers/agents}.test.ts',
  'test/unit/experiments/{compare/compare,capacity/lost-region,capacity/refusals}.test.ts',
  'test/unit/experiments/{sla/sla,shrink/smaller-plans,campaign/crew}.test.ts',
  'test/unit/{pipeline/live/live-figures,pipeline/machine/generator,reports/rates}.test.ts',
]

const parallel = {
  testTimeout: 60_000,
  // Whole runs are made in hooks too; on a busy machine they take as long as a test may.
  hookTimeout: 60_000,
  // The default leaves a core idle, which on two cores is half of them.
  maxWorkers: '100%',
  // Modules hold no state that a test could leave behind: loading them once a worker saves a fifth of the time.
  isolate: false,
  sequence: { groupOrder: 0 },
}

/** For CI, nights and before a change is handed in: `npm run test:library`. */
const slower = {
  test: {
    name: 'slow',
    globalSetup: 'test/support/built.ts',
    include: slow,
    exclude: long,
    ...parallel,
  },
}

/** What `npm test` runs, in under two minutes on two cores. */
const quick = {
  test: {
    name: 'quick',
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**', 'test/containers/**', 'test/library/**', ...long, ...slow],
    ...parallel,
  },
}

export default defineConfig({
  test: { projects: [
      quick,
      ...(withLibrary ? [slower, library] : []),
      ...(withLibrary || withBrowser ? [browser] : []),
      ...(withContainers ? [containers] : []),
    ],
  },
})
