import { STATE_RETRY_POLICY } from '../../../src/state/backends/remote/retry-policy.ts'

/** As many tries as people get, without their waits. */
export const QUICK_RETRIES = { ...STATE_RETRY_POLICY, firstWaitMs: 1, longestWaitMs: 1 }
