import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import { objectsAt, textAt } from '../json-tree.ts'
import { compareQuantities, parseQuantity } from '../quantity.ts'
import type { FieldErrors } from './field-errors.ts'
import {
  environmentNameComplaints,
  labelComplaints,
  portNameComplaints,
  portNumberComplaints,
  qualifiedNameComplaints,
} from './names.ts'

const pullPolicies = ['Always', 'IfNotPresent', 'Never']
const messagePolicies = ['FallbackToLogsOnError', 'File']
const protocols = ['SCTP', 'TCP', 'UDP']
const probeHandlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const
const variableSources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const
const containerResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage'])

/** Containers of one list of a pod, and where the list stands. */
export interface ContainerGroup {
  readonly containers: readonly JsonObject[]
  readonly field: string
}

/** Names of a pod's containers, which are one namespace over all its lists. */
export function validateContainerNames(errors: FieldErrors, groups: readonly ContainerGroup[]): void {
  const seen = new Set<string>()
  for (const { containers, field } of groups) {
    containers.forEach((container, index) => {
      const name = textAt(container, 'name')
      const place = `${field}[${index}].name`
      if (name === '') errors.required(place)
      else errors.invalidForEach(place, name, labelComplaints(name))
      if (name !== '' && seen.has(name)) errors.duplicate(place, name)
      seen.add(name)
    })
  }
}

function validatePorts(errors: FieldErrors, ports: readonly JsonObject[], field: string): void {
  const names = new Set<string>()
  ports.forEach((port, index) => {
    const place = `${field}[${index}]`
    const name = textAt(port, 'name')
    if (name !== '') {
      errors.invalidForEach(`${place}.name`, name, portNameComplaints(name))
      if (names.has(name)) errors.duplicate(`${place}.name`, name)
      names.add(name)
    }
    const { containerPort, hostPort } = port
    if (typeof containerPort !== 'number' || containerPort === 0) errors.required(`${place}.containerPort`)
    else errors.invalidForEach(`${place}.containerPort`, containerPort, portNumberComplaints(containerPort))
    if (typeof hostPort === 'number' && hostPort !== 0) {
      errors.invalidForEach(`${place}.hostPort`, hostPort, portNumberComplaints(hostPort))
    }
    errors.oneOf(`${place}.protocol`, textAt(port, 'protocol'), protocols)
  })
}

function validateEnvironment(errors: FieldErrors, container: JsonObject, field: string): void {
  objectsAt(container, 'env').forEach((variable, index) => {
    const place = `${field}.env[${index}]`
    const name = textAt(variable, 'name')
    if (name === '') errors.required(`${place}.name`)
    else errors.invalidForEach(`${place}.name`, name, environmentNameComplaints(name))
    if (!isJsonObject(variable.valueFrom)) return
    const sources = variableSources.filter((key) => isJsonObject(variable.valueFrom) && variable.valueFrom[key] !== undefined)
    if (sources.length === 0) {
      const detail = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
      errors.invalid(`${place}.valueFrom`, '', detail)
    } else if (textAt(variable, 'value') !== '') {
      errors.invalid(`${place}.valueFrom`, '', 'may not be specified when `value` is not empty')
    } else if (sources.length > 1) {
      errors.invalid(`${place}.valueFrom`, '', 'may not have more than one field specified at a time')
    }
    for (const source of ['configMapKeyRef', 'secretKeyRef'] as const) {
      const reference = variable.valueFrom[source]
      if (!isJsonObject(reference)) continue
      if (textAt(reference, 'name') === '') errors.required(`${place}.valueFrom.${source}.name`)
      if (textAt(reference, 'key') === '') errors.required(`${place}.valueFrom.${source}.key`)
    }
  })
  objectsAt(container, 'envFrom').forEach((source, index) => {
    const place = `${field}.envFrom[${index}]`
    const given = ['configMapRef', 'secretRef'].filter((key) => source[key] !== undefined)
    if (given.length === 0) errors.invalid(place, '', 'must specify one of: `configMapRef` or `secretRef`')
    if (given.length > 1) errors.invalid(place, '', 'may not have more than one field specified at a time')
    for (const key of given) {
      const reference = source[key]
      if (isJsonObject(reference) && textAt(reference, 'name') === '') errors.required(`${place}.${key}.name`)
    }
  })
}

function validateMounts(errors: FieldErrors, mounts: readonly JsonObject[], field: string, volumes: ReadonlySet<string>): void {
  const paths = new Set<string>()
  mounts.forEach((mount, index) => {
    const place = `${field}[${index}]`
    const name = textAt(mount, 'name')
    const path = textAt(mount, 'mountPath')
    if (name === '') errors.required(`${place}.name`)
    if (path === '') errors.required(`${place}.mountPath`)
    if (paths.has(path)) errors.invalid(`${place}.mountPath`, path, 'must be unique')
    paths.add(path)
    if (!volumes.has(name)) errors.notFound(`${place}.name`, name)
    const subPath = textAt(mount, 'subPath')
    if (subPath.startsWith('/')) errors.invalid(`${place}.subPath`, subPath, 'must be a relative path')
    if (subPath.split('/').includes('..')) errors.invalid(`${place}.subPath`, subPath, "must not contain '..'")
  })
}

function validateHandler(errors: FieldErrors, handler: JsonObject, field: string): void {
  const given = probeHandlers.filter((key) => handler[key] !== undefined)
  for (const extra of given.slice(1)) errors.forbidden(`${field}.${extra}`, 'may not specify more than 1 handler type')
  if (given.length === 0) errors.required(field, 'must specify a handler type')
  const { httpGet, tcpSocket, exec } = handler
  if (isJsonObject(httpGet)) {
    if (textAt(httpGet, 'path') === '') errors.required(`${field}.httpGet.path`)
    validatePortReference(errors, httpGet.port, `${field}.httpGet.port`)
    const scheme = textAt(httpGet, 'scheme')
    if (scheme !== 'HTTP' && scheme !== 'HTTPS') errors.notSupported(`${field}.httpGet.scheme`, scheme, ['HTTP', 'HTTPS'])
  }
  if (isJsonObject(tcpSocket)) validatePortReference(errors, tcpSocket.port, `${field}.tcpSocket.port`)
  if (isJsonObject(exec) && !(Array.isArray(exec.command) && exec.command.length > 0)) errors.required(`${field}.exec.command`)
}

/** A port named or numbered. */
export function validatePortReference(errors: FieldErrors, port: JsonValue | undefined, field: string): void {
  if (typeof port === 'number') errors.invalidForEach(field, port, portNumberComplaints(port))
  else if (typeof port === 'string') errors.invalidForEach(field, port, portNameComplaints(port))
}

function validateProbes(errors: FieldErrors, container: JsonObject, field: string): void {
  for (const key of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container[key]
    if (!isJsonObject(probe)) continue
    const place = `${field}.${key}`
    validateHandler(errors, probe, place)
    for (const count of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold']) {
      errors.nonNegative(`${place}.${count}`, probe[count])
    }
    if (key !== 'readinessProbe' && probe.successThreshold !== 1) {
      errors.invalid(`${place}.successThreshold`, probe.successThreshold, 'must be 1')
    }
  }
  const lifecycle = isJsonObject(container.lifecycle) ? container.lifecycle : {}
  for (const key of ['postStart', 'preStop']) {
    const handler = lifecycle[key]
    if (isJsonObject(handler) && handler.sleep === undefined) validateHandler(errors, handler, `${field}.lifecycle.${key}`)
  }
}

function validateAmounts(errors: FieldErrors, amounts: JsonValue | undefined, field: string): void {
  if (!isJsonObject(amounts)) return
  for (const [name, amount] of Object.entries(amounts)) {
    const place = `${field}[${name}]`
    const complaints = qualifiedNameComplaints(name)
    errors.invalidForEach(place, name, complaints)
    if (complaints.length === 0 && !name.includes('/') && !containerResources.has(name) && !name.startsWith('hugepages-')) {
      errors.invalid(place, name, 'must be a standard resource for containers')
    }
    const quantity = typeof amount === 'string' ? parseQuantity(amount) : undefined
    if (quantity !== undefined && quantity.digits < 0n) errors.invalid(place, amount, 'must be greater than or equal to 0')
  }
}

function validateResources(errors: FieldErrors, resources: JsonValue | undefined, field: string): void {
  if (!isJsonObject(resources)) return
  const { limits, requests } = resources
  validateAmounts(errors, limits, `${field}.limits`)
  validateAmounts(errors, requests, `${field}.requests`)
  if (!isJsonObject(limits) || !isJsonObject(requests)) return
  for (const [name, amount] of Object.entries(requests)) {
    const request = parseQuantity(String(amount))
    const limit = parseQuantity(textAt(limits, name))
    if (request !== undefined && limit !== undefined && compareQuantities(request, limit) > 0) {
      errors.invalid(`${field}.requests`, amount, `must be less than or equal to ${name} limit of ${textAt(limits, name)}`)
    }
  }
}

/** One container but for its name. `volumes` are the names that it may mount. */
export function validateContainer(errors: FieldErrors, container: JsonObject, field: string, volumes: ReadonlySet<string>): void {
  const image = textAt(container, 'image')
  if (image === '') errors.required(`${field}.image`)
  else if (image.trim() !== image) errors.invalid(`${field}.image`, image, 'must not have leading or trailing whitespace')
  errors.oneOf(`${field}.terminationMessagePolicy`, textAt(container, 'terminationMessagePolicy'), messagePolicies)
  validatePorts(errors, objectsAt(container, 'ports'), `${field}.ports`)
  validateEnvironment(errors, container, field)
  validateMounts(errors, objectsAt(container, 'volumeMounts'), `${field}.volumeMounts`, volumes)
  errors.oneOf(`${field}.imagePullPolicy`, textAt(container, 'imagePullPolicy'), pullPolicies)
  validateResources(errors, container.resources, `${field}.resources`)
  validateProbes(errors, container, field)
}
