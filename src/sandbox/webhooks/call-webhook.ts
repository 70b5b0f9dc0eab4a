import { randomUUID } from 'node:crypto'
import { request } from 'node:https'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { objectAt, textAt } from '../builtin/json-tree.ts'
import { exactJsonText } from '../exact-json.ts'
import { goJsonError } from '../go-json-error.ts'
import { goQuote } from '../go-quote.ts'
import type { WebhookCall, WebhookReply } from './webhook-call.ts'

interface HttpAnswer {
  readonly status: number
  readonly text: string
}

/** More than this is no review. */
const largestAnswer = 3 * 1024 * 1024

const unknownAuthorities = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** What went wrong on the way, as Go's HTTP client says it. */
function describe(error: Error & { readonly code?: string }, host: string): string {
  const { code = '' } = error
  if (code === 'ECONNREFUSED') return `dial tcp ${host}: connect: connection refused`
  if (code === 'ECONNRESET') return 'EOF'
  if (code === 'ABORT_ERR') return 'context deadline exceeded'
  if (unknownAuthorities.has(code)) {
    return 'tls: failed to verify certificate: x509: certificate signed by unknown authority'
  }
  return error.message
}

function post(url: URL, body: string, { authorities, timeoutSeconds }: WebhookCall): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        headers: {
          accept: 'application/json, */*',
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
        signal: AbortSignal.timeout(timeoutSeconds * 1000),
        ...(authorities === undefined ? {} : { ca: authorities }),
      },
      (response) => {
        const chunks: Buffer[] = []
        let size = 0
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          size += chunk.length
          if (size > largestAnswer) sent.destroy(new Error('the answer is too large'))
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
        response.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

function problemOf({ status, text }: HttpAnswer): string | undefined {
  if (status === 200 || status === 201) return undefined
  if (status === 404) return 'the server could not find the requested resource'
  return `an error on the server (${goQuote(text === '' ? 'unknown' : text.trim())}) has prevented the request from succeeding`
}

function readReview(text: string, uid: string): WebhookReply {
  const problem = goJsonError(text)
  let review: JsonValue = null
  if (problem === undefined) review = JSON.parse(text) as JsonValue
  if (!isJsonObject(review)) {
    const why = `couldn't get version/kind; json parse error: ${problem ?? 'it is no object'}`
    return { kind: 'failure', why: `failed to call webhook: ${why}` }
  }
  return checkReview(review, uid)
}

function checkReview(review: JsonObject, uid: string): WebhookReply {
  const invalid = (why: string): WebhookReply => ({ kind: 'failure', why: `received invalid webhook response: ${why}` })
  const response = objectAt(review, 'response')
  if (response === undefined) return invalid('webhook response was absent')
  const given = textAt(response, 'uid')
  if (given !== uid) return invalid(`expected response.uid=${goQuote(uid)}, got ${goQuote(given)}`)
  const [apiVersion, kind] = [textAt(review, 'apiVersion'), textAt(review, 'kind')]
  if (apiVersion !== 'admission.k8s.io/v1' || kind !== 'AdmissionReview') {
    const named = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
    return invalid(`expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${named}, Kind=${kind}`)
  }
  return { kind: 'response', response }
}

/** Asks a webhook on this machine. Whatever goes wrong is a reply as well, in the words of a real server. */
export async function callWebhook(call: WebhookCall): Promise<WebhookReply> {
  const uid = randomUUID()
  const url = new URL(call.url)
  url.searchParams.set('timeout', `${call.timeoutSeconds}s`)
  const review = { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request: { uid, ...call.request } }
  try {
    const answer = await post(url, exactJsonText(review), call)
    const problem = problemOf(answer)
    if (problem !== undefined) return { kind: 'failure', why: `failed to call webhook: ${problem}` }
    return readReview(answer.text, uid)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const host = `${url.hostname}:${url.port === '' ? '443' : url.port}`
    return { kind: 'failure', why: `failed to call webhook: Post ${goQuote(url.href)}: ${describe(error, host)}` }
  }
}
