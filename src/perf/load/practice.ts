import { Worker } from 'node:worker_threads'
import { generateLoad } from './generator.ts'
import { completeLoadSpec, type LoadProtocol, type LoadSpec } from './load-spec.ts'
import { constantRate } from './rate-profile.ts'
import type { Share } from './schedule.ts'
import { findWorkerScript } from './worker-script.ts'

/** From this rate of one thread on, code that is still being compiled shows in the lag. */
const DEMANDING_RATE = 5_000
/** Each of two rounds. */
const ROUND = { seconds: 0.4, rate: 40_000 } as const

const practised = new Set<LoadProtocol>()

/**
 * Sends requests to a server of our own before the first run of a protocol, so that the engine has compiled what a demanding run will need:
 * else its first tenths of a second are late by tens of milliseconds, which is more than one request in a hundred of a short run. Two rounds,
 * because code compiled for one generator may not fit the next. Never fails; the target sees nothing of it.
 */
export async function practise(spec: LoadSpec, share: Share, signal: AbortSignal): Promise<void> {
  const { protocol } = spec
  if (highestRate(spec) / share.count < DEMANDING_RATE || practised.has(protocol) || signal.aborted) return
  const script = findWorkerScript('practice-worker')
  if (script === undefined) return
  practised.add(protocol)
  const server = new Worker(script, { workerData: { protocol } })
  try {
    const port = await portOf(server)
    if (port === undefined) return
    for (let round = 0; round < 2; round += 1) {
      await generateLoad(practiceSpec(spec, port), { signal, share: { index: 0, count: 1 } })
    }
  } finally {
    await server.terminate()
  }
}

function portOf(server: Worker): Promise<number | undefined> {
  return new Promise((resolve) => {
    server.once('message', resolve)
    server.once('error', () => resolve(undefined))
    server.once('exit', () => resolve(undefined))
  })
}

function highestRate(spec: LoadSpec): number {
  return spec.mode.kind === 'open' ? Math.max(0, ...spec.mode.profile.pieces.flatMap((piece) => [piece.from, piece.to])) : 0
}

const SCHEMES: Readonly<Record<LoadProtocol, string>> = { http1: 'http', http2: 'http', grpc: 'grpc', tcp: 'tcp' }

function practiceSpec(spec: LoadSpec, port: number): LoadSpec {
  const { seconds, rate } = ROUND
  const { mode, protocol } = spec
  return completeLoadSpec({
    protocol,
    mode: mode.kind === 'open' ? { kind: 'open', arrival: mode.arrival, profile: constantRate(rate, seconds) } : mode,
    requests: [{ url: `${SCHEMES[protocol]}://127.0.0.1:${port}/`, ...(protocol === 'tcp' ? { body: Buffer.from('x') } : {}) }],
    connections: 8,
    streams: spec.streams,
    seconds,
    timeoutMs: 500,
    pacing: spec.pacing,
    seed: spec.seed,
  })
}
