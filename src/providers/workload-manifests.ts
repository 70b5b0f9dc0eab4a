import type { ComponentOf } from '../design/component.ts'
import { joinName, objectNameOf } from '../design/object-name.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { Manifest, StringMap } from '../plan/manifest.ts'
import type { DesiredManifest, ServicePort, WorkloadVersion } from './contract.ts'
import { mistake } from './mistake.ts'
import { portsOfService } from './service-port.ts'
import type { WorkloadParts } from './workload-short-form.ts'

/** Kinds that hold pods, and where their template is. */
const POD_OWNERS: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'Rollout',
])

/** Labels by which versions of a workload are told apart where the design declares none, in order of preference. */
const VERSION_LABELS = ['version', 'app.kubernetes.io/version', 'service.istio.io/canonical-revision'] as const

/** The pods that an object makes. */
export interface PodSource {
  readonly name: string
  readonly kind: string
  readonly namespace: string
  readonly labels: StringMap
  readonly serviceAccount: string
}

/** A workload made of existing manifests, or why they cannot be read as one. */
export function fromManifests(component: ComponentOf<'workloads'>): {
  readonly parts: WorkloadParts | undefined
  readonly diagnostics: readonly Diagnostic[]
} {
  const { spec, files } = component
  const service = chooseService(component)
  if (service.diagnostics.length > 0) return { parts: undefined, diagnostics: service.diagnostics }
  const told = service.manifest?.metadata.namespace ?? onlyNamespace(files.map((file) => file.manifest))
  if (spec.namespace !== undefined && told !== undefined && told !== spec.namespace) {
    return {
      parts: undefined,
      diagnostics: [
        mistake(component, ['namespace'], 'MF3012', {
          summary: `${component.address} says namespace ${spec.namespace}, its manifests say ${told}`,
          hint: 'Remove the namespace in one of the two places.',
        }),
      ],
    }
  }
  const namespace = spec.namespace ?? told ?? 'default'
  const selectorOfService = stringsOf(specOf(service.manifest)?.selector)
  const pods = podSources(files.map((file) => file.manifest)).filter((pod) => (pod.namespace || namespace) === namespace)
  const selected = selectorOfService === undefined ? pods : pods.filter((pod) => includesAll(pod.labels, selectorOfService))
  const selector = selectorOfService ?? commonLabels(selected.map((pod) => pod.labels)) ?? { app: objectNameOf(component) }
  const versions = versionsOf(component, service.manifest?.metadata.name, selector, selected)
  const serviceAccounts = [...new Set(selected.map((pod) => pod.serviceAccount))].sort()
  const serviceAccount = spec.serviceAccount ?? serviceAccounts[0] ?? 'default'
  return {
    parts: {
      namespace,
      service: service.manifest?.metadata.name ?? spec.service,
      ports: portsOf(component, service.manifest),
      serviceAccount,
      serviceAccounts: serviceAccounts.length === 0 ? [serviceAccount] : serviceAccounts,
      selector,
      versions: versions.versions,
      objects: files.map((file, index): DesiredManifest => ({ manifest: file.manifest, origins: { '': ['files', index] } })),
    },
    diagnostics: versions.diagnostics,
  }
}

function specOf(manifest: Manifest | undefined): JsonObject | undefined {
  return isJsonObject(manifest?.spec) ? manifest.spec : undefined
}

function stringsOf(value: JsonValue | undefined): StringMap | undefined {
  if (!isJsonObject(value)) return undefined
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function includesAll(labels: StringMap, wanted: StringMap): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value)
}

function chooseService(component: ComponentOf<'workloads'>): {
  readonly manifest: Manifest | undefined
  readonly diagnostics: readonly Diagnostic[]
} {
  const services = component.files
    .map((file) => file.manifest)
    .filter((manifest) => manifest.kind === 'Service' && manifest.apiVersion === 'v1')
  const wanted = component.spec.service
  const named = services.find((service) => service.metadata.name === (wanted ?? objectNameOf(component)))
  if (named !== undefined || services.length === 0) return { manifest: named, diagnostics: [] }
  const names = services.map((service) => service.metadata.name).join(', ')
  if (wanted !== undefined) {
    return {
      manifest: undefined,
      diagnostics: [
        mistake(component, ['service'], 'MF3012', {
          summary: `There is no Service "${wanted}" among the manifests of ${component.address}`,
          detail: `Services there are ${names}.`,
        }),
      ],
    }
  }
  // Services that select one version, or a headless twin, stand beside the one that selects them all.
  const broad = services.filter(
    (service) => !services.some((other) => other !== service && selectsMore(specOf(other)?.selector, specOf(service)?.selector)),
  )
  const [only, ...others] = broad
  if (only !== undefined && others.length === 0) return { manifest: only, diagnostics: [] }
  return {
    manifest: undefined,
    diagnostics: [
      mistake(component, ['manifests'], 'MF3011', {
        summary: `It is not clear which Service is that of ${component.address}`,
        detail: `Services among its manifests are ${names}.`,
        hint: 'Say `service: <name>` in the workload.',
      }),
    ],
  }
}

function selectsMore(wide: JsonValue | undefined, narrow: JsonValue | undefined): boolean {
  const [few, many] = [stringsOf(wide), stringsOf(narrow)]
  if (few === undefined || many === undefined) return false
  return Object.keys(few).length < Object.keys(many).length && includesAll(many, few)
}

function onlyNamespace(manifests: readonly Manifest[]): string | undefined {
  const namespaces = new Set(
    manifests.flatMap((manifest) => (manifest.metadata.namespace === undefined ? [] : [manifest.metadata.namespace])),
  )
  return namespaces.size === 1 ? [...namespaces][0] : undefined
}

/** The pods that these objects make; namespace '' where the object names none. */
export function podSources(manifests: readonly Manifest[]): readonly PodSource[] {
  return manifests.flatMap((manifest): PodSource[] => {
    const template = podTemplateOf(manifest)
    if (template === undefined) return []
    const podSpec = isJsonObject(template.spec) ? template.spec : {}
    const metadata = isJsonObject(template.metadata) ? template.metadata : {}
    const account = podSpec.serviceAccountName ?? podSpec.serviceAccount
    return [
      {
        name: manifest.metadata.name,
        kind: manifest.kind,
        namespace: manifest.metadata.namespace ?? '',
        labels: stringsOf(metadata.labels) ?? {},
        serviceAccount: typeof account === 'string' && account !== '' ? account : 'default',
      },
    ]
  })
}

/** The pod template of an object that makes pods; of a Pod, itself. */
export function podTemplateOf(manifest: Manifest): JsonObject | undefined {
  if (manifest.kind === 'Pod') return manifest
  const spec = specOf(manifest)
  if (spec === undefined) return undefined
  if (manifest.kind === 'CronJob') {
    const job = isJsonObject(spec.jobTemplate) && isJsonObject(spec.jobTemplate.spec) ? spec.jobTemplate.spec : undefined
    return isJsonObject(job?.template) ? job.template : undefined
  }
  return POD_OWNERS.has(manifest.kind) && isJsonObject(spec.template) ? spec.template : undefined
}

function commonLabels(all: readonly StringMap[]): StringMap | undefined {
  const [first, ...others] = all
  if (first === undefined) return undefined
  const common = Object.entries(first).filter(([key, value]) => others.every((labels) => labels[key] === value))
  return common.length === 0 ? undefined : Object.fromEntries(common)
}

function portsOf(component: ComponentOf<'workloads'>, service: Manifest | undefined): readonly ServicePort[] {
  const told = component.spec.ports ?? []
  return portsOfService(service?.spec).map((port) => {
    const protocol = told.find((candidate) => candidate.port === port.port)?.protocol
    return protocol === undefined ? port : { ...port, protocol }
  })
}

function versionsOf(
  component: ComponentOf<'workloads'>,
  service: string | undefined,
  selector: StringMap,
  pods: readonly PodSource[],
): { readonly versions: readonly WorkloadVersion[]; readonly diagnostics: readonly Diagnostic[] } {
  const declared = component.spec.versions
  const base = service ?? component.spec.service ?? objectNameOf(component)
  const make = (name: string, labels: StringMap): WorkloadVersion => {
    const told = declared?.[name]?.service
    const existing = told ?? versionService(component, { ...selector, ...labels })
    return { name, labels, service: existing ?? joinName(base, name), serviceExists: existing !== undefined }
  }
  if (declared === undefined)
    return { versions: foundVersions(pods).map(([name, labels]) => make(name, labels)), diagnostics: [] }
  const versions = Object.entries(declared).map(([name, own]) => make(name, own.labels ?? { version: name }))
  const missing = versions.filter((version) => pods.length > 0 && !pods.some((pod) => includesAll(pod.labels, version.labels)))
  return {
    versions,
    diagnostics: missing.map((version) =>
      mistake(component, ['versions', version.name], 'MF3012', {
        severity: 'warning',
        summary: `No pods of ${component.address} have the labels of version ${version.name}`,
        detail: `Wanted ${describeLabels(version.labels)}; its pods have ${pods.map((pod) => `${describeLabels(pod.labels)} (${pod.kind} ${pod.name})`).join('; ')}.`,
        hint: 'Give the version the labels its pods have: `versions: {<name>: {labels: {...}}}`.',
      }),
    ),
  }
}

function describeLabels(labels: StringMap): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}

/** Versions that the pods' labels tell of: a name that fits an object name, for each value of the first label that all have. */
function foundVersions(pods: readonly PodSource[]): readonly (readonly [string, StringMap])[] {
  const key = VERSION_LABELS.find((candidate) => pods.length > 0 && pods.every((pod) => pod.labels[candidate] !== undefined))
  if (key === undefined) return []
  const values = [...new Set(pods.map((pod) => pod.labels[key] ?? ''))]
  return values.map((value) => [value, { [key]: value }])
}

function versionService(component: ComponentOf<'workloads'>, labels: StringMap): string | undefined {
  const wanted = Object.keys(labels).length
  return component.files
    .map((file) => file.manifest)
    .find((manifest) => {
      if (manifest.kind !== 'Service' || manifest.apiVersion !== 'v1') return false
      const selector = stringsOf(specOf(manifest)?.selector)
      return selector !== undefined && Object.keys(selector).length === wanted && includesAll(selector, labels)
    })?.metadata.name
}
