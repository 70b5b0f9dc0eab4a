import { toByteText } from '../abi/byte-text.ts'
import type { Callout, CalloutAnswer } from '../host/callout.ts'
import type { CalloutResponder } from './proxy-loop.ts'
import type { ReportedHeaders } from './report.ts'

/** An answer to a callout as plain data. */
export type PlainAnswer =
  | {
      readonly kind: 'http'
      readonly status: number
      readonly headers: ReportedHeaders
      readonly body: Uint8Array
      readonly trailers: ReportedHeaders
    }
  | {
      readonly kind: 'grpc'
      readonly initialMetadata: ReportedHeaders
      readonly messages: readonly Uint8Array[]
      readonly trailingMetadata: ReportedHeaders
      readonly status: number
      readonly message: string
    }
  | { readonly kind: 'failure' }

/** Which callouts an answer is for, and what it is. What is not told matches anything. */
export interface CalloutRule {
  readonly upstream?: string
  readonly method?: string
  /** An HTTP callout's path: whole, with its query. */
  readonly path?: string
  /** A gRPC callout's service. */
  readonly service?: string
  readonly answer: PlainAnswer
  readonly delayMilliseconds: number
  /** How often it answers; without end when not told. */
  readonly times?: number
}

/** Answers callouts by the first rule that fits and is not used up. */
export function respondByRules(rules: readonly CalloutRule[]): CalloutResponder {
  const used = rules.map(() => 0)
  return (callout) => {
    const index = rules.findIndex((rule, at) => (used[at] ?? 0) < (rule.times ?? Number.POSITIVE_INFINITY) && fits(rule, callout))
    const rule = rules[index]
    if (rule === undefined) return undefined
    used[index] = (used[index] ?? 0) + 1
    return { answer: calloutAnswer(rule.answer), delayMilliseconds: rule.delayMilliseconds }
  }
}

function fits(rule: CalloutRule, callout: Callout): boolean {
  const header = (name: string): string | undefined =>
    callout.kind === 'http' ? callout.headers.find(([key]) => key.toLowerCase() === name)?.[1] : undefined
  const isGrpc = callout.kind !== 'http'
  if (rule.answer.kind !== 'failure' && isGrpc !== (rule.answer.kind === 'grpc')) return false
  if (rule.upstream !== undefined && rule.upstream !== callout.upstream) return false
  if (rule.path !== undefined && rule.path !== header(':path')) return false
  if (rule.service !== undefined && !(isGrpc && callout.service === rule.service)) return false
  return rule.method === undefined || rule.method === (isGrpc ? callout.method : header(':method'))
}

function byteHeaders(headers: ReportedHeaders): [string, string][] {
  return headers.map(([name, value]) => [toByteText(name.toLowerCase()), toByteText(value)])
}

/** An answer as the host takes it. */
export function calloutAnswer(answer: PlainAnswer): CalloutAnswer {
  switch (answer.kind) {
    case 'http':
      return {
        kind: 'http',
        headers: [[':status', String(answer.status)], ...byteHeaders(answer.headers)],
        body: Buffer.from(answer.body),
        trailers: byteHeaders(answer.trailers),
      }
    case 'grpc':
      return {
        kind: 'grpc',
        initialMetadata: byteHeaders(answer.initialMetadata),
        messages: answer.messages.map((message) => Buffer.from(message)),
        trailingMetadata: byteHeaders(answer.trailingMetadata),
        status: answer.status,
        message: answer.message,
      }
    case 'failure':
      return answer
  }
}
