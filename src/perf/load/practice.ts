import { Worker } from 'node:worker_threads'
import { generateLoad } from './generator.ts'
import { completeLoadSpec, type LoadProtocol, type LoadSpec } from './load-spec.ts'
import { constantRate, rateRange } from './rate-profile.ts'
import type { Share } from './schedule.ts'
import { findWorkerScript } from './worker-script.ts'

/** From this rate of one thread on, code that is still being compiled shows in the lag. */
const DEMANDING_RATE = 5_000
/** A closed loop sends as much as it can, so it is demanding unless it is over before anything is compiled. */
const DEMANDING_CLOSED = { seconds: 2, requests: 20_000 } as const
/** Each of two rounds: so many requests, as far as they are done within `longest` seconds. */
const ROUND = { requests: 16_000, rate: 40_000, longest: 2 } as const
/** The most connections of a round: our server takes no more at a time than it can answer at once. */
const CONNECTIONS = 32

const practised = new Set<LoadProtocol>()

/**
 * Sends requests to a server of our own before the first run of a protocol, so that the engine has compiled what a demanding run will need:
 * else its first tenths of a second are late by tens of milliseconds, which is more than one request in a hundred of a short run. Two rounds,
 * because code compiled for one generator may not fit the next. Never fails; the target sees nothing of it.
 */
export async function practise(spec: LoadSpec, share: Share, signal: AbortSignal): Promise<void> {
  const { protocol } = spec
  if (!isDemanding(spec, share) || practised.has(protocol) || signal.aborted) return
  const script = findWorkerScript('practice-worker')
  if (script === undefined) return
  practised.add(protocol)
  const server = new Worker(script, { workerData: { protocol } })
  try {
    const port = await portOf(server)
    if (port === undefined) return
    for (let round = 0; round < 2; round += 1) {
      await practiceRound(practiceSpec(spec, port), signal)
    }
  } finally {
    await server.terminate()
  }
}

/** A closed loop has no end of its own here, since a limit of requests would make other code of it than the run that follows. */
async function practiceRound(spec: LoadSpec, signal: AbortSignal): Promise<void> {
  const enough = new AbortController()
  await generateLoad(spec, {
    signal: AbortSignal.any([signal, enough.signal]),
    share: { index: 0, count: 1 },
    onProgress: ({ answered }) => {
      if (answered >= ROUND.requests) enough.abort()
    },
  })
}

function portOf(server: Worker): Promise<number | undefined> {
  return new Promise((resolve) => {
    server.once('message', resolve)
    server.once('error', () => resolve(undefined))
    server.once('exit', () => resolve(undefined))
  })
}

function isDemanding({ mode, seconds, requestLimit }: LoadSpec, { count }: Share): boolean {
  switch (mode.kind) {
    case 'open':
      return rateRange(mode.profile).highest / count >= DEMANDING_RATE
    case 'closed':
      return (
        seconds >= DEMANDING_CLOSED.seconds && (requestLimit ?? Number.POSITIVE_INFINITY) / count >= DEMANDING_CLOSED.requests
      )
  }
}

const SCHEMES: Readonly<Record<LoadProtocol, string>> = { http1: 'http', http2: 'http', grpc: 'grpc', tcp: 'tcp' }

/** The same load in everything that the compiler sees, put on our own server for the length of a round. */
function practiceSpec(spec: LoadSpec, port: number): LoadSpec {
  const { requests: count, rate, longest } = ROUND
  const { mode, protocol } = spec
  const open = mode.kind === 'open'
  const url = `${SCHEMES[protocol]}://127.0.0.1:${port}/`
  // Completed as the run's own was, so that the compiler sees objects of one shape.
  return completeLoadSpec({
    ...spec,
    mode: open ? { kind: 'open', arrival: mode.arrival, profile: constantRate(rate, count / rate) } : mode,
    requests: [{ url, ...(protocol === 'tcp' ? { body: Buffer.from('x') } : {}) }],
    rows: [],
    connections: Math.min(spec.connections, CONNECTIONS),
    keepAlive: true,
    requestLimit: open ? undefined : spec.requestLimit,
    seconds: longest,
    timeoutMs: 500,
    stopOnErrors: undefined,
    tls: undefined,
  })
}
