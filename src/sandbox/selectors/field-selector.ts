import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { ServedResource } from '../api/resource-registry.ts'
import { exactDigits } from '../exact-json.ts'

/** A selector that can be used, or why it can't, in the API server's words. */
export type ParsedFieldSelector =
  | {
      readonly ok: true
      readonly matches: (object: JsonObject) => boolean
      readonly isEmpty: boolean
      readonly name: string | undefined
    }
  | { readonly ok: false; readonly problem: string }

/** Fields by which built-in kinds can be selected, beyond name and namespace. */
const selectableFields: { readonly [storage: string]: readonly string[] } = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'spec.host',
    'status.nominatedNodeName',
  ],
  '/nodes': ['spec.unschedulable'],
  '/namespaces': ['status.phase'],
  '/secrets': ['type'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/replicationcontrollers': ['status.replicas'],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
  'certificates.k8s.io/certificatesigningrequests': ['spec.signerName'],
}

/** Kinds that can't be selected by the namespace that they don't have. */
const withoutNamespace: ReadonlySet<string> = new Set(['/nodes', '/namespaces', 'certificates.k8s.io/certificatesigningrequests'])

/** Where fields are read that are called otherwise; of several places, the first that has something. */
const readFrom: { readonly [field: string]: readonly string[] } = {
  'spec.host': ['spec.nodeName'],
  'status.successful': ['status.succeeded'],
  source: ['source.component', 'reportingComponent'],
}

const ofEvents = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const
/** Fields of events in the group of events, each by the name that it has in the core group, where events are kept. */
const fieldsOfEventGroup: ReadonlyMap<string, string> = new Map([
  ...ofEvents.map((field) => [`regarding.${field}`, `involvedObject.${field}`] as const),
  ['reportingController', 'reportingComponent'],
  ['reason', 'reason'],
  ['type', 'type'],
])

/** The parts of a selector: commas may be escaped. */
function termsOf(text: string): readonly string[] {
  return text.match(/(?:\\[\s\S]|[^,\\]|\\$)+/g) ?? []
}

/** A value without the backslashes before what would end it, or why it can't be read. */
function unescaped(value: string): { readonly value: string } | { readonly problem: string } {
  let plain = ''
  for (let index = 0; index < value.length; index += 1) {
    const character = value[index] ?? ''
    if (character === ',' || character === '=') {
      // The server prints the character's number.
      return { problem: `invalid field selector: unescaped character in value: ${character.charCodeAt(0)}` }
    }
    if (character !== '\\') {
      plain += character
      continue
    }
    index += 1
    const next = value[index] ?? ''
    if (next === '' || !'\\,='.includes(next)) return { problem: `invalid field selector: invalid escape sequence: \\${next}` }
    plain += next
  }
  return { value: plain }
}

function selectedValue(object: JsonObject, field: string): string {
  const places = readFrom[field] ?? [field]
  return places.map((place) => valueAt(object, place)).find((value) => value !== '') ?? ''
}

function valueAt(object: JsonObject, path: string): string {
  let value: JsonValue | undefined = object
  for (const step of path.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, step)) return defaultAt(path)
    value = value[step]
  }
  return typeof value === 'object' ? '' : (exactDigits(value) ?? String(value))
}

/** What a selectable field reads as while the object doesn't have it. */
function defaultAt(path: string): string {
  if (path === 'spec.hostNetwork' || path === 'spec.unschedulable') return 'false'
  return path === 'status.replicas' || path === 'status.succeeded' ? '0' : ''
}

function customFieldsOf(resource: ServedResource): readonly string[] {
  return resource.type.selectableFields ?? []
}

function selectableFieldsOf(resource: ServedResource): readonly string[] {
  if (resource.custom) return customFieldsOf(resource)
  if (resource.type.group === 'events.k8s.io') return [...fieldsOfEventGroup.keys()]
  return selectableFields[resource.storage] ?? []
}

/** Reads a field selector: `metadata.name=a,status.phase!=Running`. */
export function parseFieldSelector(text: string, resource: ServedResource): ParsedFieldSelector {
  const tests: ((object: JsonObject) => boolean)[] = []
  let name: string | undefined
  const extra = selectableFieldsOf(resource)
  const hasNamespace = !withoutNamespace.has(resource.storage)
  for (const term of [...termsOf(text)].sort()) {
    const match = /^(.*?)(!=|==|=)(.*)$/.exec(term)
    if (match === null) return { ok: false, problem: `invalid selector: '${text}'; can't understand '${term}'` }
    const [, field = '', operator, given = ''] = match
    const plain = unescaped(given)
    if ('problem' in plain) return { ok: false, problem: plain.problem }
    const { value } = plain
    if (field === '' && value === '') continue
    const isCommon = field === 'metadata.name' || (field === 'metadata.namespace' && hasNamespace)
    if (!isCommon && !extra.includes(field)) return { ok: false, problem: unknownField(field, resource, extra) }
    const wanted = operator !== '!='
    if (field === 'metadata.name' && wanted) name = value
    const kept = resource.type.group === 'events.k8s.io' ? (fieldsOfEventGroup.get(field) ?? field) : field
    tests.push((object) => (selectedValue(object, kept) === value) === wanted)
  }
  return { ok: true, matches: (object) => tests.every((test) => test(object)), isEmpty: tests.length === 0, name }
}

function unknownField(field: string, resource: ServedResource, extra: readonly string[]): string {
  if (resource.storage === 'batch/jobs') return `field label ${JSON.stringify(field)} not supported for batchv1.Job`
  if (resource.custom || extra.length > 0) return `field label not supported: ${field}`
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
}
