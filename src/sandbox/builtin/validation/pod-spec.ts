import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import { addressComplaints } from './addresses.ts'
import { type ContainerPlace, validateContainers, validateImageSpaces, validateInitContainers } from './container.ts'
import { validateContainerResources } from './container-resources.ts'
import type { FieldErrors } from './field-errors.ts'
import { labelComplaints, relaxedSubdomainComplaints, subdomainComplaints } from './names.ts'
import { validateAnnotations, validateLabels } from './object-meta.ts'
import { validateAffinity, validateGates, validateSpread, validateTolerations } from './scheduling.ts'
import { validatePodSecurityContext } from './security-context.ts'
import { validateVolumes } from './volumes.ts'

const restartPolicies = ['Always', 'OnFailure', 'Never']
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const preemptionPolicies = ['PreemptLowerPriority', 'Never']
const largestInt32 = 2 ** 31 - 1

function validateNameServers(errors: FieldErrors, spec: JsonObject, field: string): void {
  const config = objectAt(spec, 'dnsConfig')
  const servers = textsAt(config, 'nameservers')
  if (textAt(spec, 'dnsPolicy') === 'None') {
    if (config === undefined) {
      errors.required(field, 'must provide `dnsConfig` when `dnsPolicy` is None')
      return
    }
    if (servers.length === 0) {
      errors.required(`${field}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')
      return
    }
  }
  if (servers.length > 3) errors.invalid(`${field}.nameservers`, [...servers], 'must not have more than 3 nameservers')
  servers.forEach((server, index) => {
    errors.invalidForEach(`${field}.nameservers[${index}]`, server, addressComplaints(server))
  })
  const searches = textsAt(config, 'searches')
  if (searches.length > 32) errors.invalid(`${field}.searches`, [...searches], 'must not have more than 32 search paths')
  if (searches.join(' ').length > 2048) {
    const detail = 'must not have more than 2048 characters (including spaces) in the search list'
    errors.invalid(`${field}.searches`, [...searches], detail)
  }
  searches.forEach((search, index) => {
    if (search === '.') return
    const name = search.replace(/\.$/, '')
    errors.invalidForEach(`${field}.searches[${index}]`, name, relaxedSubdomainComplaints(name))
  })
  objectsAt(config, 'options').forEach((option, index) => {
    if (textAt(option, 'name') === '') errors.required(`${field}.options[${index}]`, 'must not be empty')
  })
}

/** On the node's own network a container's port is the node's; only in templates may the node's be left to defaulting. */
function validateHostNetwork(errors: FieldErrors, spec: JsonObject, isPod: boolean, field: string): void {
  if (spec.hostNetwork !== true) return
  objectsAt(spec, 'containers').forEach((container, index) => {
    objectsAt(container, 'ports').forEach((port, each) => {
      const hostPort = numberAt(port, 'hostPort') ?? 0
      if ((!isPod && hostPort === 0) || hostPort === (numberAt(port, 'containerPort') ?? 0)) return
      const place = `${field}.containers[${index}].ports[${each}].hostPort`
      errors.invalid(place, hostPort, 'must match `containerPort` when `hostNetwork` is true')
    })
  })
}

const nameFields = [
  ['serviceAccountName', subdomainComplaints],
  ['nodeName', subdomainComplaints],
  ['hostname', labelComplaints],
  ['subdomain', labelComplaints],
  ['priorityClassName', subdomainComplaints],
  ['runtimeClassName', subdomainComplaints],
] as const

function validateHostAliases(errors: FieldErrors, spec: JsonObject, field: string): void {
  objectsAt(spec, 'hostAliases').forEach((alias, index) => {
    const ip = textAt(alias, 'ip')
    errors.invalidForEach(`${field}[${index}].ip`, ip, addressComplaints(ip))
    textsAt(alias, 'hostnames').forEach((name, each) => {
      errors.invalidForEach(`${field}[${index}].hostnames[${each}]`, name, subdomainComplaints(name))
    })
  })
}

/** What a pod's specification is part of. */
interface PodSpecUse {
  readonly isPod?: boolean
  /** Names of claims that come with each pod and may be mounted like volumes. */
  readonly claims?: readonly string[]
}

function withClaims(volumes: ReadonlyMap<string, JsonObject>, claims: readonly string[] = []): ReadonlyMap<string, JsonObject> {
  if (claims.length === 0) return volumes
  const more = claims.map((name) => [name, { name, persistentVolumeClaim: { claimName: name } }] as const)
  return new Map([...volumes, ...more])
}

/** A pod's specification; `field` is where it stands, such as `spec.template.spec`. */
export function validatePodSpec(errors: FieldErrors, spec: JsonObject, field: string, use: PodSpecUse = {}): void {
  if (spec.terminationGracePeriodSeconds === undefined) errors.required(`${field}.terminationGracePeriodSeconds`)
  const containers = objectsAt(spec, 'containers')
  const initContainers = objectsAt(spec, 'initContainers')
  const place: ContainerPlace = {
    volumes: withClaims(validateVolumes(errors, objectsAt(spec, 'volumes'), `${field}.volumes`), use.claims),
    gracePeriod: numberAt(spec, 'terminationGracePeriodSeconds'),
    hasHostUsers: spec.hostUsers !== false,
    restartPolicy: textAt(spec, 'restartPolicy'),
  }
  validateContainers(errors, containers, place, `${field}.containers`)
  validateInitContainers(errors, initContainers, containers, place, `${field}.initContainers`)
  validateHostNetwork(errors, spec, use.isPod === true, field)
  errors.oneOf(`${field}.restartPolicy`, place.restartPolicy, restartPolicies)
  errors.oneOf(`${field}.dnsPolicy`, textAt(spec, 'dnsPolicy'), dnsPolicies)
  validateLabels(errors, spec.nodeSelector, `${field}.nodeSelector`)
  validatePodSecurityContext(errors, spec, field)
  validateAffinity(errors, objectAt(spec, 'affinity'), `${field}.affinity`)
  validateNameServers(errors, spec, `${field}.dnsConfig`)
  validateGates(errors, spec, field)
  validateSpread(errors, objectsAt(spec, 'topologySpreadConstraints'), `${field}.topologySpreadConstraints`)
  for (const [key, rule] of nameFields) {
    const name = textAt(spec, key)
    if (name !== '') errors.invalidForEach(`${field}.${key}`, name, rule(name))
  }
  validateTolerations(errors, objectsAt(spec, 'tolerations'), `${field}.tolerations`)
  validateHostAliases(errors, spec, `${field}.hostAliases`)
  const deadline = numberAt(spec, 'activeDeadlineSeconds')
  if (deadline !== undefined && (deadline < 1 || deadline > largestInt32)) {
    errors.invalid(`${field}.activeDeadlineSeconds`, deadline, `must be between 1 and ${largestInt32}, inclusive`)
  }
  const preemption = spec.preemptionPolicy
  if (typeof preemption === 'string') errors.oneOf(`${field}.preemptionPolicy`, preemption, preemptionPolicies)
  const overhead = objectAt(spec, 'overhead')
  if (overhead !== undefined) validateContainerResources(errors, { limits: overhead }, `${field}.overhead`)
  const os = objectAt(spec, 'os')
  const osName = textAt(os, 'name')
  if (os !== undefined && osName === '') errors.required(`${field}.os.name`, 'cannot be empty')
  else if (osName !== '' && osName !== 'linux' && osName !== 'windows') {
    errors.notSupported(`${field}.os`, osName, ['linux', 'windows'])
  }
}

/** What holds for pods, beyond what holds for templates of them. */
export function validatePodOnly(errors: FieldErrors, spec: JsonObject): void {
  if (textAt(spec, 'serviceAccountName') === '') {
    objectsAt(spec, 'volumes').forEach((volume, index) => {
      objectsAt(objectAt(volume, 'projected'), 'sources').forEach((source, each) => {
        if (source.serviceAccountToken === undefined) return
        const place = `spec.volumes[${index}].projected.sources[${each}].serviceAccountToken`
        errors.forbidden(place, 'must not be specified when serviceAccountName is not set')
      })
    })
  }
  for (const key of ['containers', 'initContainers']) validateImageSpaces(errors, objectsAt(spec, key), `spec.${key}`)
}

/** A pod template: labels, annotations and the specification. */
export function validatePodTemplate(
  errors: FieldErrors,
  template: JsonValue | undefined,
  field: string,
  claims: readonly string[] = [],
): void {
  const metadata = isJsonObject(template) && isJsonObject(template.metadata) ? template.metadata : {}
  validateLabels(errors, metadata.labels, `${field}.labels`)
  validateAnnotations(errors, metadata.annotations, `${field}.annotations`)
  const spec = isJsonObject(template) && isJsonObject(template.spec) ? template.spec : {}
  validatePodSpec(errors, spec, `${field}.spec`, { claims })
  if (objectsAt(spec, 'ephemeralContainers').length > 0) {
    errors.forbidden(`${field}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')
  }
}
