import { request } from 'undici'

/** Answers larger than this are cut: what we read is figures, not files. */
const ANSWER_LIMIT = 32 * 1024 * 1024
const TIMEOUT_MS = 15_000

/** One call of a metrics system. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** A bearer token; never part of an error. */
  readonly token?: string | undefined
  readonly signal: AbortSignal
}

/** What came back, or why nothing did. */
export type HttpAnswer =
  | { readonly ok: true; readonly status: number; readonly text: string }
  | { readonly ok: false; readonly problem: string }

/** Makes a call, within a time limit, with TLS verified. Never rejects; a status is the caller's to judge. */
export async function httpCall(call: HttpCall): Promise<HttpAnswer> {
  try {
    const answer = await request(call.url, {
      method: call.method,
      headers: { ...call.headers, ...(call.token === undefined ? {} : { Authorization: `Bearer ${call.token}` }) },
      ...(call.body === undefined ? {} : { body: call.body }),
      signal: AbortSignal.any([call.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    })
    const parts: Buffer[] = []
    let size = 0
    for await (const chunk of answer.body) {
      const bytes = Buffer.from(chunk)
      size += bytes.length
      if (size > ANSWER_LIMIT) return { ok: false, problem: `${origin(call.url)} answered more than 32 MiB` }
      parts.push(bytes)
    }
    return { ok: true, status: answer.statusCode, text: Buffer.concat(parts).toString('utf8') }
  } catch (error) {
    if (call.signal.aborted) return { ok: false, problem: 'interrupted' }
    const cause =
      error instanceof Error ? (error.name === 'TimeoutError' ? 'no answer within 15 s' : error.message) : String(error)
    return { ok: false, problem: `${origin(call.url)} can't be asked: ${cause}` }
  }
}

/** The address without path, user and password. */
export function origin(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url
}

/** An address below a base, whose path is kept. */
export function below(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}${path}`
}
