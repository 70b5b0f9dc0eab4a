import type { Manifest, StringMap } from '../../plan/manifest.ts'
import { admissionFindings } from '../admission.ts'
import type { LintFinding } from '../contract.ts'
import { labelsIn, objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'
import { lintFinding } from '../lint-finding.ts'
import { ISTIO_ADMISSION } from './admission.ts'
import { lintGateways, lintVirtualServices } from './lint-routes.ts'

/**
 * What `istioctl analyze` warns about and can be told from the objects alone (istio.io/docs/reference/config/analysis; the codes
 * in the details are its). An object that is not among them may be in the cluster, so only what contradicts them is reported.
 */
export function lintIstio(manifests: readonly Manifest[]): readonly LintFinding[] {
  const byKind = new Map<string, Manifest[]>()
  for (const manifest of manifests) {
    const list = byKind.get(manifest.kind)
    if (list === undefined) byKind.set(manifest.kind, [manifest])
    else list.push(manifest)
  }
  const of = (kind: string): readonly Manifest[] => byKind.get(kind) ?? []
  const pods = ['Deployment', 'StatefulSet', 'DaemonSet'].flatMap(of).map(podsOf)
  return [
    ...admissionFindings(manifests, ISTIO_ADMISSION),
    ...of('Namespace').flatMap(lintNamespace),
    ...['Deployment', 'StatefulSet', 'DaemonSet'].flatMap(of).flatMap((owner) => lintRevision(owner, of('Namespace'))),
    ...of('DestinationRule').flatMap((rule) => lintDestinationRule(rule, pods)),
    ...lintVirtualServices(of('VirtualService').filter(isIstio), of('DestinationRule'), of('Gateway').filter(isIstio)),
    ...lintGateways(of('Gateway').filter(isIstio)),
    ...['Sidecar', 'Telemetry'].flatMap((kind) => lintSelectors(of(kind))),
  ]
}

function isIstio(manifest: Manifest): boolean {
  return manifest.apiVersion.startsWith('networking.istio.io/')
}

interface PodSet {
  readonly namespace: string
  readonly labels: StringMap
}

function podsOf(manifest: Manifest): PodSet {
  return { namespace: manifest.metadata.namespace ?? '', labels: labelsIn(manifest, 'spec', 'template', 'metadata', 'labels') }
}

function selects(selector: StringMap, labels: StringMap): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value)
}

function lintNamespace(namespace: Manifest): readonly LintFinding[] {
  const labels = namespace.metadata.labels ?? {}
  if (labels['istio-injection'] === undefined || labels['istio.io/rev'] === undefined) return []
  return [
    lintFinding(namespace, ['metadata', 'labels', 'istio.io/rev'], 'MF3035', {
      summary: `Namespace ${namespace.metadata.name} has istio-injection and istio.io/rev`,
      detail: 'istio-injection wins, so the revision is ignored (IST0123).',
      hint: 'Keep one of the two.',
    }),
  ]
}

/** The revision of a namespace is that of all its pods: the label of a pod is read in namespaces that have none (istio-discovery's webhook). */
function lintRevision(owner: Manifest, namespaces: readonly Manifest[]): readonly LintFinding[] {
  const path = ['spec', 'template', 'metadata', 'labels']
  const asked = labelsIn(owner, ...path)['istio.io/rev']
  const labels = namespaces.find(({ metadata }) => metadata.name === owner.metadata.namespace)?.metadata.labels ?? {}
  const injected = labels['istio-injection'] === 'enabled'
  const given = injected ? 'default' : labels['istio.io/rev']
  if (asked === undefined || given === undefined || asked === given) return []
  return [
    lintFinding(owner, [...path, 'istio.io/rev'], 'MF3035', {
      summary: `Pods of ${owner.metadata.name} ask for revision ${asked}, and Namespace ${owner.metadata.namespace} for ${given}`,
      detail: 'The label of the namespace wins, so the pods get the proxy of that revision.',
      hint: `Put the workload into a namespace of its own, or take in the others there by \`onboard: workload\` too.`,
    }),
  ]
}

function lintDestinationRule(rule: Manifest, pods: readonly PodSet[]): readonly LintFinding[] {
  return [...lintSubsets(rule, pods), ...lintTls(rule)]
}

function lintSubsets(rule: Manifest, pods: readonly PodSet[]): readonly LintFinding[] {
  const namespace = stringIn(rule, 'spec', 'host')?.split('.')[1] ?? rule.metadata.namespace ?? ''
  const near = pods.filter((set) => set.namespace === namespace)
  if (near.length === 0) return []
  return objectsIn(rule, 'spec', 'subsets').flatMap((subset, index) => {
    const labels = labelsIn(subset, 'labels')
    if (near.some((set) => selects(labels, set.labels))) return []
    return [
      lintFinding(rule, ['spec', 'subsets', index, 'labels'], 'MF3034', {
        summary: `Subset ${stringIn(subset, 'name') ?? index} of DestinationRule ${rule.metadata.name} selects no pods`,
        detail: `No workload in namespace ${namespace} has the labels ${labelText(labels)} (IST0173).`,
        hint: 'Name the labels that the pods of this version have.',
      }),
    ]
  })
}

function lintTls(rule: Manifest): readonly LintFinding[] {
  const tls = objectIn(rule, 'spec', 'trafficPolicy', 'tls')
  const mode = stringIn(tls, 'mode')
  if (mode !== 'SIMPLE' && mode !== 'MUTUAL') return []
  if (['caCertificates', 'credentialName', 'insecureSkipVerify'].some((key) => valueIn(tls, key) !== undefined)) return []
  return [
    lintFinding(rule, ['spec', 'trafficPolicy', 'tls'], 'MF3036', {
      summary: `DestinationRule ${rule.metadata.name} speaks TLS without checking the certificate of the other side`,
      detail: 'No certificate authority is named, so the certificate that the host shows may not be checked (IST0128).',
      hint: 'Say caCertificates or credentialName, through `settings: {DestinationRule: {trafficPolicy: {tls: {...}}}}`.',
    }),
  ]
}

/** Two objects of one kind in a namespace that select the same pods, or that both select all of them. */
function lintSelectors(objects: readonly Manifest[]): readonly LintFinding[] {
  const first = new Map<string, Manifest>()
  return objects.flatMap((object) => {
    const labels =
      object.kind === 'Sidecar'
        ? labelsIn(object, 'spec', 'workloadSelector', 'labels')
        : labelsIn(object, 'spec', 'selector', 'matchLabels')
    if (stringsIn(object, 'spec', 'targetRefs').length > 0 || objectsIn(object, 'spec', 'targetRefs').length > 0) return []
    const key = `${object.kind}/${object.metadata.namespace ?? ''}/${labelText(labels)}`
    const rival = first.get(key)
    if (rival === undefined) {
      first.set(key, object)
      return []
    }
    return [
      lintFinding(object, ['spec'], 'MF3032', {
        summary: `${object.kind} ${object.metadata.name} and ${rival.metadata.name} hold for the same pods`,
        detail: `Both are in namespace ${object.metadata.namespace ?? ''} and select ${labelText(labels) || 'all pods'}; Istio takes one of them.`,
        hint: 'Merge them into one.',
      }),
    ]
  })
}

function labelText(labels: StringMap): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(', ')
}
