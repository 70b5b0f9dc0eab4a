import type { JsonObject } from '../../plan/json.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../builtin/json-tree.ts'

/** What a pod does that a standard forbids: the heading, and the parts of the pod that do it. */
type Check = (spec: JsonObject, containers: readonly JsonObject[]) => readonly [reason: string, details: readonly string[]]

function security(holder: JsonObject): JsonObject | undefined {
  return objectAt(holder, 'securityContext')
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ')
}

/** `container "a"` or `containers "a", "b"`. */
function named(noun: string, holders: readonly JsonObject[]): string {
  return `${noun}${holders.length === 1 ? '' : 's'} ${quoted(holders.map((holder) => textAt(holder, 'name')))}`
}

/** What is wrong with those that do something, in one sentence. */
function told(holders: readonly JsonObject[], what: string): readonly string[] {
  return holders.length === 0 ? [] : [`${named('container', holders)} ${what}`]
}

const usualCapabilities: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])
const safeSysctls: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
])
const allowedVolumes: ReadonlySet<string> = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
])

function addedCapabilities(container: JsonObject, allowed: (capability: string) => boolean): readonly string[] {
  return textsAt(objectAt(security(container), 'capabilities'), 'add').filter((each) => !allowed(each))
}

function capabilityDetails(containers: readonly JsonObject[], allowed: (capability: string) => boolean): readonly string[] {
  const guilty = containers.filter((each) => addedCapabilities(each, allowed).length > 0)
  const names = [...new Set(guilty.flatMap((each) => addedCapabilities(each, allowed)))].sort()
  return told(guilty, `must not include ${quoted(names)} in securityContext.capabilities.add`)
}

function profileType(holder: JsonObject): string {
  return textAt(objectAt(security(holder), 'seccompProfile'), 'type')
}

function hostPortsOf(containers: readonly JsonObject[]): readonly string[] {
  const guilty = containers.filter((each) => objectsAt(each, 'ports').some((port) => (numberAt(port, 'hostPort') ?? 0) !== 0))
  const used = guilty.flatMap((each) => objectsAt(each, 'ports').map((port) => numberAt(port, 'hostPort') ?? 0))
  const ports = [...new Set(used.filter((port) => port !== 0))].map(String).sort()
  const uses = guilty.length === 1 ? 'uses' : 'use'
  return told(guilty, `${uses} hostPort${ports.length === 1 ? '' : 's'} ${ports.join(', ')}`)
}

/** Checks of the baseline that the restricted standard keeps, in the server's order. */
const lasting: readonly Check[] = [
  (spec) => {
    const keys = ['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => spec[key] === true)
    return ['host namespaces', keys.length === 0 ? [] : [keys.map((key) => `${key}=true`).join(', ')]]
  },
  (_spec, containers) => ['hostPort', hostPortsOf(containers)],
  (_spec, containers) => {
    const guilty = containers.filter((each) => security(each)?.privileged === true)
    return ['privileged', told(guilty, 'must not set securityContext.privileged=true')]
  },
  (_spec, containers) => {
    const mounts = (each: JsonObject): string => textAt(security(each), 'procMount')
    const guilty = containers.filter((each) => mounts(each) !== '' && mounts(each) !== 'Default')
    return ['procMount', told(guilty, 'must not set securityContext.procMount to "Unmasked"')]
  },
  (spec) => {
    const names = objectsAt(security(spec), 'sysctls').map((each) => textAt(each, 'name'))
    const unsafe = names.filter((name) => !safeSysctls.has(name))
    return ['forbidden sysctls', unsafe.length === 0 ? [] : [unsafe.join(', ')]]
  },
]

const baselineOnly: readonly Check[] = [
  (_spec, containers) => ['non-default capabilities', capabilityDetails(containers, (each) => usualCapabilities.has(each))],
  (spec) => {
    const guilty = objectsAt(spec, 'volumes').filter((volume) => volume.hostPath !== undefined)
    return ['hostPath volumes', guilty.length === 0 ? [] : [named('volume', guilty)]]
  },
  (spec, containers) => {
    const what = 'must not set securityContext.seccompProfile.type to "Unconfined"'
    const pod = profileType(spec) === 'Unconfined' ? [`pod ${what}`] : []
    return [
      'seccompProfile',
      [
        ...pod,
        ...told(
          containers.filter((each) => profileType(each) === 'Unconfined'),
          what,
        ),
      ],
    ]
  },
]

function volumeKind(volume: JsonObject): string {
  return Object.keys(volume).find((key) => key !== 'name') ?? ''
}

/** Containers without a setting of their own count where the pod has none either. */
function unset(
  spec: JsonObject,
  containers: readonly JsonObject[],
  isGood: (holder: JsonObject) => boolean | undefined,
): { readonly missing: readonly JsonObject[]; readonly wrong: readonly JsonObject[]; readonly isPodWrong: boolean } {
  const ofPod = isGood(spec)
  const missing = ofPod === true ? [] : containers.filter((each) => isGood(each) === undefined)
  const wrong = containers.filter((each) => isGood(each) === false)
  return { missing: ofPod === false ? [] : missing, wrong, isPodWrong: ofPod === false }
}

const restrictedOnly: readonly Check[] = [
  (_spec, containers) => {
    const guilty = containers.filter((each) => security(each)?.allowPrivilegeEscalation !== false)
    return ['allowPrivilegeEscalation != false', told(guilty, 'must set securityContext.allowPrivilegeEscalation=false')]
  },
  (_spec, containers) => {
    const drops = (each: JsonObject): boolean => listAt(objectAt(security(each), 'capabilities'), 'drop').includes('ALL')
    const keeping = containers.filter((each) => !drops(each))
    const details = told(keeping, 'must set securityContext.capabilities.drop=["ALL"]')
    const adding = capabilityDetails(containers, (each) => each === 'NET_BIND_SERVICE')
    return ['unrestricted capabilities', [...details, ...adding]]
  },
  (spec) => {
    const guilty = objectsAt(spec, 'volumes').filter((volume) => !allowedVolumes.has(volumeKind(volume)))
    const kinds = [...new Set(guilty.map(volumeKind))].sort()
    const what = `${guilty.length === 1 ? 'uses' : 'use'} restricted volume type${kinds.length === 1 ? '' : 's'} ${quoted(kinds)}`
    return ['restricted volume types', guilty.length === 0 ? [] : [`${named('volume', guilty)} ${what}`]]
  },
  (spec, containers) => {
    const found = unset(spec, containers, (each) => {
      const value = security(each)?.runAsNonRoot
      return typeof value === 'boolean' ? value : undefined
    })
    const what = 'securityContext.runAsNonRoot'
    return [
      'runAsNonRoot != true',
      [
        ...(found.isPodWrong ? [`pod must not set ${what}=false`] : []),
        ...told(found.wrong, `must not set ${what}=false`),
        ...told(found.missing, `must set ${what}=true`).map((detail) => `pod or ${detail}`),
      ],
    ]
  },
  (spec, containers) => {
    const isRoot = (each: JsonObject): boolean => numberAt(security(each), 'runAsUser') === 0
    const pod = isRoot(spec) ? ['pod must not set runAsUser=0'] : []
    return ['runAsUser=0', [...pod, ...told(containers.filter(isRoot), 'must not set runAsUser=0')]]
  },
  (spec, containers) => {
    const isGood = (each: JsonObject): boolean | undefined => {
      const type = profileType(each)
      return type === '' ? undefined : type === 'RuntimeDefault' || type === 'Localhost'
    }
    const found = unset(spec, containers, isGood)
    const place = 'securityContext.seccompProfile.type to'
    const refused = 'must not set securityContext.seccompProfile.type to "Unconfined"'
    return [
      'seccompProfile',
      [
        ...(found.isPodWrong ? [`pod ${refused}`] : []),
        ...told(found.wrong, refused),
        ...told(found.missing, `must set ${place} "RuntimeDefault" or "Localhost"`).map((detail) => `pod or ${detail}`),
      ],
    ]
  },
]

const checksOf: { readonly [level: string]: readonly Check[] | undefined } = {
  baseline: [
    ...baselineOnly.slice(0, 1),
    ...lasting.slice(0, 1),
    ...baselineOnly.slice(1, 2),
    ...lasting.slice(1),
    ...baselineOnly.slice(2),
  ],
  restricted: [...lasting, ...restrictedOnly],
}

/** What a pod's specification does against a level of the pod security standards; undefined where it keeps it. */
export function podSecurityViolation(spec: JsonObject, level: string): string | undefined {
  const lists = ['initContainers', 'containers', 'ephemeralContainers']
  const containers = lists.flatMap((list) => objectsAt(spec, list))
  const broken = (checksOf[level] ?? [])
    .map((check) => check(spec, containers))
    .filter(([, details]) => details.length > 0)
    .map(([reason, details]) => `${reason} (${details.join('; ')})`)
  return broken.length === 0 ? undefined : broken.join(', ')
}
