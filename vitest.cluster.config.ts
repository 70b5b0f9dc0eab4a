import { defineConfig } from 'vitest/config'

/** Tests against the API server that KUBECONFIG names; `npm run test:cluster` finds or starts one. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.cluster.ts'],
    globalSetup: ['test/build-once.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 1,
  },
})
