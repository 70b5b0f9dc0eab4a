import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { groupOf, type Manifest } from '../plan/manifest.ts'

/** Where an object names another one of its namespace; `*` stands for every item of a list. */
type ReferencePath = readonly [kind: string, ...path: readonly string[]]

const OF_CONTAINERS: readonly ReferencePath[] = ['containers', 'initContainers'].flatMap((list): ReferencePath[] => [
  ['ConfigMap', list, '*', 'envFrom', '*', 'configMapRef', 'name'],
  ['Secret', list, '*', 'envFrom', '*', 'secretRef', 'name'],
  ['ConfigMap', list, '*', 'env', '*', 'valueFrom', 'configMapKeyRef', 'name'],
  ['Secret', list, '*', 'env', '*', 'valueFrom', 'secretKeyRef', 'name'],
])

/** What pods name, below their spec. */
const OF_PODS: readonly ReferencePath[] = [
  ['ServiceAccount', 'serviceAccountName'],
  ['Secret', 'imagePullSecrets', '*', 'name'],
  ['ConfigMap', 'volumes', '*', 'configMap', 'name'],
  ['Secret', 'volumes', '*', 'secret', 'secretName'],
  ['ConfigMap', 'volumes', '*', 'projected', 'sources', '*', 'configMap', 'name'],
  ['Secret', 'volumes', '*', 'projected', 'sources', '*', 'secret', 'name'],
  ['PersistentVolumeClaim', 'volumes', '*', 'persistentVolumeClaim', 'claimName'],
  ...OF_CONTAINERS,
]

/** What other kinds name, by `group/kind`. */
const OF_KINDS: ReadonlyMap<string, readonly ReferencePath[]> = new Map([
  [
    '/ServiceAccount',
    [
      ['Secret', 'secrets', '*', 'name'],
      ['Secret', 'imagePullSecrets', '*', 'name'],
    ],
  ],
  ['networking.k8s.io/Ingress', [['Secret', 'spec', 'tls', '*', 'secretName']]],
  ['gateway.networking.k8s.io/Gateway', [['Secret', 'spec', 'listeners', '*', 'tls', 'certificateRefs', '*', 'name']]],
  ['extensions.istio.io/WasmPlugin', [['Secret', 'spec', 'imagePullSecret']]],
])

/** The ConfigMaps, Secrets, claims and ServiceAccounts that an object names. */
export function referencesOf(manifest: Manifest): readonly (readonly [kind: string, name: string])[] {
  const found: (readonly [string, string])[] = []
  withReferences(manifest, (kind, name) => {
    found.push([kind, name])
    return name
  })
  return found
}

/** The object with other names for what it names; the same one where none of them is another. */
export function withReferences(manifest: Manifest, nameOf: (kind: string, name: string) => string): Manifest {
  const prefix = podSpecPath(manifest)
  const pods = prefix === undefined ? [] : OF_PODS.map(([kind, ...path]): ReferencePath => [kind, ...prefix, ...path])
  const own = OF_KINDS.get(`${groupOf(manifest.apiVersion)}/${manifest.kind}`) ?? []
  return [...pods, ...own].reduce<JsonObject>(
    (object, [kind, ...path]) => renamed(object, path, (name) => nameOf(kind, name), manifest.metadata.namespace) as JsonObject,
    manifest,
  ) as Manifest
}

function podSpecPath({ kind, spec }: Manifest): readonly string[] | undefined {
  if (!isJsonObject(spec)) return undefined
  if (kind === 'Pod') return ['spec']
  if (kind === 'CronJob') return ['spec', 'jobTemplate', 'spec', 'template', 'spec']
  return isJsonObject(spec.template) && isJsonObject(spec.template.spec) ? ['spec', 'template', 'spec'] : undefined
}

function renamed(
  value: JsonValue,
  path: readonly string[],
  rename: (name: string) => string,
  home: string | undefined,
): JsonValue {
  const [step, ...rest] = path
  if (step === undefined) return typeof value === 'string' ? rename(value) : value
  if (step === '*') {
    if (!Array.isArray(value)) return value
    const before: readonly JsonValue[] = value
    const after = before.map((item) => renamed(item, rest, rename, home))
    return after.some((item, index) => item !== before[index]) ? after : value
  }
  const child = isJsonObject(value) ? value[step] : undefined
  if (child === undefined || !isJsonObject(value)) return value
  // A reference that says its namespace may lead into another one.
  if (rest.length === 0 && typeof value.namespace === 'string' && value.namespace !== home) return value
  const after = renamed(child, rest, rename, home)
  return after === child ? value : { ...value, [step]: after }
}
