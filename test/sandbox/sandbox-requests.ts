import { isJsonObject, type JsonObject, type JsonValue } from '../../src/plan/json.ts'
import { Sandbox, type SandboxRequest } from '../../src/sandbox/sandbox.ts'

/** A sandbox in memory at a fixed time. */
export function openSandbox(): Promise<Sandbox> {
  return Sandbox.open({ directory: undefined, clock: () => new Date('2026-03-01T12:00:00Z') })
}

/** What was answered; an answer that is no JSON has its text as `message`. */
export interface Answered {
  readonly status: number
  readonly body: JsonObject
  readonly warning: string | undefined
}

/** Asks the sandbox and reads its answer. */
export async function request(
  sandbox: Sandbox,
  method: SandboxRequest['method'],
  path: string,
  body?: JsonValue,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const response = await sandbox.handle({ method, path, headers, ...(body === undefined ? {} : { body }) })
  const { status } = response
  const { warning } = response.headers
  if (response.kind === 'stream') return { status, body: {}, warning }
  const text = response.text()
  const isJson = (response.headers['content-type'] ?? '').startsWith('application/json')
  const value: unknown = isJson ? JSON.parse(text) : { message: text }
  return { status, body: isJsonObject(value) ? value : {}, warning }
}

/** Time for what happens by itself. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20))
}

async function pathOf(sandbox: Sandbox, object: JsonObject): Promise<string | undefined> {
  const apiVersion = String(object.apiVersion)
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const { body } = await request(sandbox, 'GET', root)
  const resources = Array.isArray(body.resources) ? body.resources.filter(isJsonObject) : []
  const resource = resources.find((each) => each.kind === object.kind && !String(each.name).includes('/'))
  if (resource === undefined) return undefined
  const metadata = isJsonObject(object.metadata) ? object.metadata : {}
  if (resource.namespaced !== true) return `${root}/${String(resource.name)}/${String(metadata.name)}`
  const namespace = String(metadata.namespace ?? 'default')
  const there = await request(sandbox, 'GET', `/api/v1/namespaces/${namespace}`)
  if (there.status === 404) {
    await request(sandbox, 'POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  }
  return `${root}/namespaces/${namespace}/${String(resource.name)}/${String(metadata.name)}`
}

/** Applies an object by server-side apply, its namespace made first. 404 when its kind is not served. */
export async function apply(sandbox: Sandbox, object: JsonObject, manager: string, query = ''): Promise<Answered> {
  const path = await pathOf(sandbox, object)
  if (path === undefined) return { status: 404, body: { message: 'kind not served' }, warning: undefined }
  const type = { 'content-type': 'application/apply-patch+yaml' }
  return request(sandbox, 'PATCH', `${path}?fieldManager=${manager}${query === '' ? '' : `&${query}`}`, object, type)
}
