import { Ajv2020 } from 'ajv/dist/2020.js'
import { decodeHistogram, type LatencyHistogram } from './histogram.ts'
import { type Latency, type LoadResult, resultJsonSchema } from './load-result.ts'

/** A result, or why a value is none. */
export type ReadResult =
  | { readonly ok: true; readonly result: LoadResult }
  | { readonly ok: false; readonly problems: readonly string[] }

let validate: ((value: unknown) => string[]) | undefined

function validator(): (value: unknown) => string[] {
  if (validate === undefined) {
    const ajv = new Ajv2020({ allErrors: true, strict: false })
    const check = ajv.compile(resultJsonSchema())
    validate = (value) =>
      check(value)
        ? []
        : (check.errors ?? []).map(
            (error) => `${error.instancePath === '' ? 'the result' : error.instancePath} ${error.message ?? ''}`,
          )
  }
  return validate
}

/** Checks a parsed JSON value against the published schema, histograms included. */
export function readResult(value: unknown): ReadResult {
  const problems = validator()(value)
  if (problems.length > 0) return { ok: false, problems }
  const result = value as LoadResult
  for (const part of ['latency', 'serviceTime', 'scheduleLag', 'failureTime'] as const) {
    try {
      decodeHistogram(result[part].histogram)
    } catch {
      return { ok: false, problems: [`/${part}/histogram is not an HdrHistogram`] }
    }
  }
  return { ok: true, result }
}

/** The histogram of a latency of a result. */
export function histogramOf(latency: Latency): LatencyHistogram {
  return decodeHistogram(latency.histogram)
}
