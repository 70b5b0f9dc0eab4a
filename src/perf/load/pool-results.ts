import { latencyOf } from './assemble-result.ts'
import { mergeHistograms } from './histogram.ts'
import type { Latency, LoadResult } from './load-result.ts'
import { histogramOf } from './read-result.ts'

/**
 * One result that stands for several of the same load: trials, or the same run from several places. Counts and histograms are
 * added; `together` says whether the runs were at the same time, so that their rates add up too. It is invalid when any part is.
 */
export function poolResults(results: readonly [LoadResult, ...LoadResult[]], together: boolean): LoadResult {
  const [first] = results
  if (results.length === 1) return first
  const sum = (pick: (result: LoadResult) => number): number => results.reduce((total, result) => total + pick(result), 0)
  const mean = (pick: (result: LoadResult) => number): number => sum(pick) / results.length
  const pooled = (pick: (result: LoadResult) => Latency): Latency =>
    latencyOf(
      mergeHistograms(results.map((result) => histogramOf(pick(result)))),
      Math.max(...results.map((result) => pick(result).max)),
    )
  const requests = sum((result) => result.requests)
  const errors = sum((result) => result.errors)
  return {
    ...first,
    load: together ? addLoads(results) : first.load,
    elapsedSeconds: together
      ? Math.max(...results.map((result) => result.elapsedSeconds))
      : sum((result) => result.elapsedSeconds),
    warmupSeconds: Math.max(...results.map((result) => result.warmupSeconds)),
    settled: results.some((result) => result.settled === false) ? false : first.settled,
    ended: results.find((result) => result.ended !== 'complete')?.ended ?? 'complete',
    requests,
    errors,
    errorShare: requests === 0 ? 0 : errors / requests,
    failures: addCounts(results.map((result) => result.failures)),
    failureExamples: Object.assign({}, ...results.map((result) => result.failureExamples).reverse()),
    statuses: addCounts(results.map((result) => result.statuses)),
    achievedRate: together ? sum((result) => result.achievedRate) : mean((result) => result.achievedRate),
    bytes: sum((result) => result.bytes),
    latency: pooled((result) => result.latency),
    serviceTime: pooled((result) => result.serviceTime),
    scheduleLag: pooled((result) => result.scheduleLag),
    failureTime: pooled((result) => result.failureTime),
    byRequest: first.byRequest.map((own, index) => {
      const all = results.flatMap((result) => result.byRequest[index] ?? [])
      return {
        name: own.name,
        errors: all.reduce((total, request) => total + request.errors, 0),
        latency: latencyOf(mergeHistograms(all.map((request) => histogramOf(request.latency)))),
      }
    }),
    overTime: together ? [] : results.flatMap((result, index) => shifted(result, mean((one) => one.elapsedSeconds) * index)),
    generator: {
      busy: Math.max(...results.map((result) => result.generator.busy)),
      pacingP99: Math.max(...results.map((result) => result.generator.pacingP99)),
      longestQueue: Math.max(...results.map((result) => result.generator.longestQueue)),
      connectionsMade: sum((result) => result.generator.connectionsMade),
      reconnects: sum((result) => result.generator.reconnects),
    },
    valid: results.every((result) => result.valid),
    invalidReasons: [...new Set(results.flatMap((result) => result.invalidReasons))],
    warnings: [...new Set(results.flatMap((result) => result.warnings))],
  }
}

function addLoads(results: readonly [LoadResult, ...LoadResult[]]): LoadResult['load'] {
  const [first] = results
  const rates = results.map((result) => result.load.rate)
  return {
    ...first.load,
    connections: results.reduce((total, result) => total + result.load.connections, 0),
    threads: results.reduce((total, result) => total + result.load.threads, 0),
    rate: rates.some((rate) => rate === null) ? null : rates.reduce<number>((total, rate) => total + (rate ?? 0), 0),
    profile: first.load.profile.map((piece, index) => ({
      seconds: piece.seconds,
      from: results.reduce((total, result) => total + (result.load.profile[index]?.from ?? 0), 0),
      to: results.reduce((total, result) => total + (result.load.profile[index]?.to ?? 0), 0),
    })),
  }
}

function shifted(result: LoadResult, seconds: number): LoadResult['overTime'] {
  return result.overTime.map((slice) => ({ ...slice, second: slice.second + seconds }))
}

function addCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const counts of all) for (const [key, count] of Object.entries(counts)) sums[key] = (sums[key] ?? 0) + count
  return sums
}
