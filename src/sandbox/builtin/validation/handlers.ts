import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import type { FieldErrors } from './field-errors.ts'
import { httpHeaderComplaints, portNameComplaints, portNumberComplaints } from './names.ts'

/** The handlers in the order in which the server looks for them. */
const probeHandlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const
const lifecycleHandlers = ['exec', 'httpGet', 'tcpSocket', 'sleep'] as const
const counts = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold']

/** A port named or numbered. */
export function validatePortReference(errors: FieldErrors, port: JsonValue | undefined, field: string): void {
  if (typeof port === 'number') errors.invalidForEach(field, port, portNumberComplaints(port))
  else if (typeof port === 'string') errors.invalidForEach(field, port, portNameComplaints(port))
}

function validateHandler(
  errors: FieldErrors,
  holder: JsonObject,
  kinds: readonly string[],
  gracePeriod: number | undefined,
  field: string,
): void {
  const given = kinds.filter((key) => isJsonObject(holder[key]))
  for (const extra of given.slice(1)) errors.forbidden(`${field}.${extra}`, 'may not specify more than 1 handler type')
  const [key] = given
  if (key === undefined) {
    errors.required(field, 'must specify a handler type')
    return
  }
  const handler = objectAt(holder, key) ?? {}
  const place = `${field}.${key}`
  switch (key) {
    case 'exec':
      if (!(Array.isArray(handler.command) && handler.command.length > 0)) errors.required(`${place}.command`)
      return
    case 'httpGet': {
      if (textAt(handler, 'path') === '') errors.required(`${place}.path`)
      validatePortReference(errors, handler.port, `${place}.port`)
      const scheme = textAt(handler, 'scheme')
      if (scheme !== 'HTTP' && scheme !== 'HTTPS') errors.notSupported(`${place}.scheme`, scheme, ['HTTP', 'HTTPS'])
      for (const header of objectsAt(handler, 'httpHeaders')) {
        const name = textAt(header, 'name')
        errors.invalidForEach(`${place}.httpHeaders`, name, httpHeaderComplaints(name))
      }
      return
    }
    case 'sleep': {
      const seconds = numberAt(handler, 'seconds') ?? 0
      if (gracePeriod !== undefined && (seconds < 0 || seconds > gracePeriod)) {
        errors.invalid(place, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`)
      }
      return
    }
    default:
      validatePortReference(errors, handler.port, `${place}.port`)
  }
}

/** How a container is asked whether it lives, is ready, or has started. */
export function validateProbes(errors: FieldErrors, container: JsonObject, gracePeriod: number | undefined, field: string): void {
  for (const key of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = objectAt(container, key)
    if (probe === undefined) continue
    const place = `${field}.${key}`
    validateHandler(errors, probe, probeHandlers, gracePeriod, place)
    for (const count of counts) errors.nonNegative(`${place}.${count}`, probe[count])
    const grace = numberAt(probe, 'terminationGracePeriodSeconds')
    if (grace !== undefined && grace <= 0) {
      errors.invalid(`${place}.terminationGracePeriodSeconds`, grace, 'must be greater than 0')
    }
    if (key === 'readinessProbe') {
      if (grace !== undefined) {
        errors.invalid(`${place}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes')
      }
    } else if (probe.successThreshold !== 1) {
      errors.invalid(`${place}.successThreshold`, probe.successThreshold ?? 0, 'must be 1')
    }
  }
}

/** What is done when a container has started, and before it stops. */
export function validateLifecycle(
  errors: FieldErrors,
  lifecycle: JsonObject | undefined,
  gracePeriod: number | undefined,
  field: string,
): void {
  for (const key of ['postStart', 'preStop']) {
    const handler = objectAt(lifecycle, key)
    if (handler !== undefined) validateHandler(errors, handler, lifecycleHandlers, gracePeriod, `${field}.${key}`)
  }
}
