import type { LoadResult } from '../../src/perf/load/load-result.ts'
import { completeLoadSpec, type LoadSpecInput } from '../../src/perf/load/load-spec.ts'
import { constantRate } from '../../src/perf/load/rate-profile.ts'
import { runLoad } from '../../src/perf/load/run-load.ts'

/** An open loop of so many requests a second. */
export const atRate = (rate: number, seconds: number): LoadSpecInput['mode'] => ({
  kind: 'open',
  arrival: 'uniform',
  profile: constantRate(rate, seconds),
})

/** Runs a load without name and environment. */
export function run(input: LoadSpecInput, signal: AbortSignal = new AbortController().signal): Promise<LoadResult> {
  return runLoad(completeLoadSpec(input), { signal, name: 'test', environment: {} })
}
