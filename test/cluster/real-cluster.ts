import { Agent } from 'undici'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/plan/json.ts'
import { jsonAnswer, type SandboxRequest, type SandboxResponse, textAnswer, watchEvent } from '../../src/sandbox/api/exchange.ts'
import { systemClock } from '../../src/state/clock.ts'
import { textOf } from '../../src/targets/json-fields.ts'
import { credentialSource, fileOrData } from '../../src/targets/kubernetes/credentials.ts'
import { readKubeContext } from '../../src/targets/kubernetes/kubeconfig.ts'

/** A real API server that answers requests in the sandbox's words. */
export interface RealCluster {
  handle(request: SandboxRequest): Promise<SandboxResponse>
  /** Such as `v1.36.2`; servers built by hand may say nothing of use. */
  readonly version: string
  /** Such as `1.36`. */
  readonly release: string
  /** Whether it serves the kinds that every cluster has: some servers have custom resources alone. */
  readonly hasCore: boolean
  close(): Promise<void>
}

/** Opens the cluster of KUBECONFIG's current context. */
export async function openRealCluster(): Promise<RealCluster> {
  const read = await readKubeContext(process.env.KUBECONFIG ?? '', undefined)
  if (!read.ok) throw new Error(read.error.message)
  const { cluster } = read.value
  const got = await credentialSource(read.value, systemClock, { environment: process.env, isInteractive: false }).current(
    new AbortController().signal,
  )
  if (!got.ok) throw new Error(got.failure.message)
  const { headers, certificate, key } = got.credentials
  const ca = await fileOrData(cluster, 'certificate-authority')
  const agent = new Agent({
    connect: {
      rejectUnauthorized: cluster['insecure-skip-tls-verify'] !== true,
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
    },
  })
  const credentials: { [name: string]: string } = {}
  for (const [name, value] of Object.entries(headers)) credentials[name] = typeof value === 'string' ? value : value.join(', ')
  const server = textOf(cluster.server) ?? ''
  const handle = (request: SandboxRequest) => send(agent, server, credentials, request)
  const version = await handle({ method: 'GET', path: '/version' })
  const told = version.kind === 'answer' ? version.json() : null
  const body: JsonObject = isJsonObject(told) ? told : {}
  const core = await handle({ method: 'GET', path: '/api/v1/namespaces/default' })
  return {
    handle,
    version: textOf(body.gitVersion) ?? '',
    release: `${textOf(body.major) ?? ''}.${(textOf(body.minor) ?? '').replace(/\D+$/, '')}`,
    hasCore: core.status === 200,
    close: () => agent.close(),
  }
}

/** False, with a line that says so, where the cluster lacks the kinds that `what` needs. */
export async function servesCore(what: string): Promise<boolean> {
  const cluster = await openRealCluster()
  await cluster.close()
  if (!cluster.hasCore) process.stderr.write(`The server has no kinds but custom ones: ${what} left out.\n`)
  return cluster.hasCore
}

async function send(
  agent: Agent,
  server: string,
  credentials: { readonly [name: string]: string },
  request: SandboxRequest,
): Promise<SandboxResponse> {
  const { accept, 'content-type': contentType, 'user-agent': userAgent } = request.headers ?? {}
  const { body } = request
  const response = await agent.request({
    origin: server,
    method: request.method,
    path: request.path,
    // Without a user agent unless one is asked for: the recorded answers name their manager `unknown`.
    headers: {
      ...credentials,
      accept: accept ?? 'application/json',
      // Headers are sent a byte a character, so that these are its bytes in UTF-8.
      ...(userAgent === undefined ? {} : { 'user-agent': Buffer.from(userAgent).toString('latin1') }),
      // A body without a type is refused by some servers and read as JSON by others.
      ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
    },
    body: body === undefined ? null : typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  })
  const text = await response.body.text()
  if (/[?&]watch=(1|true)/.test(request.path) && response.statusCode === 200) return streamOf(text)
  const answered: { [name: string]: string } = {}
  for (const name of ['content-type', 'warning']) {
    const value = response.headers[name]
    if (value !== undefined) answered[name] = typeof value === 'string' ? value : value.join(', ')
  }
  if (!(answered['content-type'] ?? '').includes('json')) return { ...textAnswer(response.statusCode, text), headers: answered }
  return jsonAnswer(response.statusCode, JSON.parse(text) as JsonValue, answered)
}

/** A watch with a timeout, read to its end. */
function streamOf(text: string): SandboxResponse {
  const types = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'] as const
  const lines = text.split('\n').filter((line) => line !== '')
  async function* events() {
    for (const line of lines) {
      const { type, object } = JSON.parse(line) as JsonObject
      const known = types.find((each) => each === type)
      if (known !== undefined && object !== undefined) yield watchEvent(known, object)
    }
  }
  return { kind: 'stream', status: 200, headers: { 'content-type': 'application/json' }, events: events() }
}
