import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { copyTree, isTree, objectAt, type Tree, type TreeValue } from './json-tree.ts'
import type { FieldType, ModelField } from './model-notation.ts'
import { modelNamed } from './models.ts'
import { zeroScalar } from './zero-scalar.ts'

/**
 * Some refusals show a value as the API server holds it inside: fields by their Go names, in the order of the internal type,
 * those without a value included. Metadata and selectors are the exceptions; they have their JSON names inside as well.
 */

const goNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    apiGroup: 'APIGroup',
    apiVersion: 'APIVersion',
    awsElasticBlockStore: 'AWSElasticBlockStore',
    cephfs: 'CephFS',
    csi: 'CSI',
    dnsConfig: 'DNSConfig',
    dnsPolicy: 'DNSPolicy',
    diskURI: 'DataDiskURI',
    fc: 'FC',
    fsGroup: 'FSGroup',
    fsGroupChangePolicy: 'FSGroupChangePolicy',
    fsType: 'FSType',
    gcePersistentDisk: 'GCEPersistentDisk',
    gmsaCredentialSpec: 'GMSACredentialSpec',
    gmsaCredentialSpecName: 'GMSACredentialSpecName',
    grpc: 'GRPC',
    httpGet: 'HTTPGet',
    httpHeaders: 'HTTPHeaders',
    ip: 'IP',
    iqn: 'IQN',
    iscsi: 'ISCSI',
    nfs: 'NFS',
    os: 'OS',
    pdName: 'PDName',
    rbd: 'RBD',
    seLinuxChangePolicy: 'SELinuxChangePolicy',
    seLinuxOptions: 'SELinuxOptions',
    storageos: 'StorageOS',
    tcpSocket: 'TCPSocket',
    tty: 'TTY',
    uid: 'UID',
  }),
)

const namedByJson: ReadonlySet<string> = new Set(['ObjectMeta', 'LabelSelector', 'LabelSelectorRequirement'])

/** Fields of internal types that stand in another order than in the served version, or only there. */
const internalOrder: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'PodSpec',
    `volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds
    dnsPolicy nodeSelector serviceAccountName automountServiceAccountToken nodeName securityContext imagePullSecrets hostname
    subdomain setHostnameAsFQDN affinity schedulerName tolerations hostAliases priorityClassName priority preemptionPolicy
    dnsConfig readinessGates runtimeClassName overhead enableServiceLinks topologySpreadConstraints os schedulingGates
    resourceClaims resources hostnameOverride schedulingGroup`.split(/\s+/),
  ],
  [
    'PodSecurityContext',
    `hostNetwork hostPID hostIPC shareProcessNamespace hostUsers seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot
    supplementalGroups supplementalGroupsPolicy fsGroup fsGroupChangePolicy sysctls seccompProfile appArmorProfile
    seLinuxChangePolicy`.split(/\s+/),
  ],
  [
    'Volume',
    `name hostPath emptyDir gcePersistentDisk awsElasticBlockStore gitRepo secret nfs iscsi glusterfs persistentVolumeClaim rbd
    quobyte flexVolume cinder cephfs flocker downwardAPI fc azureFile configMap vsphereVolume azureDisk photonPersistentDisk
    projected portworxVolume scaleIO storageos csi ephemeral image`.split(/\s+/),
  ],
  [
    'PersistentVolumeSource',
    `gcePersistentDisk awsElasticBlockStore hostPath glusterfs nfs rbd quobyte iscsi flexVolume cinder cephfs fc flocker
    azureFile vsphereVolume azureDisk photonPersistentDisk portworxVolume scaleIO local storageos csi`.split(/\s+/),
  ],
])

/** Types that are a part of another one in the served version. */
const partOf: ReadonlyMap<string, string> = new Map([['PersistentVolumeSource', 'PersistentVolumeSpec']])

/** What a pod's security context holds inside, though clients write it beside it. */
const hostFlags: readonly (readonly [name: string, isPointer: boolean])[] = [
  ['hostNetwork', false],
  ['hostPID', false],
  ['hostIPC', false],
  ['shareProcessNamespace', true],
  ['hostUsers', true],
]

function goName(name: string): string {
  return goNames.get(name) ?? `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
}

function zero(type: FieldType): TreeValue {
  switch (type.kind) {
    case 'list':
    case 'map':
      return null
    case 'model':
      return modelValue(type.name, {})
    case 'scalar':
      return zeroScalar(type.name) ?? null
  }
}

function typedValue(type: FieldType, value: JsonValue): TreeValue {
  if (type.kind === 'model' && isTree(value)) return modelValue(type.name, value)
  if (type.kind === 'list' && Array.isArray(value)) return value.map((each: JsonValue) => typedValue(type.item, each))
  if (type.kind === 'map' && isTree(value)) {
    const entries = Object.keys(value).sort()
    return Object.fromEntries(entries.map((key) => [key, typedValue(type.value, value[key] ?? null)]))
  }
  return copyTree(value)
}

function fieldValue(field: ModelField, value: JsonValue | undefined): TreeValue {
  if (value !== undefined && value !== null) return typedValue(field.type, value)
  return field.pointer ? null : zero(field.type)
}

function modelValue(name: string, value: JsonObject): Tree {
  if (namedByJson.has(name)) {
    const copy = copyTree(value)
    return isTree(copy) ? copy : {}
  }
  const fields = new Map(modelNamed(partOf.get(name) ?? name).fields.map((field) => [field.name, field]))
  const order = internalOrder.get(name) ?? [...fields.keys()]
  const result: Tree = {}
  if (name === 'PodTemplateSpec') {
    // Metadata is embedded, so that its fields stand beside the specification.
    Object.assign(result, modelValue('ObjectMeta', objectAt(value, 'metadata') ?? {}))
    result.Spec = modelValue('PodSpec', objectAt(value, 'spec') ?? {})
    return result
  }
  for (const key of order) {
    const field = fields.get(key)
    result[goName(key)] = field === undefined ? null : fieldValue(field, value[key])
  }
  if (name === 'PodSpec') {
    const given = isTree(result.SecurityContext) ? result.SecurityContext : modelValue('PodSecurityContext', {})
    for (const [flag, isPointer] of hostFlags) given[goName(flag)] = copyTree(value[flag] ?? (isPointer ? null : false))
    result.SecurityContext = given
  }
  return result
}

/** A value of a model as the server's internal type shows it. */
export function internalValue(modelName: string, value: JsonObject): JsonObject {
  return modelValue(modelName, value)
}
