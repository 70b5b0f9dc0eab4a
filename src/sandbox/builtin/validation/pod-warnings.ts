import type { JsonObject } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { isWholeQuantity, parseQuantity } from '../quantity.ts'
import { labelComplaints } from './names.ts'

/** Labels of nodes that were given others; `what` follows the label. */
export const oldLabels: ReadonlyMap<string, string> = new Map([
  ['beta.kubernetes.io/arch', 'deprecated since v1.14; use "kubernetes.io/arch" instead'],
  ['beta.kubernetes.io/os', 'deprecated since v1.14; use "kubernetes.io/os" instead'],
  ['failure-domain.beta.kubernetes.io/region', 'deprecated since v1.17; use "topology.kubernetes.io/region" instead'],
  ['failure-domain.beta.kubernetes.io/zone', 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead'],
  ['beta.kubernetes.io/instance-type', 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead'],
  ['app.kubernetes.io/created-by', 'deprecated since v1.9'],
  ['scheduler.alpha.kubernetes.io/preferAvoidPods', 'deprecated since v1.22; use Taints and Tolerations instead'],
  ['node-role.kubernetes.io/master', 'use "node-role.kubernetes.io/control-plane" instead'],
])

const oldAnnotations: ReadonlyMap<string, string> = new Map([
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
])

const oldVolumes: ReadonlyMap<string, string> = new Map([
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
])

const podProfile = 'seccomp.security.alpha.kubernetes.io/pod'
const containerProfile = 'container.seccomp.security.alpha.kubernetes.io/'
const oldProfile = 'non-functional in v1.27+; use the "seccompProfile" field instead'
const noSelector = 'a null labelSelector results in matching no pod'
/** Resources that come in whole bytes. */
const inBytes = ['memory', 'ephemeral-storage']

/** A container and where it stands. */
interface PlacedContainer {
  readonly container: JsonObject
  readonly field: string
}

function containersOf(spec: JsonObject, field: string): readonly PlacedContainer[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) =>
    objectsAt(spec, key).map((container, index) => ({ container, field: `${field}.${key}[${index}]` })),
  )
}

function labelWarnings(spec: JsonObject, field: string): readonly string[] {
  const selected = Object.keys(objectAt(spec, 'nodeSelector') ?? {}).flatMap((label) => {
    const what = oldLabels.get(label)
    return what === undefined ? [] : [`${field}.nodeSelector[${label}]: ${what}`]
  })
  const affinity = objectAt(objectAt(spec, 'affinity'), 'nodeAffinity')
  const place = `${field}.affinity.nodeAffinity`
  const ofTerm = (term: JsonObject | undefined, at: string): readonly string[] =>
    objectsAt(term, 'matchExpressions').flatMap((expression, index) => {
      const key = textAt(expression, 'key')
      const what = oldLabels.get(key)
      return what === undefined ? [] : [`${at}.matchExpressions[${index}].key: ${key} is ${what}`]
    })
  const needed = 'requiredDuringSchedulingIgnoredDuringExecution'
  const wished = 'preferredDuringSchedulingIgnoredDuringExecution'
  const required = objectsAt(objectAt(affinity, needed), 'nodeSelectorTerms').flatMap((term, index) =>
    ofTerm(term, `${place}.${needed}.nodeSelectorTerms[${index}]`),
  )
  const preferred = objectsAt(affinity, wished).flatMap((term, index) =>
    ofTerm(objectAt(term, 'preference'), `${place}.${wished}[${index}].preference`),
  )
  const spread = objectsAt(spec, 'topologySpreadConstraints').flatMap((constraint, index) => {
    const at = `${field}.topologySpreadConstraints[${index}]`
    const key = textAt(constraint, 'topologyKey')
    const what = oldLabels.get(key)
    return [
      ...(what === undefined ? [] : [`${at}.topologyKey: ${key} is ${what}`]),
      ...(constraint.labelSelector === undefined ? [`${at}.labelSelector: ${noSelector}`] : []),
    ]
  })
  return [...selected, ...required, ...preferred, ...spread]
}

function volumeWarnings(spec: JsonObject, field: string): readonly string[] {
  return objectsAt(spec, 'volumes').flatMap((volume, index) =>
    [...oldVolumes]
      .filter(([source]) => volume[source] !== undefined)
      .map(([source, what]) => `${field}.volumes[${index}].${source}: ${what}`),
  )
}

/** Entries of a list whose key another one has already. */
function repeated(list: readonly JsonObject[], key: string, field: string): readonly string[] {
  const seen = new Set<string>()
  return list.flatMap((entry, index) => {
    const value = textAt(entry, key)
    if (seen.has(value)) return [`${field}[${index}].${key}: duplicate ${key} ${JSON.stringify(value)}`]
    seen.add(value)
    return []
  })
}

function byteWarnings(amounts: JsonObject | undefined, field: string, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const text = textAt(amounts, name)
    const quantity = parseQuantity(text)
    if (quantity === undefined || isWholeQuantity(quantity)) return []
    return [`${field}[${name}]: fractional byte value ${JSON.stringify(text)} is invalid, must be an integer`]
  })
}

/** Variables that hide an earlier one of their name without making use of it. */
function environmentWarnings({ container, field }: PlacedContainer): readonly string[] {
  const seen = new Set<string>()
  return objectsAt(container, 'env').flatMap((variable, index) => {
    const name = textAt(variable, 'name')
    if (!seen.has(name)) {
      seen.add(name)
      return []
    }
    const reference = `$(${name})`
    const value = textAt(variable, 'value')
    if (variable.valueFrom === undefined && value !== reference && value.includes(reference)) return []
    const what = `hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`
    return [`${field}.env[${index}]: ${what}`]
  })
}

function containerWarnings(placed: PlacedContainer, annotations: JsonObject, at: Place): readonly string[] {
  const { container, field } = placed
  const name = textAt(container, 'name')
  const security = objectAt(container, 'securityContext')
  const profile = `${containerProfile}${name}`
  const hasProfile = security?.seccompProfile === undefined && annotations[profile] !== undefined
  const armor = `container.apparmor.security.beta.kubernetes.io/${name}`
  const ofPod = objectAt(at.spec, 'securityContext')
  const isArmored = ofPod?.appArmorProfile !== undefined || security?.appArmorProfile !== undefined
  const resources = objectAt(container, 'resources')
  const bytes = inBytes.flatMap((each) =>
    ['limits', 'requests'].flatMap((key) => byteWarnings(objectAt(resources, key), `${field}.resources.${key}`, [each])),
  )
  return [
    ...(hasProfile ? [`${at.metadataField}.annotations[${profile}]: ${oldProfile}`] : []),
    ...(at.isTemplate && !isArmored && annotations[armor] !== undefined
      ? [`${at.metadataField}.annotations[${armor}]: deprecated since v1.30; use the "appArmorProfile" field instead`]
      : []),
    ...bytes,
    ...environmentWarnings(placed),
  ]
}

interface PlacedPort {
  readonly field: string
  readonly hostIP: string
  readonly hostPort: number
}

function portWarnings(containers: readonly PlacedContainer[]): readonly string[] {
  const known = new Map<string, PlacedPort[]>()
  const out: string[] = []
  for (const { container, field } of containers) {
    objectsAt(container, 'ports').forEach((port, index) => {
      const place = `${field}.ports[${index}]`
      const [hostIP, hostPort] = [textAt(port, 'hostIP'), numberAt(port, 'hostPort') ?? 0]
      const [number, protocol] = [numberAt(port, 'containerPort') ?? 0, textAt(port, 'protocol')]
      if (hostIP !== '' && hostPort === 0) {
        const shown = `{Name:${textAt(port, 'name')} HostPort:0 ContainerPort:${number} Protocol:${protocol} HostIP:${hostIP}}`
        out.push(`${place}: hostIP set without hostPort: ${shown}`)
      }
      const others = known.get(`${number}/${protocol}`) ?? []
      for (const other of others) {
        if (hostIP === other.hostIP && hostPort === other.hostPort) {
          out.push(`${place}: duplicate port definition with ${other.field}`)
        } else if (hostPort === 0 || other.hostPort === 0) {
          out.push(`${place}: overlapping port definition with ${other.field}`)
        } else if (hostPort === other.hostPort && (hostIP === '') !== (other.hostIP === '')) {
          out.push(`${place}: dangerously ambiguous port definition with ${other.field}`)
        }
      }
      known.set(`${number}/${protocol}`, [...others, { field: place, hostIP, hostPort }])
    })
  }
  return out
}

/** Ports whose name another one of the pod has: who goes by the name comes to the first. */
function portNameWarnings(containers: readonly PlacedContainer[]): readonly string[] {
  const known = new Map<string, string>()
  const out: string[] = []
  for (const { container, field } of containers) {
    objectsAt(container, 'ports').forEach((port, index) => {
      const name = textAt(port, 'name')
      const place = `${field}.ports[${index}]`
      const first = known.get(name)
      if (name === '') return
      if (first === undefined) known.set(name, place)
      else {
        const use = `services and probes that select ports by name will use ${first}`
        out.push(`${place}: duplicate port name ${JSON.stringify(name)} with ${first}, ${use}`)
      }
    })
  }
  return out
}

function affinityWarnings(spec: JsonObject, field: string): readonly string[] {
  return ['podAffinity', 'podAntiAffinity'].flatMap((kind) => {
    const affinity = objectAt(objectAt(spec, 'affinity'), kind)
    const place = `${field}.affinity.${kind}`
    const [needed, wished] = ['requiredDuringSchedulingIgnoredDuringExecution', 'preferredDuringSchedulingIgnoredDuringExecution']
    const required = objectsAt(affinity, needed).flatMap((term, index) =>
      term.labelSelector === undefined ? [`${place}.${needed}[${index}].labelSelector: ${noSelector}`] : [],
    )
    const preferred = objectsAt(affinity, wished).flatMap((term, index) =>
      objectAt(term, 'podAffinityTerm')?.labelSelector === undefined
        ? [`${place}.${wished}[${index}].podAffinityTerm.labelSelector: ${noSelector}`]
        : [],
    )
    return [...required, ...preferred]
  })
}

interface Place {
  readonly spec: JsonObject
  readonly metadataField: string
  readonly isTemplate: boolean
}

/** What a client is warned of in a pod, or in a template at `prefix` (`spec.template.`); in the words of `pkg/api/pod`. */
function warningsAt(pod: JsonObject, prefix: string): readonly string[] {
  const spec = objectAt(pod, 'spec') ?? {}
  const field = `${prefix}spec`
  const annotations = objectAt(objectAt(pod, 'metadata'), 'annotations') ?? {}
  const place: Place = { spec, metadataField: `${prefix}metadata`, isTemplate: prefix !== '' }
  const containers = containersOf(spec, field)
  const annotated = [...oldAnnotations].filter(([name]) => annotations[name] !== undefined)
  const hasProfile = objectAt(spec, 'securityContext')?.seccompProfile === undefined && annotations[podProfile] !== undefined
  const secrets = objectsAt(spec, 'imagePullSecrets')
  const nameless = secrets.flatMap((secret, index) =>
    textAt(secret, 'name') === '' ? [`${field}.imagePullSecrets[${index}].name: invalid empty name ""`] : [],
  )
  const isNegative = (numberAt(spec, 'terminationGracePeriodSeconds') ?? 0) < 0
  return [
    ...labelWarnings(spec, field),
    ...annotated.map(([name, what]) => `${prefix}metadata.annotations[${name}]: ${what}`),
    ...volumeWarnings(spec, field),
    ...repeated(objectsAt(spec, 'hostAliases'), 'ip', `${field}.hostAliases`),
    ...repeated(secrets, 'name', `${field}.imagePullSecrets`),
    ...nameless,
    ...byteWarnings(objectAt(spec, 'overhead'), `${field}.overhead`, inBytes),
    ...(hasProfile ? [`${prefix}metadata.annotations[${podProfile}]: ${oldProfile}`] : []),
    ...containers.flatMap((placed) => containerWarnings(placed, annotations, place)),
    ...portWarnings(containers),
    ...portNameWarnings(containers),
    ...(isNegative
      ? [`${field}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
    ...affinityWarnings(spec, field),
  ]
}

/** Says of a new object's name that it goes into host names and is none. */
function nameWarnings(object: JsonObject, use: string): readonly string[] {
  const complaints = labelComplaints(textAt(objectAt(object, 'metadata'), 'name'))
  if (complaints.length === 0) return []
  const advice = 'which can result in surprising behavior; a DNS label is recommended'
  return [`metadata.name: this is used in ${use}, ${advice}: [${complaints.join(' ')}]`]
}

/** Warnings of a new pod; changes of one are not looked at. */
export function podWarnings(pod: JsonObject, old: JsonObject | undefined): readonly string[] {
  return old === undefined ? [...nameWarnings(pod, "the Pod's hostname"), ...warningsAt(pod, '')] : []
}

/** Warnings of a workload whose pods bear its name, and of its template, which stands at `path`. */
export function workloadWarnings(
  path: readonly string[],
): (object: JsonObject, old: JsonObject | undefined) => readonly string[] {
  const ofTemplate = templateWarnings(path)
  return (object, old) => [
    ...(old === undefined ? nameWarnings(object, 'Pod names and hostnames') : []),
    ...ofTemplate(object, old),
  ]
}

/** Warnings of the template at a path of an object's, whenever its specification is new. */
export function templateWarnings(
  path: readonly string[],
): (object: JsonObject, old: JsonObject | undefined) => readonly string[] {
  return (object, old) => {
    const generation = objectAt(object, 'metadata')?.generation
    if (old !== undefined && generation !== undefined && objectAt(old, 'metadata')?.generation === generation) return []
    const template = path.reduce<JsonObject | undefined>((value, key) => objectAt(value, key), object)
    return template === undefined ? [] : warningsAt(template, `${path.join('.')}.`)
  }
}
