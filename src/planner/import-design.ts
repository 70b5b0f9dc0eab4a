import { API_VERSION } from '../design/schema/design.ts'
import { removeFieldPath } from '../plan/field-path.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { groupOf } from '../plan/manifest.ts'
import type { IgnoreRule } from '../providers/rules.ts'
import { visibleFields } from './visible-fields.ts'

/** What servers and controllers write into objects for themselves: nothing that a design should say. */
const SERVER_FIELDS: readonly IgnoreRule[] = [
  {
    group: '*',
    kinds: ['*'],
    paths: [
      'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]',
      'metadata.annotations["meshform.dev/address"]',
      'metadata.labels["meshform.dev/design"]',
      'metadata.labels["meshform.dev/workspace"]',
      'metadata.ownerReferences',
      'metadata.generateName',
    ],
    reason: 'bookkeeping of clients and owners',
  },
  {
    group: '',
    kinds: ['Service'],
    paths: [
      'spec.clusterIP',
      'spec.clusterIPs',
      'spec.ipFamilies',
      'spec.ipFamilyPolicy',
      'spec.healthCheckNodePort',
      'spec.ports[*].nodePort',
    ],
    reason: 'addresses that the server gives out',
  },
  {
    group: '',
    kinds: ['Namespace'],
    paths: ['spec', 'metadata.labels["kubernetes.io/metadata.name"]'],
    reason: 'set by the server',
  },
  { group: '', kinds: ['ServiceAccount'], paths: ['secrets'], reason: 'tokens that a controller makes' },
  {
    group: '',
    kinds: ['PersistentVolumeClaim'],
    paths: ['spec.volumeName', 'metadata.annotations["pv.kubernetes.io/*"]'],
    reason: 'bound by a controller',
  },
  { group: '', kinds: ['Pod'], paths: ['spec.nodeName'], reason: 'set by the scheduler' },
  {
    group: 'apps',
    kinds: ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'],
    paths: [
      'metadata.annotations["deployment.kubernetes.io/revision"]',
      'metadata.annotations["deprecated.daemonset.template.generation"]',
      'spec.template.metadata.creationTimestamp',
    ],
    reason: 'set by controllers',
  },
  {
    group: 'admissionregistration.k8s.io',
    kinds: ['*'],
    paths: ['webhooks[*].clientConfig.caBundle'],
    reason: 'injected by a controller',
  },
]

/** An object found live. */
export interface FoundObject {
  readonly apiVersion: string
  readonly object: JsonObject
}

/**
 * A design document that says live objects as they are, with `imports` that take them in. Values of Secrets become sensitive inputs:
 * they are in no text. Planning the result changes nothing but who owns the objects.
 */
export function importDesign(name: string, found: readonly FoundObject[]): JsonObject {
  const inputs: Record<string, JsonValue> = {}
  const resources: Record<string, JsonValue> = {}
  const imports: JsonValue[] = []
  for (const { apiVersion, object } of found) {
    const manifest = authoredFields(apiVersion, object)
    const component = freeName(componentName(manifest), resources)
    resources[component] = { manifest: manifest.kind === 'Secret' ? withInputs(component, manifest, inputs) : escaped(manifest) }
    const metadata = isJsonObject(manifest.metadata) ? manifest.metadata : {}
    const namespace = typeof metadata.namespace === 'string' ? { namespace: metadata.namespace } : {}
    imports.push({
      to: `resources.${component}`,
      object: { apiVersion, kind: manifest.kind ?? '', ...namespace, name: metadata.name ?? '' },
    })
  }
  return {
    apiVersion: API_VERSION,
    kind: 'Design',
    metadata: { name },
    ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
    resources,
    imports,
  }
}

function authoredFields(apiVersion: string, object: JsonObject): JsonObject {
  const { apiVersion: _listed, kind, metadata, ...rest } = visibleFields(object, [])
  let left: JsonObject = { apiVersion, kind: kind ?? '', metadata: metadata ?? {}, ...rest }
  for (const rule of SERVER_FIELDS) {
    if (!holds(rule, apiVersion, left)) continue
    for (const path of rule.paths) left = removeFieldPath(left, path)
  }
  return withoutEmptyMetadata(left)
}

function holds(rule: IgnoreRule, apiVersion: string, object: JsonObject): boolean {
  if (rule.group !== '*' && rule.group !== groupOf(apiVersion)) return false
  return rule.kinds.includes('*') || rule.kinds.includes(String(object.kind))
}

function withoutEmptyMetadata(object: JsonObject): JsonObject {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {}
  const kept = Object.entries(metadata).filter(([, value]) => !isJsonObject(value) || Object.keys(value).length > 0)
  return { ...object, metadata: Object.fromEntries(kept) }
}

function componentName(manifest: JsonObject): string {
  const metadata = isJsonObject(manifest.metadata) ? manifest.metadata : {}
  const text = `${String(manifest.kind)}-${String(metadata.name)}`.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-')
  return text.slice(0, 60).replace(/-+$/, '')
}

function freeName(name: string, taken: { readonly [name: string]: JsonValue }): string {
  for (let number = 2, free = name; ; number++) {
    if (!Object.hasOwn(taken, free)) return free
    free = `${name.slice(0, 58)}-${number}`
  }
}

function withInputs(component: string, secret: JsonObject, inputs: Record<string, JsonValue>): JsonObject {
  const data: Record<string, JsonValue> = {}
  for (const key of Object.keys(isJsonObject(secret.data) ? secret.data : {})) {
    const input = freeName(`${component}-${key}`.replaceAll(/[^A-Za-z0-9]+/g, '_'), inputs)
    inputs[input] = { type: 'string', sensitive: true, description: `base64 of ${key}` }
    data[key] = `\${inputs.${input}}`
  }
  return { ...secret, ...(Object.keys(data).length === 0 ? {} : { data }) }
}

/** Text that looks like an expression of the language stays the text it is. */
function escaped(value: JsonObject): JsonObject {
  const walk = (item: JsonValue): JsonValue => {
    if (typeof item === 'string') return item.replaceAll('${', () => '$${')
    if (Array.isArray(item)) return item.map(walk)
    return isJsonObject(item) ? escaped(item) : item
  }
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, walk(item)]])))
}
