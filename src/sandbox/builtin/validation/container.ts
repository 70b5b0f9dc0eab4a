import type { JsonObject } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { validateContainerResources } from './container-resources.ts'
import { validateEnvironment } from './environment.ts'
import type { FieldErrors } from './field-errors.ts'
import { validateLifecycle, validateProbes } from './handlers.ts'
import { labelComplaints, portNameComplaints, portNumberComplaints } from './names.ts'
import { validateSecurityContext } from './security-context.ts'
import { validateDescendingPath } from './volumes.ts'

const pullPolicies = ['Always', 'IfNotPresent', 'Never']
const messagePolicies = ['File', 'FallbackToLogsOnError']
const restartPolicies = ['Always', 'Never', 'OnFailure']
/** Protocols of ports. */
export const protocols: readonly string[] = ['SCTP', 'TCP', 'UDP']
const propagations = ['Bidirectional', 'HostToContainer', 'None']

/** What of its pod a container is checked against. */
export interface ContainerPlace {
  /** Volumes by name. */
  readonly volumes: ReadonlyMap<string, JsonObject>
  readonly gracePeriod: number | undefined
  readonly hasHostUsers: boolean
  readonly restartPolicy: string
}

function validatePorts(errors: FieldErrors, ports: readonly JsonObject[], field: string): void {
  const names = new Set<string>()
  ports.forEach((port, index) => {
    const place = `${field}[${index}]`
    const name = textAt(port, 'name')
    const complaints = name === '' ? [] : portNameComplaints(name)
    errors.invalidForEach(`${place}.name`, name, complaints)
    if (complaints.length === 0 && name !== '') {
      if (names.has(name)) errors.duplicate(`${place}.name`, name)
      names.add(name)
    }
    const containerPort = numberAt(port, 'containerPort') ?? 0
    const hostPort = numberAt(port, 'hostPort') ?? 0
    if (containerPort === 0) errors.required(`${place}.containerPort`)
    else errors.invalidForEach(`${place}.containerPort`, containerPort, portNumberComplaints(containerPort))
    if (hostPort !== 0) errors.invalidForEach(`${place}.hostPort`, hostPort, portNumberComplaints(hostPort))
    errors.oneOf(`${place}.protocol`, textAt(port, 'protocol'), protocols)
  })
}

function validatePropagation(errors: FieldErrors, container: JsonObject, propagation: string, field: string): void {
  if (!propagations.includes(propagation)) errors.notSupported(field, propagation, propagations)
  const isPrivileged = objectAt(container, 'securityContext')?.privileged === true
  if (propagation === 'Bidirectional' && !isPrivileged) {
    errors.forbidden(field, 'Bidirectional mount propagation is available only to privileged containers')
  }
}

function validateRecursive(errors: FieldErrors, mount: JsonObject, field: string): void {
  const mode = mount.recursiveReadOnly
  if (typeof mode !== 'string' || mode === 'Disabled') return
  if (mode !== 'Enabled' && mode !== 'IfPossible') {
    errors.notSupported(field, mode, ['Disabled', 'Enabled', 'IfPossible'])
    return
  }
  if (mount.readOnly !== true) errors.forbidden(field, 'may only be specified when readOnly is true')
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') {
    errors.forbidden(field, 'may only be specified when mountPropagation is None or not specified')
  }
}

function validateMounts(
  errors: FieldErrors,
  container: JsonObject,
  volumes: ReadonlyMap<string, JsonObject>,
  field: string,
): void {
  const paths = new Set<string>()
  const devices = objectsAt(container, 'volumeDevices')
  objectsAt(container, 'volumeMounts').forEach((mount, index) => {
    const place = `${field}[${index}]`
    const name = textAt(mount, 'name')
    const path = textAt(mount, 'mountPath')
    if (name === '') errors.required(`${place}.name`)
    if (!volumes.has(name)) errors.notFound(`${place}.name`, name)
    if (path === '') errors.required(`${place}.mountPath`)
    if (paths.has(path)) errors.invalid(`${place}.mountPath`, path, 'must be unique')
    paths.add(path)
    if (devices.some((device) => device.name === name)) {
      errors.invalid(`${place}.name`, name, 'must not already exist in volumeDevices')
    }
    if (devices.some((device) => device.devicePath === path)) {
      errors.invalid(`${place}.mountPath`, path, 'must not already exist as a path in volumeDevices')
    }
    // The server names the list, not the element, from here on.
    const subPath = textAt(mount, 'subPath')
    if (subPath !== '') validateDescendingPath(errors, subPath, `${field}.subPath`)
    const expression = textAt(mount, 'subPathExpr')
    if (expression !== '') {
      if (subPath !== '') {
        errors.invalid(`${place}.subPathExpr`, expression, 'subPathExpr and subPath are mutually exclusive')
      }
      validateDescendingPath(errors, expression, `${field}.subPathExpr`)
    }
    const propagation = mount.mountPropagation
    if (typeof propagation === 'string') {
      validatePropagation(errors, container, propagation, `${field}.mountPropagation`)
    }
    validateRecursive(errors, mount, `${field}.recursiveReadOnly`)
  })
}

function validateDevices(
  errors: FieldErrors,
  container: JsonObject,
  volumes: ReadonlyMap<string, JsonObject>,
  field: string,
): void {
  const [names, paths] = [new Set<string>(), new Set<string>()]
  const mounts = objectsAt(container, 'volumeMounts')
  objectsAt(container, 'volumeDevices').forEach((device, index) => {
    const place = `${field}[${index}]`
    const name = textAt(device, 'name')
    const path = textAt(device, 'devicePath')
    const volume = volumes.get(name)
    if (name === '') errors.required(`${place}.name`)
    if (names.has(name)) errors.invalid(`${place}.name`, name, 'must be unique')
    if (volume === undefined) errors.notFound(`${place}.name`, name)
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      const detail = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'
      errors.invalid(`${place}.name`, name, detail)
    }
    if (path === '') errors.required(`${place}.devicePath`)
    if (paths.has(path)) errors.invalid(`${place}.devicePath`, path, 'must be unique')
    if (path.split('/').includes('..')) errors.invalid(`${place}.devicePath`, path, "can not contain backsteps ('..')")
    if (mounts.some((mount) => mount.name === name)) {
      errors.invalid(`${place}.name`, name, 'must not already exist in volumeMounts')
    }
    if (mounts.some((mount) => mount.mountPath === path)) {
      errors.invalid(`${place}.devicePath`, path, 'must not already exist as a path in volumeMounts')
    }
    names.add(name)
    paths.add(path)
  })
}

const resizedResources = ['cpu', 'memory']
const resizePolicies = ['NotRequired', 'RestartContainer']

function validateResizePolicies(errors: FieldErrors, container: JsonObject, restartPolicy: string, field: string): void {
  const seen = new Set<string>()
  objectsAt(container, 'resizePolicy').forEach((policy, index) => {
    const resource = textAt(policy, 'resourceName')
    if (seen.has(resource)) errors.duplicate(`${field}[${index}]`, resource)
    seen.add(resource)
    errors.oneOf(field, resource, resizedResources)
    const restart = textAt(policy, 'restartPolicy')
    errors.oneOf(field, restart, resizePolicies)
    if (restartPolicy === 'Never' && restart !== 'NotRequired') {
      errors.invalid(field, restart, "must be 'NotRequired' when `restartPolicy` is 'Never'")
    }
  })
}

/** What holds for containers of every kind. */
function validateCommon(errors: FieldErrors, container: JsonObject, place: ContainerPlace, field: string): void {
  const name = textAt(container, 'name')
  if (name === '') errors.required(`${field}.name`)
  else errors.invalidForEach(`${field}.name`, name, labelComplaints(name))
  if (textAt(container, 'image') === '') errors.required(`${field}.image`)
  errors.oneOf(`${field}.terminationMessagePolicy`, textAt(container, 'terminationMessagePolicy'), messagePolicies)
  validatePorts(errors, objectsAt(container, 'ports'), `${field}.ports`)
  validateEnvironment(errors, container, field)
  validateMounts(errors, container, place.volumes, `${field}.volumeMounts`)
  validateDevices(errors, container, place.volumes, `${field}.volumeDevices`)
  errors.oneOf(`${field}.imagePullPolicy`, textAt(container, 'imagePullPolicy'), pullPolicies)
  validateContainerResources(errors, container.resources, `${field}.resources`)
  validateResizePolicies(errors, container, place.restartPolicy, `${field}.resizePolicy`)
  const context = objectAt(container, 'securityContext')
  validateSecurityContext(errors, context, place.hasHostUsers, `${field}.securityContext`)
  const policy = container.restartPolicy
  if (typeof policy === 'string' && !restartPolicies.includes(policy)) {
    errors.notSupported(`${field}.restartPolicy`, policy, restartPolicies)
  }
}

/** Ports of the node are given to one container only. */
function validateHostPorts(errors: FieldErrors, containers: readonly JsonObject[], field: string): void {
  const taken = new Set<string>()
  containers.forEach((container, index) => {
    objectsAt(container, 'ports').forEach((port, each) => {
      const hostPort = numberAt(port, 'hostPort') ?? 0
      if (hostPort === 0) return
      const key = `${textAt(port, 'protocol')}/${textAt(port, 'hostIP')}/${hostPort}`
      if (taken.has(key)) errors.duplicate(`${field}[${index}].ports[${each}].hostPort`, key)
      taken.add(key)
    })
  })
}

/** The containers that a pod is there for. */
export function validateContainers(
  errors: FieldErrors,
  containers: readonly JsonObject[],
  place: ContainerPlace,
  field: string,
): void {
  if (containers.length === 0) errors.required(field)
  const names = new Set<string>()
  containers.forEach((container, index) => {
    const each = `${field}[${index}]`
    validateCommon(errors, container, place, each)
    const name = textAt(container, 'name')
    if (names.has(name)) errors.duplicate(`${each}.name`, name)
    names.add(name)
    validateLifecycle(errors, objectAt(container, 'lifecycle'), place.gracePeriod, `${each}.lifecycle`)
    validateProbes(errors, container, place.gracePeriod, each)
  })
  validateHostPorts(errors, containers, field)
}

const sidecarFields = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']

/** Containers that run before the others, and those among them that stay as sidecars. */
export function validateInitContainers(
  errors: FieldErrors,
  containers: readonly JsonObject[],
  others: readonly JsonObject[],
  place: ContainerPlace,
  field: string,
): void {
  const names = new Set(others.map((container) => textAt(container, 'name')))
  containers.forEach((container, index) => {
    const each = `${field}[${index}]`
    validateCommon(errors, container, place, each)
    const name = textAt(container, 'name')
    if (names.has(name)) errors.duplicate(`${each}.name`, name)
    else if (name !== '') names.add(name)
    validateHostPorts(errors, [container], field)
    if (container.restartPolicy === 'Always') {
      validateLifecycle(errors, objectAt(container, 'lifecycle'), place.gracePeriod, `${each}.lifecycle`)
      validateProbes(errors, container, place.gracePeriod, each)
      return
    }
    for (const key of sidecarFields) {
      if (container[key] === undefined) continue
      errors.forbidden(`${each}.${key}`, 'may not be set for init containers without restartPolicy=Always')
    }
  })
}

/** Spaces around an image's name are let pass in templates, not in pods. */
export function validateImageSpaces(errors: FieldErrors, containers: readonly JsonObject[], field: string): void {
  containers.forEach((container, index) => {
    const image = textAt(container, 'image')
    if (image.trim() !== image) {
      errors.invalid(`${field}[${index}].image`, image, 'must not have leading or trailing whitespace')
    }
  })
}
