import { ensureTree, objectAt, objectsAt, setDefault, stringMapAt, type Tree, textAt } from '../json-tree.ts'

/** Every namespace carries its own name as a label. */
export function defaultNamespace(namespace: Tree): void {
  const metadata = ensureTree(namespace, 'metadata')
  const name = textAt(metadata, 'name')
  if (name !== '') ensureTree(metadata, 'labels')['kubernetes.io/metadata.name'] = name
}

/** A new namespace is active, and held until its objects are gone. */
export function prepareNamespace(namespace: Tree): void {
  const spec = ensureTree(namespace, 'spec')
  const finalizers = Array.isArray(spec.finalizers) ? spec.finalizers : []
  spec.finalizers = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes']
  namespace.status = { phase: 'Active' }
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
  const status = ensureTree(node, 'status')
  const capacity = objectAt(status, 'capacity')
  if (capacity !== undefined && objectAt(status, 'allocatable') === undefined) status.allocatable = { ...capacity }
}

/** Defaults of a volume. */
export function defaultPersistentVolume(volume: Tree): void {
  const spec = ensureTree(volume, 'spec')
  setDefault(spec, 'persistentVolumeReclaimPolicy', 'Retain')
  setDefault(spec, 'volumeMode', 'Filesystem')
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

/** A new claim waits for its volume. */
export function preparePersistentVolumeClaim(claim: Tree): void {
  claim.status = { phase: 'Pending' }
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
