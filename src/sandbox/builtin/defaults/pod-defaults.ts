import { ensureTree, isTree, objectAt, objectsAt, setDefault, type Tree, textAt } from '../json-tree.ts'

/** Pull always for `latest`, stated or implied; a digest never moves, and what is no reference has no tag. */
function pullPolicyFor(image: string): string {
  if (/\s/.test(image)) return 'IfNotPresent'
  const [reference = '', digest] = image.split('@')
  const name = reference.slice(reference.lastIndexOf('/') + 1)
  const colon = name.indexOf(':')
  const tag = colon >= 0 ? name.slice(colon + 1) : digest === undefined && image !== '' ? 'latest' : ''
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function defaultHttpGet(handler: Tree | undefined): void {
  const httpGet = objectAt(handler, 'httpGet')
  if (httpGet === undefined) return
  setDefault(httpGet, 'path', '/')
  setDefault(httpGet, 'scheme', 'HTTP')
}

function defaultProbe(probe: Tree | undefined): void {
  if (probe === undefined) return
  defaultHttpGet(probe)
  const grpc = objectAt(probe, 'grpc')
  if (grpc !== undefined) setDefault(grpc, 'service', '')
  setDefault(probe, 'timeoutSeconds', 1)
  setDefault(probe, 'periodSeconds', 10)
  setDefault(probe, 'successThreshold', 1)
  setDefault(probe, 'failureThreshold', 3)
}

function defaultFieldReference(holder: Tree): void {
  const reference = objectAt(holder, 'fieldRef')
  if (reference !== undefined) setDefault(reference, 'apiVersion', 'v1')
}

function defaultContainer(container: Tree): void {
  for (const port of objectsAt(container, 'ports')) setDefault(port, 'protocol', 'TCP')
  for (const variable of objectsAt(container, 'env')) {
    const source = objectAt(variable, 'valueFrom')
    if (source !== undefined) defaultFieldReference(source)
  }
  for (const key of ['livenessProbe', 'readinessProbe', 'startupProbe']) defaultProbe(objectAt(container, key))
  const lifecycle = objectAt(container, 'lifecycle')
  defaultHttpGet(objectAt(lifecycle, 'postStart'))
  defaultHttpGet(objectAt(lifecycle, 'preStop'))
  setDefault(container, 'terminationMessagePath', '/dev/termination-log')
  setDefault(container, 'terminationMessagePolicy', 'File')
  setDefault(container, 'imagePullPolicy', pullPolicyFor(textAt(container, 'image')))
}

/** 0644, the mode of files that volumes make. */
const fileMode = 420

function defaultVolume(volume: Tree): void {
  // A volume of no kind is an empty folder.
  if (Object.keys(volume).every((key) => key === 'name')) volume.emptyDir = {}
  for (const key of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const source = objectAt(volume, key)
    if (source !== undefined) setDefault(source, 'defaultMode', fileMode)
  }
  for (const item of objectsAt(objectAt(volume, 'downwardAPI'), 'items')) defaultFieldReference(item)
  for (const source of objectsAt(objectAt(volume, 'projected'), 'sources')) {
    for (const item of objectsAt(objectAt(source, 'downwardAPI'), 'items')) defaultFieldReference(item)
    const token = objectAt(source, 'serviceAccountToken')
    if (token !== undefined) setDefault(token, 'expirationSeconds', 3600)
  }
  const hostPath = objectAt(volume, 'hostPath')
  if (hostPath !== undefined) setDefault(hostPath, 'type', '')
  const claim = objectAt(objectAt(objectAt(volume, 'ephemeral'), 'volumeClaimTemplate'), 'spec')
  if (claim !== undefined) setDefault(claim, 'volumeMode', 'Filesystem')
  const iscsi = objectAt(volume, 'iscsi')
  if (iscsi !== undefined) setDefault(iscsi, 'iscsiInterface', 'default')
}

/** Fills in a pod's specification, in a pod or a template. */
export function defaultPodSpec(spec: Tree): void {
  for (const key of ['initContainers', 'containers', 'ephemeralContainers']) objectsAt(spec, key).forEach(defaultContainer)
  objectsAt(spec, 'volumes').forEach(defaultVolume)
  setDefault(spec, 'restartPolicy', 'Always')
  setDefault(spec, 'terminationGracePeriodSeconds', 30)
  setDefault(spec, 'dnsPolicy', 'ClusterFirst')
  ensureTree(spec, 'securityContext')
  setDefault(spec, 'schedulerName', 'default-scheduler')
  // The old name of the field is kept in step with the new one.
  const account = textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount')
  if (account !== '') {
    spec.serviceAccountName = account
    spec.serviceAccount = account
  }
}

/** Fills in the pod template at `spec.template`. */
export function defaultPodTemplate(spec: Tree): void {
  defaultPodSpec(ensureTree(ensureTree(spec, 'template'), 'spec'))
}

function requestsFromLimits(container: Tree): void {
  const resources = objectAt(container, 'resources')
  const limits = objectAt(resources, 'limits')
  if (resources === undefined || limits === undefined) return
  const requests = ensureTree(resources, 'requests')
  for (const [name, amount] of Object.entries(limits)) if (!Object.hasOwn(requests, name)) requests[name] = amount
}

/** Defaults that only pods themselves get, not templates. */
export function defaultPod(pod: Tree): void {
  const spec = ensureTree(pod, 'spec')
  defaultPodSpec(spec)
  setDefault(spec, 'enableServiceLinks', true)
  for (const key of ['initContainers', 'containers']) objectsAt(spec, key).forEach(requestsFromLimits)
  if (spec.hostNetwork !== true) return
  for (const container of objectsAt(spec, 'containers')) {
    for (const port of objectsAt(container, 'ports'))
      if (isTree(port) && port.hostPort === undefined) port.hostPort = port.containerPort ?? 0
  }
}

function quotaClass(spec: Tree): string {
  const containers = [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')]
  const sets = containers.map((container) => objectAt(container, 'resources') ?? {})
  const limited = (set: Tree, key: string, name: string): boolean => objectAt(set, key)?.[name] !== undefined
  const names = ['cpu', 'memory']
  if (!sets.some((set) => names.some((name) => limited(set, 'limits', name) || limited(set, 'requests', name))))
    return 'BestEffort'
  const guaranteed = sets.every((set) =>
    names.every((name) => limited(set, 'limits', name) && objectAt(set, 'limits')?.[name] === objectAt(set, 'requests')?.[name]),
  )
  return guaranteed ? 'Guaranteed' : 'Burstable'
}

/** What the server sets on a new pod. */
export function preparePod(pod: Tree): void {
  pod.status = { phase: 'Pending', qosClass: quotaClass(ensureTree(pod, 'spec')) }
}
