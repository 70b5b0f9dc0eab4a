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
  const paths = pathsOf(manifest)
  if (paths.length === 0) return NONE
  const found: (readonly [string, string])[] = []
  for (const path of paths) {
    const [kind] = path
    const note = (name: string) => {
      found.push([kind, name])
      return name
    }
    renamed(manifest, path, 1, note, manifest.metadata.namespace)
  }
  return found
}

const NONE: readonly never[] = []

/** The object with other names for what it names; the same one where none of them is another. */
export function withReferences(manifest: Manifest, nameOf: (kind: string, name: string) => string): Manifest {
  return pathsOf(manifest).reduce<JsonObject>(
    (object, path) => renamed(object, path, 1, (name) => nameOf(path[0], name), manifest.metadata.namespace) as JsonObject,
    manifest,
  ) as Manifest
}

function pathsOf(manifest: Manifest): readonly ReferencePath[] {
  const own = OF_KINDS.get(`${groupOf(manifest.apiVersion)}/${manifest.kind}`)
  const pods = podPaths(manifest)
  return own === undefined ? pods : [...pods, ...own]
}

/** Where objects keep the spec of their pods. */
const POD_SPECS = {
  pod: OF_PODS.map((path) => below(['spec'], path)),
  template: OF_PODS.map((path) => below(['spec', 'template', 'spec'], path)),
  jobTemplate: OF_PODS.map((path) => below(['spec', 'jobTemplate', 'spec', 'template', 'spec'], path)),
}

function below(prefix: readonly string[], [kind, ...path]: ReferencePath): ReferencePath {
  return [kind, ...prefix, ...path]
}

function podPaths({ kind, spec }: Manifest): readonly ReferencePath[] {
  if (!isJsonObject(spec)) return NONE
  if (kind === 'Pod') return POD_SPECS.pod
  if (kind === 'CronJob') return POD_SPECS.jobTemplate
  return isJsonObject(spec.template) && isJsonObject(spec.template.spec) ? POD_SPECS.template : NONE
}

/** The value with other names at the end of a path, from its step `at` on. */
function renamed(
  value: JsonValue,
  path: ReferencePath,
  at: number,
  rename: (name: string) => string,
  home: string | undefined,
): JsonValue {
  const step = path[at]
  if (step === undefined) return typeof value === 'string' ? rename(value) : value
  if (step === '*') {
    if (!Array.isArray(value)) return value
    const before: readonly JsonValue[] = value
    const after = before.map((item) => renamed(item, path, at + 1, rename, home))
    return after.some((item, index) => item !== before[index]) ? after : value
  }
  const child = isJsonObject(value) ? value[step] : undefined
  if (child === undefined || !isJsonObject(value)) return value
  // A reference that says its namespace may lead into another one.
  if (at === path.length - 1 && typeof value.namespace === 'string' && value.namespace !== home) return value
  const after = renamed(child, path, at + 1, rename, home)
  return after === child ? value : { ...value, [step]: after }
}
