import type { StringMap } from '../../plan/manifest.ts'
import type { DesiredManifest, MeshProvider, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { withPodMetadata } from '../pod-metadata.ts'
import { indexOf } from '../scope-index.ts'
import { controlPlaneUsage } from '../usage-queries.ts'
import { NSM_CAPABILITIES } from './capabilities.ts'
import { networkService } from './network-service.ts'

const NOTHING: Translation = { manifests: [], diagnostics: [] }
const NSM_NAMESPACE = 'nsm-system'

/** The network services that a workload connects to: those whose policy names it as caller, or names nobody. */
function servicesOf(caller: ResolvedWorkload, scope: Scope): readonly string[] {
  const index = indexOf(scope)
  return index.workloads
    .filter((callee) => {
      const known = index.callers.get(callee.address) ?? []
      const served = (index.traffic.get(callee.address) ?? []).some(({ spec }) => spec.routes !== undefined)
      return callee !== caller && served && (known.length === 0 || known.includes(caller))
    })
    .map((callee) => callee.service ?? callee.name)
}

/** A client's request for its interfaces, one for each network service, with the labels by which routes tell it apart. */
function clientAnnotation(caller: ResolvedWorkload, scope: Scope): string | undefined {
  const labels = Object.entries(caller.selector).map(([key, value]) => `${key}=${value}`)
  const urls = servicesOf(caller, scope).map((service, index) => `kernel://${service}/nsm-${index + 1}?${labels.join('&')}`)
  return urls.length === 0 ? undefined : urls.join(',')
}

function onboard(workload: ResolvedWorkload, scope: Scope): Translation {
  const annotation = workload.component.spec.onboard === 'off' ? undefined : clientAnnotation(workload, scope)
  if (annotation === undefined) return { manifests: workload.objects, diagnostics: [] }
  const labels: StringMap = { 'spiffe.io/spiffe-id': 'true' }
  const marked: readonly DesiredManifest[] = withPodMetadata(
    workload.objects,
    { labels, annotations: { 'networkservicemesh.io': annotation } },
    ['mesh'],
  )
  return { manifests: marked, diagnostics: [] }
}

/** Network Service Mesh: connections below HTTP between pods, virtual machines and clusters. */
export const nsm: MeshProvider = {
  name: 'nsm',
  title: 'Network Service Mesh',
  status: 'active',
  capabilities: NSM_CAPABILITIES,
  defaultVersion: '1.18.0',
  defaultNamespace: NSM_NAMESPACE,
  settingsSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      payload: { type: 'string', enum: ['IP', 'ETHERNET'], description: 'What connections carry, default IP.' },
    },
  },
  install: ({ spec }) => ({
    namespace: spec.namespace ?? NSM_NAMESPACE,
    charts: [],
    requires: [
      {
        crd: 'networkservices.networkservicemesh.io',
        get: `its own manifests: \`kubectl apply -k https://github.com/networkservicemesh/deployments-k8s/examples/basic?ref=v${spec.version ?? '1.18.0'}\``,
      },
    ],
    controlPlane: [
      { kind: 'DaemonSet', name: 'nsmgr', container: 'nsmgr' },
      { kind: 'DaemonSet', name: 'forwarder-vpp', container: 'forwarder-vpp' },
      { kind: 'Deployment', name: 'registry-k8s', container: 'registry' },
      { kind: 'Deployment', name: 'admission-webhook-k8s', container: 'admission-webhook-k8s' },
    ],
  }),
  mesh: () => NOTHING,
  onboard,
  namespaceMetadata: () => ({ labels: {}, annotations: {} }),
  traffic: networkService,
  authorization: () => NOTHING,
  gateway: () => NOTHING,
  external: () => NOTHING,
  filter: () => NOTHING,
  rules: {
    health: [],
    ignore: [
      {
        group: 'admissionregistration.k8s.io',
        kinds: ['MutatingWebhookConfiguration'],
        names: ['nsm-*', 'admission-webhook-*'],
        paths: ['webhooks[*].clientConfig.caBundle'],
        reason: 'the webhook puts its certificate in',
      },
      {
        group: '',
        kinds: ['Pod'],
        paths: ['metadata.labels["spiffe.io/spiffe-id"]'],
        reason: 'the webhook asks SPIRE for an identity',
      },
    ],
    order: [],
  },
  // Network Service Mesh sees connections, and tells of them by OpenTelemetry only.
  metrics: {
    requestRate: '',
    errorRate: '',
    latency: '',
    proxyCpu: '',
    proxyMemory: '',
    ...controlPlaneUsage(NSM_NAMESPACE, 'nsmgr|forwarder-.*|registry|admission-webhook-k8s'),
  },
  lint: () => [],
}
