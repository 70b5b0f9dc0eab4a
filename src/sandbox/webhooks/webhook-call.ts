import type { JsonObject } from '../../plan/json.ts'

/** One question to a webhook. */
export interface WebhookCall {
  /** The name of its configuration. */
  readonly configuration: string
  readonly webhook: string
  readonly url: string
  /** The certificates that its server's must be signed by, in PEM; undefined means those of the system. */
  readonly authorities: string | undefined
  readonly timeoutSeconds: number
  /** The `request` of the AdmissionReview, without its uid. */
  readonly request: JsonObject
}

/** What came of it: the `response` of the review, or why there is none. */
export type WebhookReply =
  | { readonly kind: 'response'; readonly response: JsonObject }
  | { readonly kind: 'failure'; readonly why: string }

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** True for addresses of this machine, the only ones that the sandbox talks to. */
export function isLoopback(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === 'https:' && loopback.test(new URL(url).hostname)
}
