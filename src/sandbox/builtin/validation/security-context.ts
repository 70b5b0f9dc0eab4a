import type { JsonObject } from '../../../plan/json.ts'
import { internalValue } from '../internal-value.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import type { FieldErrors } from './field-errors.ts'
import { validateDescendingPath } from './volumes.ts'

const largestId = 2 ** 31 - 1
const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined']
const sysctlSegment = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const sysctlPattern = `^(${sysctlSegment}[\\./])*${sysctlSegment}$`
const sysctlName = new RegExp(sysctlPattern)

function validateIds(errors: FieldErrors, context: JsonObject, keys: readonly string[], field: string): void {
  for (const key of keys) {
    const id = numberAt(context, key)
    if (id !== undefined) validateId(errors, id, `${field}.${key}`)
  }
}

function validateId(errors: FieldErrors, id: number, field: string): void {
  if (id < 0 || id > largestId) errors.invalid(field, id, `must be between 0 and ${largestId}, inclusive`)
}

function validateSeccomp(errors: FieldErrors, profile: JsonObject | undefined, field: string): void {
  if (profile === undefined) return
  const type = textAt(profile, 'type')
  if (type === '') errors.required(`${field}.type`, 'type is required when seccompProfile is set')
  else if (!profileTypes.includes(type)) errors.notSupported(`${field}.type`, type, profileTypes)
  const local = profile.localhostProfile
  if (type !== 'Localhost') {
    if (local !== undefined) {
      const shown = internalValue('SeccompProfile', profile)
      errors.invalid(`${field}.localhostProfile`, shown, 'can only be set when seccomp type is Localhost')
    }
  } else if (typeof local !== 'string') {
    errors.required(`${field}.localhostProfile`, 'must be set when seccomp type is Localhost')
  } else {
    validateDescendingPath(errors, local, `${field}.localhostProfile`)
  }
}

function validateAppArmor(errors: FieldErrors, profile: JsonObject | undefined, field: string): void {
  if (profile === undefined) return
  const type = textAt(profile, 'type')
  const local = profile.localhostProfile
  const place = `${field}.localhostProfile`
  if (type === 'Localhost') {
    if (typeof local !== 'string' || local.trim() === '') {
      errors.required(place, 'must be set when AppArmor type is Localhost')
    } else if (local.trim() !== local) errors.invalid(place, local, 'must not be padded with whitespace')
  } else if (type === '') {
    errors.required(`${field}.type`, 'type is required when appArmorProfile is set')
  } else if (!profileTypes.includes(type)) {
    errors.notSupported(`${field}.type`, type, profileTypes)
  } else if (local !== undefined) errors.invalid(place, local, 'can only be set when AppArmor type is Localhost')
}

function namespaceOfSysctl(name: string): 'network' | 'ipc' | undefined {
  const dotted = name.replaceAll('/', '.')
  if (dotted.startsWith('net.')) return 'network'
  return /^(kernel\.(sem|shm|msg)|fs\.mqueue\.)/.test(dotted) ? 'ipc' : undefined
}

function validateSysctls(errors: FieldErrors, spec: JsonObject, context: JsonObject, field: string): void {
  const seen = new Set<string>()
  objectsAt(context, 'sysctls').forEach((sysctl, index) => {
    const name = textAt(sysctl, 'name')
    const place = `${field}[${index}].name`
    if (name === '') errors.required(place)
    else if (name.length > 253 || !sysctlName.test(name)) {
      errors.invalid(place, name, `must have at most 253 characters and match regex ${sysctlPattern}`)
    } else if (seen.has(name)) errors.duplicate(place, name)
    const namespace = namespaceOfSysctl(name)
    if (spec.hostNetwork === true && namespace === 'network') {
      errors.invalid(place, name, "may not be specified when 'hostNetwork' is true")
    } else if (spec.hostIPC === true && namespace === 'ipc') {
      errors.invalid(place, name, "may not be specified when 'hostIPC' is true")
    }
    seen.add(name)
  })
}

/** As whom a pod's containers run, and what of the node's kernel they see. */
export function validatePodSecurityContext(errors: FieldErrors, spec: JsonObject, specField: string): void {
  const field = `${specField}.securityContext`
  const context = objectAt(spec, 'securityContext') ?? {}
  validateIds(errors, context, ['fsGroup', 'runAsUser', 'runAsGroup'], field)
  listAt(context, 'supplementalGroups').forEach((group, index) => {
    if (typeof group === 'number') validateId(errors, group, `${field}.supplementalGroups[${index}]`)
  })
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    errors.invalid(`${field}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled')
  }
  validateSysctls(errors, spec, context, `${field}.sysctls`)
  for (const [key, supported] of [
    ['fsGroupChangePolicy', ['Always', 'OnRootMismatch']],
    ['supplementalGroupsPolicy', ['Merge', 'Strict']],
    ['seLinuxChangePolicy', ['MountOption', 'Recursive']],
  ] as const) {
    const value = context[key]
    if (typeof value === 'string' && !supported.some((each) => each === value)) {
      errors.notSupported(`${field}.${key}`, value, supported)
    }
  }
  validateSeccomp(errors, objectAt(context, 'seccompProfile'), `${field}.seccompProfile`)
  validateAppArmor(errors, objectAt(context, 'appArmorProfile'), `${field}.appArmorProfile`)
  if (spec.hostUsers !== false) return
  const detail = 'when `pod.Spec.HostUsers` is false'
  if (spec.hostNetwork === true) errors.forbidden(`${specField}.hostNetwork`, detail)
  if (spec.hostPID === true) errors.forbidden(`${specField}.HostPID`, detail)
  if (spec.hostIPC === true) errors.forbidden(`${specField}.HostIPC`, detail)
}

const mountKinds = ['Default', 'Unmasked']

/** As whom one container runs, and with which rights. */
export function validateSecurityContext(
  errors: FieldErrors,
  context: JsonObject | undefined,
  hasHostUsers: boolean,
  field: string,
): void {
  if (context === undefined) return
  validateIds(errors, context, ['runAsUser', 'runAsGroup'], field)
  const { procMount } = context
  if (typeof procMount === 'string') {
    if (!mountKinds.includes(procMount)) errors.notSupported(`${field}.procMount`, procMount, mountKinds)
    if (hasHostUsers && procMount === 'Unmasked') {
      errors.invalid(`${field}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`')
    }
  }
  validateSeccomp(errors, objectAt(context, 'seccompProfile'), `${field}.seccompProfile`)
  validateAppArmor(errors, objectAt(context, 'appArmorProfile'), `${field}.appArmorProfile`)
  if (context.allowPrivilegeEscalation !== false) return
  const refuse = (what: string): void => {
    const shown = internalValue('SecurityContext', context)
    errors.invalid(field, shown, `cannot set \`allowPrivilegeEscalation\` to false and ${what}`)
  }
  if (context.privileged === true) refuse('`privileged` to true')
  if (textsAt(objectAt(context, 'capabilities'), 'add').includes('CAP_SYS_ADMIN')) {
    refuse('`capabilities.Add` CAP_SYS_ADMIN')
  }
}
