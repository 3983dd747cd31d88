import { defineConfig } from 'vitest/config'

/** Tests on real servers join in where Docker is required, as in CI: there a missing Docker is a failure. */
const withContainers = process.env['FAULTLINE_REQUIRE_DOCKER'] === '1'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: withContainers ? [] : ['test/containers/**'],
    testTimeout: 60_000,
    // The default leaves a core idle, which on two cores is half of them.
    maxWorkers: '100%',
  },
})
