import type { JsonObject } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import { isWholeQuantity, parseQuantity } from '../quantity.ts'
import { addressWarnings, blockWarnings } from './addresses.ts'
import { keyPairProblem } from './key-pair.ts'
import { oldLabels, templateWarnings, workloadWarnings } from './pod-warnings.ts'

function annotationOf(object: JsonObject, key: string): string | undefined {
  const value = objectAt(objectAt(object, 'metadata'), 'annotations')?.[key]
  return typeof value === 'string' ? value : undefined
}

const oldHints = 'service.kubernetes.io/topology-aware-hints'

function headlessWarnings(spec: JsonObject): readonly string[] {
  return [
    ...(textAt(spec, 'loadBalancerIP') === '' ? [] : ['spec.loadBalancerIP is ignored for headless services']),
    ...(textsAt(spec, 'externalIPs').length === 0 ? [] : ['spec.externalIPs is ignored for headless services']),
    ...(textAt(spec, 'sessionAffinity') === 'None' ? [] : ['spec.SessionAffinity is ignored for headless services']),
  ]
}

/** Of a Service: fields that are ignored or going, and addresses that could be written better. */
export function serviceWarnings(service: JsonObject): readonly string[] {
  const spec = objectAt(service, 'spec') ?? {}
  const type = textAt(spec, 'type')
  const isHeadless = type === 'ClusterIP' && textAt(spec, 'clusterIP') === 'None'
  const hasAddresses = type !== 'ExternalName' && !['', 'None'].includes(textAt(spec, 'clusterIP'))
  const external = textsAt(spec, 'externalIPs')
  return [
    ...(annotationOf(service, oldHints) === undefined
      ? []
      : [`annotation ${oldHints} is deprecated, please use service.kubernetes.io/topology-mode instead`]),
    ...(hasAddresses
      ? textsAt(spec, 'clusterIPs').flatMap((address, index) => addressWarnings(`spec.clusterIPs[${index}]`, address))
      : []),
    ...(isHeadless ? headlessWarnings(spec) : []),
    ...external.flatMap((address, index) => addressWarnings(`spec.externalIPs[${index}]`, address)),
    ...(external.length > 0 && !isHeadless && type !== 'ExternalName'
      ? ['spec.externalIPs is deprecated and may no longer be implemented in some clusters']
      : []),
    ...addressWarnings('spec.loadBalancerIP', textAt(spec, 'loadBalancerIP')),
    ...textsAt(spec, 'loadBalancerSourceRanges').flatMap((range, index) =>
      blockWarnings(`spec.loadBalancerSourceRanges[${index}]`, range),
    ),
    ...(type === 'ExternalName' && external.length > 0 ? ['spec.externalIPs is ignored when spec.type is "ExternalName"'] : []),
    ...(type !== 'ExternalName' && textAt(spec, 'externalName') !== ''
      ? ['spec.externalName is ignored when spec.type is not "ExternalName"']
      : []),
    ...(textAt(spec, 'trafficDistribution') === 'PreferClose'
      ? ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"']
      : []),
  ]
}

/** Of a Secret for TLS: that its certificate and its key are no pair. */
export function secretWarnings(secret: JsonObject): readonly string[] {
  if (textAt(secret, 'type') !== 'kubernetes.io/tls') return []
  const data = objectAt(secret, 'data')
  const [certificate = '', key = ''] = ['tls.crt', 'tls.key'].map((name) =>
    Buffer.from(textAt(data, name), 'base64').toString('latin1'),
  )
  const problem = keyPairProblem(certificate, key)
  return problem === undefined ? [] : [problem]
}

const mountable = 'kubernetes.io/enforce-mountable-secrets'

/** Of a ServiceAccount: an annotation that is going, once. */
export function serviceAccountWarnings(account: JsonObject, old: JsonObject | undefined): readonly string[] {
  if (annotationOf(account, mountable) === undefined) return []
  if (old !== undefined && annotationOf(old, mountable) !== undefined) return []
  return [
    `metadata.annotations[${mountable}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
  ]
}

const oldClass = 'volume.beta.kubernetes.io/storage-class'

function classWarnings(object: JsonObject): readonly string[] {
  if (annotationOf(object, oldClass) === undefined) return []
  return [`metadata.annotations[${oldClass}]: deprecated since v1.8; use "storageClassName" attribute instead`]
}

/** Of what a claim asks for: parts of bytes. */
function claimSpecWarnings(spec: JsonObject, field: string): readonly string[] {
  return ['requests', 'limits'].flatMap((list) => {
    const amount = textAt(objectAt(objectAt(spec, 'resources'), list), 'storage')
    const quantity = parseQuantity(amount)
    if (quantity === undefined || isWholeQuantity(quantity)) return []
    return [`${field}.resources.${list}[storage]: fractional byte value "${amount}" is invalid, must be an integer`]
  })
}

const ofSets = templateWarnings(['spec', 'template'])
const ofNamedSets = workloadWarnings(['spec', 'template'])

/** Of a StatefulSet: its template, the claims that it makes, and revisions that are never forgotten. */
export function statefulSetWarnings(set: JsonObject, old: JsonObject | undefined): readonly string[] {
  const spec = objectAt(set, 'spec')
  const claims = objectsAt(spec, 'volumeClaimTemplates').flatMap((claim, index) =>
    claimSpecWarnings(objectAt(claim, 'spec') ?? {}, `spec.volumeClaimTemplates[${index}]`),
  )
  const isEndless = (numberAt(spec, 'revisionHistoryLimit') ?? 0) < 0
  return [
    ...(old === undefined ? ofNamedSets(set, old) : ofSets(set, old)),
    ...claims,
    ...(isEndless
      ? ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended']
      : []),
  ]
}

/** Of a claim. */
export function claimWarnings(claim: JsonObject): readonly string[] {
  return [...classWarnings(claim), ...claimSpecWarnings(objectAt(claim, 'spec') ?? {}, 'spec')]
}

const oldSources: readonly (readonly [key: string, shownAs: string, what: string])[] = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
]

/** Of a volume: kinds and labels that are going. */
export function volumeWarnings(volume: JsonObject): readonly string[] {
  const spec = objectAt(volume, 'spec') ?? {}
  const terms = objectsAt(objectAt(objectAt(spec, 'nodeAffinity'), 'required'), 'nodeSelectorTerms')
  const recycled = textAt(spec, 'persistentVolumeReclaimPolicy') === 'Recycle'
  return [
    ...classWarnings(volume),
    ...(recycled
      ? [
          'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : []),
    ...terms.flatMap((term, index) =>
      objectsAt(term, 'matchExpressions').flatMap((expression, each) => {
        const label = textAt(expression, 'key')
        const place = `spec.nodeAffinity.required.nodeSelectorTerms[${index}].matchExpressions[${each}].key`
        return labelWarnings(`${place}: ${label} is`, label)
      }),
    ),
    ...oldSources.flatMap(([key, shownAs, what]) => (spec[key] === undefined ? [] : [`spec.${shownAs}: ${what}`])),
  ]
}

function labelWarnings(head: string, label: string): readonly string[] {
  const what = oldLabels.get(label)
  return what === undefined ? [] : [`${head} ${what}`]
}

/** Of a class of storage: labels of nodes that were given others. */
export function storageClassWarnings(storageClass: JsonObject): readonly string[] {
  return objectsAt(storageClass, 'allowedTopologies').flatMap((term, index) =>
    objectsAt(term, 'matchLabelExpressions').flatMap((expression, each) =>
      labelWarnings(`allowedTopologies[${index}].matchLabelExpressions[${each}].key:`, textAt(expression, 'key')),
    ),
  )
}

/** Of a way to run containers: labels of nodes that were given others. */
export function runtimeClassWarnings(each: JsonObject): readonly string[] {
  const labels = Object.keys(objectAt(objectAt(each, 'scheduling'), 'nodeSelector') ?? {})
  return labels.flatMap((label) => labelWarnings('scheduling.nodeSelector:', label))
}

/** Of a network policy: blocks that could be written better. */
export function networkPolicyWarnings(policy: JsonObject): readonly string[] {
  const spec = objectAt(policy, 'spec')
  const sides = [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const
  return sides.flatMap(([side, peers]) =>
    objectsAt(spec, side).flatMap((rule, index) =>
      objectsAt(rule, peers).flatMap((peer, each) => {
        const block = objectAt(peer, 'ipBlock')
        const field = `spec.${side}[${index}].${peers}[${each}].ipBlock`
        return [
          ...blockWarnings(`${field}.cidr`, textAt(block, 'cidr')),
          ...textsAt(block, 'except').flatMap((except, place) => blockWarnings(`${field}.except[${place}]`, except)),
        ]
      }),
    ),
  )
}

/** Of a slice of endpoints: names in place of addresses, and addresses that could be written better. */
export function endpointSliceWarnings(slice: JsonObject): readonly string[] {
  if (textAt(slice, 'addressType') === 'FQDN') return ['spec.addressType: FQDN endpoints are deprecated']
  return objectsAt(slice, 'endpoints').flatMap((endpoint, index) =>
    textsAt(endpoint, 'addresses').flatMap((address, each) => addressWarnings(`endpoints[${index}].addresses[${each}]`, address)),
  )
}

/** Of endpoints: addresses that could be written better. */
export function endpointsWarnings(endpoints: JsonObject): readonly string[] {
  return objectsAt(endpoints, 'subsets').flatMap((subset, index) =>
    ['addresses', 'notReadyAddresses'].flatMap((list) =>
      objectsAt(subset, list).flatMap((address, each) =>
        addressWarnings(`subsets[${index}].${list}[${each}].ip`, textAt(address, 'ip')),
      ),
    ),
  )
}

/** Of a node: fields that nothing reads any more. */
export function nodeWarnings(node: JsonObject): readonly string[] {
  const spec = objectAt(node, 'spec')
  return [
    ...(spec?.configSource === undefined ? [] : ['spec.configSource: the feature is removed']),
    ...(textAt(spec, 'externalID') === '' ? [] : ['spec.externalID: this field is deprecated, and is unused by Kubernetes']),
  ]
}
