import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/cluster/**'],
    globalSetup: ['test/build-once.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // Loading the source anew for each file took a third of the suite. Nothing in it changes what files share.
    isolate: false,
    // One more than the two cores that the suite is held to: tests wait about as much as they work.
    maxWorkers: 3,
  },
})
