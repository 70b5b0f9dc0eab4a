import { parseDuration } from '../../plan/duration.ts'
import type { PlainMessage, TcpStep } from '../bench/bench-session.ts'
import type { CalloutRule, PlainAnswer } from '../bench/callout-rules.ts'
import type { TestBody, TestCallout, TestConnectionStep, TestHeaders, TestRequest, TestResponse } from './filter-test.ts'

type Pair = [name: string, value: string]

/** Configuration as a proxy hands it over: text as it is, anything else as JSON. */
export function configurationBytes(config: unknown): Uint8Array {
  if (config === undefined) return Buffer.alloc(0)
  return Buffer.from(typeof config === 'string' ? config : JSON.stringify(config))
}

function bodyBytes(body: TestBody): Buffer {
  if (typeof body === 'string') return Buffer.from(body)
  return 'base64' in body ? Buffer.from(body.base64, 'base64') : Buffer.from(JSON.stringify(body.json))
}

function chunksOf(message: { readonly body?: TestBody; readonly chunks?: readonly string[] }): readonly Buffer[] {
  if (message.chunks !== undefined) return message.chunks.map((chunk) => Buffer.from(chunk))
  const bytes = message.body === undefined ? Buffer.alloc(0) : bodyBytes(message.body)
  return bytes.length === 0 ? [] : [bytes]
}

function pairs(headers: TestHeaders | undefined): Pair[] {
  return Object.entries(headers ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((item): Pair => [name.toLowerCase(), String(item)]),
  )
}

/** Defaults that the headers given don't name, then those. */
function withDefaults(defaults: readonly Pair[], given: readonly Pair[]): Pair[] {
  const names = new Set(given.map(([name]) => name))
  return [...defaults.filter(([name]) => !names.has(name)), ...given]
}

function contentDefaults(message: { readonly body?: TestBody; readonly chunks?: readonly string[] }, length: number): Pair[] {
  if (length === 0) return []
  const json = typeof message.body === 'object' && 'json' in message.body
  return [...(json ? [['content-type', 'application/json'] satisfies Pair] : []), ['content-length', String(length)]]
}

function message(
  pseudo: readonly Pair[],
  from: {
    readonly headers?: TestHeaders
    readonly body?: TestBody
    readonly chunks?: readonly string[]
    readonly trailers?: TestHeaders
  },
): PlainMessage {
  const chunks = chunksOf(from)
  const length = chunks.reduce((total, chunk) => total + chunk.length, 0)
  const trailers = pairs(from.trailers)
  return {
    headers: withDefaults([...pseudo, ...contentDefaults(from, length)], pairs(from.headers)),
    chunks,
    ...(trailers.length === 0 ? {} : { trailers }),
  }
}

/** A test's request as the bench takes it; a test without one sends GET /. */
export function requestMessage(request: TestRequest = {}): PlainMessage {
  const hasBody = request.body !== undefined || request.chunks !== undefined
  const pseudo: Pair[] = [
    [':authority', request.host ?? 'example.test'],
    [':path', request.path ?? '/'],
    [':method', request.method ?? (hasBody ? 'POST' : 'GET')],
    [':scheme', 'http'],
  ]
  return message(pseudo, request)
}

/** What a test's upstream answers; 200 without a body when it doesn't say. */
export function responseMessage(response: TestResponse = {}): PlainMessage {
  return message([[':status', String(response.status ?? 200)]], response)
}

/** Milliseconds of a length of time that was checked where it was read. */
export function millisecondsOf(text: string | undefined): number {
  return text === undefined ? 0 : (parseDuration(text) ?? 0)
}

/** A test's answers to callouts as rules of the bench. */
export function calloutRules(callouts: readonly TestCallout[]): readonly CalloutRule[] {
  return callouts.map((callout) => ({
    ...(callout.cluster === undefined ? {} : { upstream: callout.cluster }),
    ...(callout.method === undefined ? {} : { method: callout.method }),
    ...(callout.path === undefined ? {} : { path: callout.path }),
    ...(callout.service === undefined ? {} : { service: callout.service }),
    ...(callout.times === undefined ? {} : { times: callout.times }),
    answer: answerOf(callout),
    delayMilliseconds: millisecondsOf(callout.delay),
  }))
}

function answerOf(callout: TestCallout): PlainAnswer {
  const { grpc } = callout
  if (callout.fails === true) return { kind: 'failure' }
  if (grpc !== undefined || callout.service !== undefined) {
    const messages = grpc?.messages ?? (callout.body === undefined ? [] : [callout.body])
    return {
      kind: 'grpc',
      initialMetadata: pairs(callout.headers),
      messages: messages.map(bodyBytes),
      trailingMetadata: pairs(callout.trailers),
      status: grpc?.status ?? 0,
      message: grpc?.message ?? '',
    }
  }
  const body = callout.body === undefined ? Buffer.alloc(0) : bodyBytes(callout.body)
  return {
    kind: 'http',
    status: callout.status ?? 200,
    headers: withDefaults(contentDefaults(callout, body.length), pairs(callout.headers)),
    body,
    trailers: pairs(callout.trailers),
  }
}

/** A test's connection as steps of the bench. */
export function connectionSteps(steps: readonly TestConnectionStep[]): readonly TcpStep[] {
  return steps.flatMap((step): readonly TcpStep[] => [
    ...(step.send === undefined ? [] : [{ kind: 'send' as const, bytes: Buffer.from(step.send), endOfStream: false }]),
    ...(step.receive === undefined ? [] : [{ kind: 'receive' as const, bytes: Buffer.from(step.receive), endOfStream: false }]),
    ...(step.close === undefined ? [] : [{ kind: 'close' as const, peer: step.close }]),
  ])
}
