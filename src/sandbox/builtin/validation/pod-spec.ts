import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import { objectAt, objectsAt, textAt } from '../json-tree.ts'
import { validateContainer, validateContainerNames } from './container.ts'
import type { FieldErrors } from './field-errors.ts'
import { validateLabelSelector } from './label-selector.ts'
import { addressComplaints, labelComplaints, subdomainComplaints } from './names.ts'
import { validateAnnotations, validateLabels } from './object-meta.ts'

const restartPolicies = ['Always', 'Never', 'OnFailure']
const dnsPolicies = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']
const tolerationEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

function validateVolumes(errors: FieldErrors, volumes: readonly JsonObject[], field: string): Set<string> {
  const names = new Set<string>()
  volumes.forEach((volume, index) => {
    const place = `${field}[${index}]`
    const name = textAt(volume, 'name')
    const complaints = name === '' ? [] : labelComplaints(name)
    if (name === '') errors.required(`${place}.name`)
    else errors.invalidForEach(`${place}.name`, name, complaints)
    if (names.has(name)) errors.duplicate(`${place}.name`, name)
    names.add(name)
    const sources = Object.keys(volume).filter((key) => key !== 'name')
    if (sources.length === 0) errors.required(place, 'must specify a volume type')
    for (const extra of sources.slice(1)) errors.forbidden(`${place}.${extra}`, 'may not specify more than 1 volume type')
    const secret = objectAt(volume, 'secret')
    if (secret !== undefined && textAt(secret, 'secretName') === '') errors.required(`${place}.secret.secretName`)
    const configMap = objectAt(volume, 'configMap')
    if (configMap !== undefined && textAt(configMap, 'name') === '') errors.required(`${place}.configMap.name`)
    const claim = objectAt(volume, 'persistentVolumeClaim')
    if (claim !== undefined && textAt(claim, 'claimName') === '') errors.required(`${place}.persistentVolumeClaim.claimName`)
    const hostPath = objectAt(volume, 'hostPath')
    if (hostPath !== undefined && textAt(hostPath, 'path') === '') errors.required(`${place}.hostPath.path`)
  })
  return names
}

function validateTolerations(errors: FieldErrors, tolerations: readonly JsonObject[], field: string): void {
  tolerations.forEach((toleration, index) => {
    const place = `${field}[${index}]`
    const operator = textAt(toleration, 'operator')
    const effect = textAt(toleration, 'effect')
    if (textAt(toleration, 'key') === '' && operator !== 'Exists') {
      errors.invalid(
        `${place}.operator`,
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      )
    }
    if (operator === 'Exists' && textAt(toleration, 'value') !== '') {
      errors.invalid(`${place}.operator`, operator, "value must be empty when `operator` is 'Exists'")
    }
    if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.invalid(`${place}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
    }
    if (operator !== '' && operator !== 'Exists' && operator !== 'Equal') {
      errors.notSupported(`${place}.operator`, operator, ['Equal', 'Exists'])
    }
    if (effect !== '' && !tolerationEffects.includes(effect)) errors.notSupported(`${place}.effect`, effect, tolerationEffects)
  })
}

function validateSpread(errors: FieldErrors, constraints: readonly JsonObject[], field: string): void {
  const seen = new Set<string>()
  constraints.forEach((constraint, index) => {
    const place = `${field}[${index}]`
    const { maxSkew } = constraint
    if (typeof maxSkew !== 'number' || maxSkew <= 0) errors.invalid(`${place}.maxSkew`, maxSkew ?? 0, 'must be greater than zero')
    const topologyKey = textAt(constraint, 'topologyKey')
    if (topologyKey === '') errors.required(`${place}.topologyKey`, 'can not be empty')
    const reaction = textAt(constraint, 'whenUnsatisfiable')
    if (reaction !== 'DoNotSchedule' && reaction !== 'ScheduleAnyway') {
      errors.notSupported(`${place}.whenUnsatisfiable`, reaction, ['DoNotSchedule', 'ScheduleAnyway'])
    }
    const pair = `{${topologyKey}, ${reaction}}`
    if (seen.has(pair)) errors.duplicate(`${place}.{topologyKey, whenUnsatisfiable}`, pair)
    seen.add(pair)
    validateLabelSelector(errors, constraint.labelSelector, `${place}.labelSelector`)
  })
}

function validateIdentity(errors: FieldErrors, context: JsonValue | undefined, field: string): void {
  if (!isJsonObject(context)) return
  for (const key of ['runAsUser', 'runAsGroup', 'fsGroup']) {
    const id = context[key]
    if (typeof id === 'number' && (id < 0 || id > 2 ** 31 - 1)) {
      errors.invalid(`${field}.${key}`, id, 'must be between 0 and 2147483647, inclusive')
    }
  }
}

/** A pod's specification; `field` is where it stands, such as `spec.template.spec`. */
export function validatePodSpec(errors: FieldErrors, spec: JsonObject, field: string): void {
  const volumes = validateVolumes(errors, objectsAt(spec, 'volumes'), `${field}.volumes`)
  const containers = objectsAt(spec, 'containers')
  const initContainers = objectsAt(spec, 'initContainers')
  if (containers.length === 0) errors.required(`${field}.containers`)
  validateContainerNames(errors, [
    { containers, field: `${field}.containers` },
    { containers: initContainers, field: `${field}.initContainers` },
    { containers: objectsAt(spec, 'ephemeralContainers'), field: `${field}.ephemeralContainers` },
  ])
  containers.forEach((container, index) => {
    validateContainer(errors, container, `${field}.containers[${index}]`, volumes)
  })
  initContainers.forEach((container, index) => {
    validateContainer(errors, container, `${field}.initContainers[${index}]`, volumes)
  })
  errors.oneOf(`${field}.restartPolicy`, textAt(spec, 'restartPolicy'), restartPolicies)
  errors.oneOf(`${field}.dnsPolicy`, textAt(spec, 'dnsPolicy'), dnsPolicies)
  validateLabels(errors, spec.nodeSelector, `${field}.nodeSelector`)
  validateIdentity(errors, spec.securityContext, `${field}.securityContext`)
  objectsAt(spec, 'imagePullSecrets').forEach((secret, index) => {
    if (textAt(secret, 'name') === '') errors.required(`${field}.imagePullSecrets[${index}].name`)
  })
  for (const [key, rule] of [
    ['serviceAccountName', subdomainComplaints],
    ['hostname', labelComplaints],
    ['subdomain', labelComplaints],
  ] as const) {
    const name = textAt(spec, key)
    if (name !== '') errors.invalidForEach(`${field}.${key}`, name, rule(name))
  }
  validateTolerations(errors, objectsAt(spec, 'tolerations'), `${field}.tolerations`)
  validateSpread(errors, objectsAt(spec, 'topologySpreadConstraints'), `${field}.topologySpreadConstraints`)
  objectsAt(spec, 'hostAliases').forEach((alias, index) => {
    const ip = textAt(alias, 'ip')
    errors.invalidForEach(`${field}.hostAliases[${index}].ip`, ip, addressComplaints(ip))
  })
  errors.nonNegative(`${field}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds)
  const { activeDeadlineSeconds } = spec
  if (typeof activeDeadlineSeconds === 'number' && activeDeadlineSeconds < 1) {
    errors.invalid(`${field}.activeDeadlineSeconds`, activeDeadlineSeconds, 'must be between 1 and 2147483647, inclusive')
  }
}

/** A pod template: labels, annotations and the specification. */
export function validatePodTemplate(errors: FieldErrors, template: JsonValue | undefined, field: string): void {
  const metadata = isJsonObject(template) && isJsonObject(template.metadata) ? template.metadata : {}
  validateLabels(errors, metadata.labels, `${field}.labels`)
  validateAnnotations(errors, metadata.annotations, `${field}.annotations`)
  const spec = isJsonObject(template) && isJsonObject(template.spec) ? template.spec : {}
  validatePodSpec(errors, spec, `${field}.spec`)
}
