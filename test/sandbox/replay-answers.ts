import { readFileSync } from 'node:fs'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/plan/json.ts'
import type { Sandbox, SandboxRequest } from '../../src/sandbox/sandbox.ts'

/** Whoever answers: the sandbox, or a real server. */
export type Answerer = Pick<Sandbox, 'handle'>

/** One line of a recorded scenario. */
export interface RecordedStep {
  readonly step: string
  readonly request: {
    readonly method: SandboxRequest['method']
    readonly path: string
    readonly type?: string
    readonly accept?: string
    /** What the client calls itself. */
    readonly agent?: string
    readonly body?: JsonValue
    readonly save?: { readonly [name: string]: string }
    readonly until?: { readonly status?: number; readonly path?: string; readonly value?: JsonValue }
    readonly watch?: boolean
    readonly pick?: readonly string[]
  }
  readonly response: RecordedAnswer
}

/** What was answered, with volatile values replaced. */
export interface RecordedAnswer {
  readonly status: number
  readonly contentType?: string
  readonly warning?: string
  readonly body?: JsonValue
  readonly text?: string
}

/** Reads a scenario. */
export function readScenario(path: string): readonly RecordedStep[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedStep)
}

function valueAt(value: JsonValue | undefined, path: string): JsonValue | undefined {
  let current: JsonValue | undefined = value
  for (const step of path.split('.')) current = isJsonObject(current) ? current[step] : undefined
  return current
}

function fill(value: JsonValue, saved: ReadonlyMap<string, string>): JsonValue {
  const text = JSON.stringify(value).replaceAll(/\{\{(\w+)\}\}/g, (_match, name: string) => saved.get(name) ?? '')
  return JSON.parse(text) as JsonValue
}

const uidPattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const timeKeys = new Set(['creationTimestamp', 'deletionTimestamp', 'time', 'lastTransitionTime', 'lastUpdateTime'])
/** Entries that simulated controllers write; the recording leaves out those of the real ones. */
const controllers = new Set(['kube-controller-manager', 'meshform-sandbox'])
const controlledKinds = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'Pod'])

/** Replaces what differs from run to run, as the recording did. */
export function normalize(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(normalize)
  if (!isJsonObject(value)) return typeof value === 'string' ? value.replaceAll(uidPattern, '<uid>') : value
  const out: { [name: string]: JsonValue } = {}
  for (const [name, inner] of Object.entries(withoutControllers(value))) {
    if (name === 'resourceVersion' && typeof inner === 'string' && /^\d+$/.test(inner)) out[name] = '<rv>'
    else if (name === 'continue' && typeof inner === 'string') out[name] = '<continue>'
    else if (timeKeys.has(name) && typeof inner === 'string') out[name] = '<time>'
    else if (name === 'clusterIP' && inner !== 'None') out[name] = '<ip>'
    else if (name === 'clusterIPs' && Array.isArray(inner)) out[name] = inner.map(() => '<ip>')
    else if (name === 'managedFields' && Array.isArray(inner))
      out[name] = inner.filter((entry) => !isController(entry)).map(normalize)
    else if (name === 'causes' && Array.isArray(inner)) out[name] = sortedCauses(inner)
    else out[name] = normalize(inner)
  }
  return out
}

/** The same of a text in YAML. */
function normalizeText(text: string): string {
  return text
    .replaceAll(uidPattern, '<uid>')
    .replaceAll(/resourceVersion: "\d+"/g, 'resourceVersion: <rv>')
    .replaceAll(/"\d{4}-\d\d-\d\dT[\d:]+Z"/g, '<time>')
    .replaceAll(/continue: \S+/g, 'continue: <continue>')
}

function isController(entry: JsonValue): boolean {
  return isJsonObject(entry) && typeof entry.manager === 'string' && controllers.has(entry.manager)
}

function withoutControllers(value: JsonObject): JsonObject {
  if (typeof value.kind !== 'string' || !controlledKinds.has(value.kind)) return value
  const { status: _status, ...rest } = value
  const metadata = isJsonObject(rest.metadata) ? rest.metadata : undefined
  if (metadata === undefined || !isJsonObject(metadata.annotations)) return rest
  const { 'deployment.kubernetes.io/revision': _revision, ...annotations } = metadata.annotations
  const { annotations: _annotations, ...bare } = metadata
  return { ...rest, metadata: Object.keys(annotations).length === 0 ? bare : { ...bare, annotations } }
}

function sortedCauses(causes: readonly JsonValue[]): JsonValue {
  return causes.map(normalize).sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1))
}

/** Words of a message that lists errors, in one order. */
function sortedMessage(value: JsonValue): JsonValue {
  if (!isJsonObject(value) || value.kind !== 'Status' || typeof value.message !== 'string') return value
  const match = /^(.*: )\[(.*)\]$/s.exec(value.message)
  if (match === null) return value
  const [, head = '', list = ''] = match
  return { ...value, message: `${head}[${list.split(', ').sort().join(', ')}]` }
}

function pick(body: JsonValue, paths: readonly string[] | undefined): JsonValue {
  if (paths === undefined) return body
  const picked: { [path: string]: JsonValue } = {}
  for (const path of paths) {
    const value = valueAt(body, path)
    if (value !== undefined) picked[path] = value
  }
  return picked
}

async function ask(sandbox: Answerer, step: RecordedStep, saved: Map<string, string>): Promise<RecordedAnswer> {
  const { request } = step
  const headers = {
    ...(request.type === undefined ? {} : { 'content-type': request.type }),
    ...(request.accept === undefined ? {} : { accept: request.accept }),
    ...(request.agent === undefined ? {} : { 'user-agent': request.agent }),
  }
  const body = request.body === undefined ? undefined : fill(request.body, saved)
  const response = await sandbox.handle({
    method: request.method,
    path: request.path.replaceAll(/\{\{(\w+)\}\}/g, (_match, name: string) => saved.get(name) ?? ''),
    headers,
    ...(body === undefined ? {} : { body }),
  })
  const contentType = response.headers['content-type'] ?? ''
  const warning = response.headers.warning
  const common = { status: response.status, contentType, ...(warning === undefined ? {} : { warning }) }
  if (response.kind === 'stream') {
    const events: JsonValue[] = []
    for await (const event of response.events) {
      if (event.type !== 'BOOKMARK') events.push(JSON.parse(event.text()) as JsonValue)
    }
    return { ...common, body: normalize(events) }
  }
  if (contentType.startsWith('text/plain')) return { ...common, text: response.text() }
  if (contentType === 'application/yaml') return { ...common, text: normalizeText(response.text()) }
  const answered = JSON.parse(response.text()) as JsonValue
  for (const [name, path] of Object.entries(request.save ?? {})) saved.set(name, String(valueAt(answered, path)))
  return { ...common, body: sortedMessage(pick(normalize(answered), request.pick)) }
}

/** Replays one step; repeats it while it waits for something that comes with time. */
export async function replay(sandbox: Answerer, step: RecordedStep, saved: Map<string, string>): Promise<RecordedAnswer> {
  const { until } = step.request
  // Over a network there is time between two requests, in which controllers do their work.
  await new Promise((resolve) => setTimeout(resolve, 5))
  for (let attempt = 0; ; attempt += 1) {
    const answer = await ask(sandbox, step, saved)
    const done =
      until === undefined ||
      (until.status !== undefined && answer.status === until.status) ||
      (until.path !== undefined && JSON.stringify(valueAt(answer.body, until.path)) === JSON.stringify(until.value))
    if (done || attempt > 1500) return answer
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** The recorded answer, in the same order of words. */
export function expected(step: RecordedStep): RecordedAnswer {
  const { body } = step.response
  return body === undefined ? step.response : { ...step.response, body: sortedMessage(normalize(body)) }
}
