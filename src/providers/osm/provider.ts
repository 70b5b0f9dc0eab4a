import type { ComponentOf } from '../../design/component.ts'
import type { MeshSpec } from '../../design/schema/mesh.ts'
import type { MeshProvider, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { withPodMetadata } from '../pod-metadata.ts'
import { findWorkload } from '../references.ts'
import { SMI_RULES } from '../smi/rules.ts'
import { trafficSplits } from '../smi/traffic-split.ts'
import { trafficTargets } from '../smi/traffic-target.ts'
import { controlPlaneUsage, proxyUsage } from '../usage-queries.ts'
import { versionServices } from '../version-services.ts'
import { egress, ingressBackends } from './boundary.ts'
import { OSM_CAPABILITIES } from './capabilities.ts'
import { OSM_NAMESPACE, OSM_SMI } from './dialect.ts'
import { lintOsm } from './lint.ts'
import { meshConfig } from './mesh-config.ts'
import { retries } from './retry.ts'
import { upstreamSettings } from './upstream-setting.ts'

const NOTHING: Translation = { manifests: [], diagnostics: [] }
const INJECTION = 'openservicemesh.io/sidecar-injection'
const CALLED = 'destination_namespace="$namespace",destination_name=~"$workload(-.*)?"'

function meshName(mesh: MeshSpec): string {
  const told = mesh.settings?.meshName
  return typeof told === 'string' ? told : 'osm'
}

function onboard(workload: ResolvedWorkload): Translation {
  const how = workload.component.spec.onboard ?? 'namespace'
  const marked =
    how === 'namespace'
      ? workload.objects
      : withPodMetadata(workload.objects, { annotations: { [INJECTION]: how === 'workload' ? 'enabled' : 'disabled' } }, [
          'onboard',
        ])
  return { manifests: [...marked, ...versionServices(workload)], diagnostics: [] }
}

function traffic(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  const parts = [trafficSplits(policy, scope, OSM_SMI), upstreamSettings(policy, workload, scope)]
  return {
    manifests: [...parts.flatMap((part) => part.manifests), ...retries(policy, workload, scope)],
    diagnostics: parts.flatMap((part) => part.diagnostics),
  }
}

/** Open Service Mesh, archived in 2023. */
export const osm: MeshProvider = {
  name: 'osm',
  title: 'Open Service Mesh',
  status: 'archived',
  capabilities: OSM_CAPABILITIES,
  defaultVersion: '1.2.4',
  defaultNamespace: OSM_NAMESPACE,
  settingsSchema: {
    type: 'object',
    additionalProperties: false,
    properties: { meshName: { type: 'string', description: 'Name of the mesh that namespaces are monitored by, default osm.' } },
  },
  install: ({ spec }) => ({
    namespace: spec.namespace ?? OSM_NAMESPACE,
    charts: [
      {
        repository: 'https://openservicemesh.github.io/osm',
        name: 'osm',
        version: spec.version,
        release: meshName(spec),
        namespace: spec.namespace ?? OSM_NAMESPACE,
        values: { osm: { meshName: meshName(spec) } },
        crdsOnly: false,
      },
    ],
    controlPlane: [
      { kind: 'Deployment', name: 'osm-controller', container: 'osm-controller' },
      { kind: 'Deployment', name: 'osm-injector', container: 'osm-injector' },
      { kind: 'Deployment', name: 'osm-bootstrap', container: 'osm-bootstrap' },
    ],
  }),
  mesh: meshConfig,
  onboard,
  namespaceMetadata: (mesh) => ({
    labels: { 'openservicemesh.io/monitored-by': meshName(mesh) },
    annotations: {
      [INJECTION]: 'enabled',
      ...(mesh.telemetry?.metrics === false ? {} : { 'openservicemesh.io/metrics': 'enabled' }),
    },
  }),
  traffic,
  authorization: (policy, scope) => trafficTargets(policy, scope, OSM_SMI),
  gateway: ingressBackends,
  external: egress,
  filter: () => NOTHING,
  rules: {
    ...SMI_RULES,
    ignore: [
      {
        group: 'admissionregistration.k8s.io',
        kinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
        names: ['osm-webhook-*', 'osm-validator-*'],
        paths: ['webhooks[*].clientConfig.caBundle'],
        reason: 'the control plane puts its certificate in',
      },
      {
        group: '',
        kinds: ['Pod'],
        paths: ['metadata.labels["osm-proxy-uuid"]', 'metadata.annotations["openservicemesh.io/metrics"]'],
        reason: 'the injector',
      },
      {
        group: 'policy.openservicemesh.io',
        kinds: ['IngressBackend', 'UpstreamTrafficSetting'],
        paths: ['status'],
        reason: 'the controller tells whether it took the policy',
      },
    ],
  },
  metrics: {
    requestRate: `sum(rate(osm_request_total{${CALLED}}[$window]))`,
    errorRate: `sum(rate(osm_request_total{${CALLED},response_code=~"5.."}[$window])) / sum(rate(osm_request_total{${CALLED}}[$window]))`,
    latency: `histogram_quantile(0.99, sum by (le) (rate(osm_request_duration_ms_bucket{${CALLED}}[$window])))`,
    ...proxyUsage('envoy'),
    ...controlPlaneUsage(OSM_NAMESPACE, 'osm-controller|osm-injector|osm-bootstrap'),
  },
  lint: lintOsm,
}
