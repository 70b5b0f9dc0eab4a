import { assembleResult, type ResultContext } from './assemble-result.ts'
import { type GeneratorOptions, type GeneratorReport, generateLoad, type LoadProgress } from './generator.ts'
import { generateOnThreads } from './generator-threads.ts'
import type { LoadResult } from './load-result.ts'
import type { LoadSpec } from './load-spec.ts'
import { practise } from './practice.ts'

/** What a run needs from outside. */
export interface RunLoadOptions extends ResultContext {
  readonly signal: AbortSignal
  readonly onProgress?: (progress: LoadProgress) => void
  /** The script that worker threads run; needed for more than one thread. */
  readonly workerScript?: URL
}

/**
 * Puts a load on its target and reports what was measured. Always ends: at the spec's duration and a timeout's length at most, or
 * soon after the signal. What the target does wrong is in the result; it rejects only when worker threads can't be started.
 */
export async function runLoad(spec: LoadSpec, options: RunLoadOptions): Promise<LoadResult> {
  const { signal, onProgress, workerScript } = options
  const progress = onProgress === undefined ? {} : { onProgress }
  const reports =
    spec.threads === 1
      ? [await generateHere(spec, { signal, share: { index: 0, count: 1 }, ...progress })]
      : await generateOnThreads(spec, { signal, ...progress, ...(workerScript === undefined ? {} : { workerScript }) })
  return assembleResult(spec, reports, { name: options.name, environment: options.environment })
}

async function generateHere(spec: LoadSpec, options: GeneratorOptions): Promise<GeneratorReport> {
  await practise(spec, options.share, options.signal)
  return await generateLoad(spec, options)
}
