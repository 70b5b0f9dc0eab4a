import type { JsonObject } from '../../../plan/json.ts'
import { copyTree, ensureTree, listAt, objectAt, objectsAt, setDefault, stringMapAt, type Tree, textAt } from '../json-tree.ts'

/** Every namespace carries its own name as a label. */
export function defaultNamespace(namespace: Tree): void {
  const metadata = ensureTree(namespace, 'metadata')
  const name = textAt(metadata, 'name')
  if (name !== '') ensureTree(metadata, 'labels')['kubernetes.io/metadata.name'] = name
}

/** What holds a namespace is changed through its finalize subresource alone. */
export function prepareNamespaceUpdate(namespace: Tree, old: JsonObject): void {
  const finalizers = listAt(objectAt(old, 'spec'), 'finalizers')
  const spec = ensureTree(namespace, 'spec')
  if (finalizers.length === 0) delete spec.finalizers
  else spec.finalizers = finalizers.map(copyTree)
}

/** A new namespace is active, and held until its objects are gone. */
export function prepareNamespace(namespace: Tree): void {
  const spec = ensureTree(namespace, 'spec')
  const finalizers = Array.isArray(spec.finalizers) ? spec.finalizers : []
  spec.finalizers = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes']
  namespace.status = { phase: 'Active' }
}

/** Secrets of an account are in its own namespace: of a reference to one only the name is kept. */
export function keepSecretNames(account: Tree): void {
  if (account.secrets === undefined) return
  account.secrets = objectsAt(account, 'secrets').map((secret) => ({ name: textAt(secret, 'name') }))
}

/** Text given as `stringData` becomes data; a secret of no type is opaque. */
export function defaultConfigSecret(secret: Tree): void {
  const texts = stringMapAt(secret, 'stringData')
  delete secret.stringData
  if (Object.keys(texts).length > 0) {
    const data = ensureTree(secret, 'data')
    for (const [key, text] of Object.entries(texts)) data[key] = Buffer.from(text, 'utf8').toString('base64')
  }
  setDefault(secret, 'type', 'Opaque')
}

/** Ports of endpoints are TCP unless they say otherwise. */
export function defaultEndpoints(endpoints: Tree): void {
  for (const subset of objectsAt(endpoints, 'subsets')) {
    for (const port of objectsAt(subset, 'ports')) setDefault(port, 'protocol', 'TCP')
  }
}

/** What a node can give is what it has, unless less is said. */
export function defaultNode(node: Tree): void {
  const spec = ensureTree(node, 'spec')
  const block = textAt(spec, 'podCIDR')
  if (block !== '' && listAt(spec, 'podCIDRs').length === 0) spec.podCIDRs = [block]
  const status = ensureTree(node, 'status')
  const capacity = objectAt(status, 'capacity')
  if (capacity !== undefined && objectAt(status, 'allocatable') === undefined) status.allocatable = { ...capacity }
}

/** A new node takes no pods until it says that it is ready. */
export function prepareNode(node: Tree): void {
  const isReady = objectsAt(objectAt(node, 'status'), 'conditions').some(
    (each) => each.type === 'Ready' && each.status === 'True',
  )
  if (isReady) return
  const spec = ensureTree(node, 'spec')
  const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
  const taints = objectsAt(spec, 'taints')
  if (!taints.some(({ key, effect }) => key === taint.key && effect === taint.effect)) spec.taints = [...taints, taint]
}

/** Defaults of a volume. */
export function defaultPersistentVolume(volume: Tree): void {
  const spec = ensureTree(volume, 'spec')
  setDefault(spec, 'persistentVolumeReclaimPolicy', 'Retain')
  setDefault(spec, 'volumeMode', 'Filesystem')
  const hostPath = objectAt(spec, 'hostPath')
  if (hostPath !== undefined) setDefault(hostPath, 'type', '')
  setDefault(ensureTree(volume, 'status'), 'phase', 'Pending')
}

/** A new volume waits for its claim. */
export function preparePersistentVolume(volume: Tree): void {
  volume.status = { phase: 'Pending' }
}

/** Defaults of a claim. */
export function defaultPersistentVolumeClaim(claim: Tree): void {
  setDefault(ensureTree(claim, 'spec'), 'volumeMode', 'Filesystem')
  setDefault(ensureTree(claim, 'status'), 'phase', 'Pending')
}

/** Claims and snapshots, which the older of the two fields knows. */
function isClaimSource(source: JsonObject): boolean {
  const kind = textAt(source, 'kind')
  const group = textAt(source, 'apiGroup')
  if (kind === 'PersistentVolumeClaim') return group === ''
  return kind === 'VolumeSnapshot' && group === 'snapshot.storage.k8s.io'
}

/** A new claim waits for its volume. */
export function preparePersistentVolumeClaim(claim: Tree): void {
  claim.status = { phase: 'Pending' }
  const spec = ensureTree(claim, 'spec')
  const [source, reference] = [objectAt(spec, 'dataSource'), objectAt(spec, 'dataSourceRef')]
  if (source !== undefined && !isClaimSource(source)) delete spec.dataSource
  else if (source !== undefined && reference === undefined) spec.dataSourceRef = copyTree(source)
  else if (source === undefined && reference !== undefined && textAt(reference, 'namespace') === '') {
    const { namespace: _namespace, ...local } = reference
    if (isClaimSource(local)) spec.dataSource = copyTree(local)
  }
}

/** For containers, what is not said about defaults follows from limits, and requests from both. */
export function defaultLimitRange(range: Tree): void {
  for (const item of objectsAt(objectAt(range, 'spec'), 'limits')) {
    if (item.type !== 'Container') continue
    const fill = (key: string, source: string): void => {
      for (const [name, amount] of Object.entries(objectAt(item, source) ?? {})) {
        const target = ensureTree(item, key)
        if (!Object.hasOwn(target, name)) target[name] = amount
      }
    }
    fill('default', 'max')
    fill('defaultRequest', 'default')
    fill('defaultRequest', 'min')
  }
}
