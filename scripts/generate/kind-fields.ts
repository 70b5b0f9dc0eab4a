import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/plan/json.ts'
import type { FieldSchema } from '../../src/providers/field-schema.ts'
import { modelOfSchema, schemaOfModel } from '../../src/sandbox/builtin/model-schema.ts'
import type { StructuralSchema } from '../../src/sandbox/structural-schema.ts'

/** Where the definitions are; each file names its origin. */
const SOURCE = 'test/fixtures/crds'

/** The file that holds them condensed. */
export const KIND_FIELDS_FILE = 'src/providers/kind-fields.ts'

/** The experimental channel of the Gateway API holds the standard one. */
const FOLDERS = [
  'istio',
  'gateway-api-experimental',
  'linkerd',
  'consul',
  'kuma',
  'cilium',
  'osm',
  'nginx-sm',
  'traefik-mesh',
  'smi',
  'app-mesh',
  'nsm',
  'envoy-gateway',
] as const

/** Goes up when this program writes something else for the same definitions. */
const EDITION = 3

/** Kinds of Kubernetes that providers write beside those of a mesh. The sandbox knows their fields. */
const OF_KUBERNETES: { readonly [kind: string]: string } = {
  'apps/v1/Deployment': 'Deployment',
  'v1/ConfigMap': 'ConfigMap',
  'v1/Namespace': 'Namespace',
  'v1/Secret': 'Secret',
  'v1/Service': 'Service',
  'v1/ServiceAccount': 'ServiceAccount',
}

/** Words that a text of these kinds may be, by the model that the text is a field of; the API server alone has them, no schema. */
const WORDS: { readonly [field: string]: readonly string[] } = {
  'ServiceSpec.type': ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'],
  'ServiceSpec.sessionAffinity': ['None', 'ClientIP'],
  'ServiceSpec.externalTrafficPolicy': ['Cluster', 'Local'],
  'ServiceSpec.internalTrafficPolicy': ['Cluster', 'Local'],
  'ServiceSpec.ipFamilyPolicy': ['SingleStack', 'PreferDualStack', 'RequireDualStack'],
  'ServicePort.protocol': ['TCP', 'UDP', 'SCTP'],
  'ContainerPort.protocol': ['TCP', 'UDP', 'SCTP'],
  'DeploymentStrategy.type': ['Recreate', 'RollingUpdate'],

  'PodSpec.dnsPolicy': ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
  'Container.imagePullPolicy': ['Always', 'IfNotPresent', 'Never'],
}

/** Kinds that no provider writes, and that are large. */
const LEFT_OUT =
  /^(CiliumBGP|CiliumEndpoint|CiliumNode|CiliumIdentity|CiliumPodIP|CiliumLoad|CiliumL2|CiliumDatapath|Peering|Registration)/

/**
 * The text of the file that tells the fields of each mesh's kinds. Definitions are megabytes and slow to read, so the file that is
 * there counts as long as the definitions, the edition of this program and its own content are the ones it was made of.
 */
export function kindFieldsFile(): string {
  const sources = FOLDERS.flatMap((folder) =>
    readdirSync(join(SOURCE, folder))
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => readFileSync(join(SOURCE, folder, name), 'utf8')),
  )
  const ofKubernetes = fieldsOfKubernetes()
  const stamp = createHash('sha256').update(`${EDITION} ${LEFT_OUT.source} ${JSON.stringify(ofKubernetes)}`)
  for (const source of sources) stamp.update(source)
  const digest = stamp.digest('hex')
  const present = existsSync(KIND_FIELDS_FILE) ? readFileSync(KIND_FIELDS_FILE, 'utf8') : ''
  const [, madeOf, body] = /^\/\/ Made of (\w+) (\w+)$/m.exec(present) ?? []
  const content = present.slice(present.indexOf('\n') + 1)
  if (madeOf === digest && body === bodyDigest(content)) return present
  const text = contentOf(sources, ofKubernetes)
  return `// Made of ${digest} ${bodyDigest(text)}\n${text}`
}

function bodyDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** The fields below `spec` of the kinds of Kubernetes; none where a kind has no spec. */
function fieldsOfKubernetes(): readonly (readonly [string, FieldSchema])[] {
  return Object.entries(OF_KUBERNETES).map(([id, model]) => {
    const spec = schemaOfModel(model).properties?.spec
    return [id, spec === undefined ? {} : condense(worded(spec) as JsonObject)]
  })
}

function worded(schema: StructuralSchema): StructuralSchema {
  const model = modelOfSchema(schema)?.name
  const { properties, items } = schema
  return {
    ...schema,
    ...(items === undefined ? {} : { items: worded(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, inner]) => {
              const words = WORDS[`${model}.${name}`]
              return [name, words === undefined ? worded(inner) : { type: 'string', enum: words }]
            }),
          ),
        }),
  }
}

function contentOf(sources: readonly string[], ofKubernetes: readonly (readonly [string, FieldSchema])[]): string {
  const kinds = new Map<string, FieldSchema>(ofKubernetes)
  for (const source of sources) {
    for (const text of source.split(/^---.*$/m)) {
      if (!/^kind: CustomResourceDefinition\s*$/m.test(text)) continue
      const definition: unknown = parse(text)
      if (!isJsonObject(definition)) continue
      for (const [id, fields] of kindsOf(definition)) {
        const known = kinds.get(id)
        kinds.set(id, known === undefined ? fields : widen(known, fields))
      }
    }
  }
  const lines = [...kinds]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([id, fields]) => `  '${id}': '${JSON.stringify(fields).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}',`)
  return [
    '/**',
    ' * Fields below `spec` of the kinds of each mesh, as JSON of a FieldSchema, by apiVersion and kind. Written by `npm run generate`',
    ' * from the definitions under test/fixtures/crds, which name their origin, and from the kinds of the sandbox; a kind is parsed when',
    ' * it is asked for.',
    ' */',
    'export const KIND_FIELDS: { readonly [kind: string]: string } = {',
    ...lines,
    '}',
    '',
  ].join('\n')
}

/** The kind of a definition under each version it serves, with the fields of its spec. */
function kindsOf(definition: JsonObject): readonly (readonly [string, FieldSchema])[] {
  const spec = objectOf(definition.spec)
  const kind = String(objectOf(spec.names).kind)
  if (LEFT_OUT.test(kind)) return []
  const versions = Array.isArray(spec.versions) ? spec.versions.filter(isJsonObject) : []
  return versions
    .filter((version) => version.served === true)
    .flatMap((version) => {
      const schema = objectOf(objectOf(version.schema).openAPIV3Schema)
      const below = objectOf(schema.properties).spec
      if (!isJsonObject(below)) return []
      return [[`${spec.group}/${version.name}/${kind}`, condense(below)] as const]
    })
}

/** A structural schema as a FieldSchema. */
function condense(schema: JsonObject): FieldSchema {
  if (schema['x-kubernetes-int-or-string'] === true) return 'x'
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true
  switch (schema.type) {
    case 'string':
      return Array.isArray(schema.enum) ? `s:${schema.enum.join('|')}` : 's'
    case 'integer':
      return 'i'
    case 'number':
      return 'n'
    case 'boolean':
      return 'b'
    case 'array':
      return [condense(objectOf(schema.items))]
    case 'object': {
      const properties = Object.entries(objectOf(schema.properties)).map(([name, inner]) => [name, condense(objectOf(inner))])
      const others = isJsonObject(schema.additionalProperties) ? condense(schema.additionalProperties) : undefined
      if (open || schema.additionalProperties === true) {
        return properties.length === 0 ? '*' : { '': '*', ...Object.fromEntries(properties) }
      }
      return others === undefined ? Object.fromEntries(properties) : { '': others, ...Object.fromEntries(properties) }
    }
    default:
      return '*'
  }
}

/** What either of two definitions takes: meshes ship the kinds of SMI with differences under the same version. */
function widen(one: FieldSchema, other: FieldSchema): FieldSchema {
  if (typeof one === 'string' || typeof other === 'string' || Array.isArray(one) !== Array.isArray(other)) {
    return one === other ? one : '*'
  }
  if (Array.isArray(one) && Array.isArray(other)) return [widen(one[0], other[0])]
  const [left, right] = [one, other] as readonly { readonly [name: string]: FieldSchema }[]
  const merged: Record<string, FieldSchema> = { ...left }
  for (const [name, field] of Object.entries(right ?? {})) {
    const known = merged[name]
    merged[name] = known === undefined ? field : widen(known, field)
  }
  return merged
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
