import type { ComponentOf } from '../../design/component.ts'
import type { MeshProvider, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { withPodMetadata } from '../pod-metadata.ts'
import { findWorkload } from '../references.ts'
import { lintSmi } from '../smi/lint.ts'
import { SMI_RULES } from '../smi/rules.ts'
import { trafficSplits } from '../smi/traffic-split.ts'
import { trafficTargets } from '../smi/traffic-target.ts'
import { controlPlaneUsage, proxyUsage } from '../usage-queries.ts'
import { versionServices } from '../version-services.ts'
import { nginxRefusals } from './admission.ts'
import { NGINX_CAPABILITIES } from './capabilities.ts'
import { NGINX_NAMESPACE, NGINX_SMI } from './dialect.ts'
import { circuitBreakers, rateLimits } from './limits.ts'
import { meshConfig } from './mesh-config.ts'

const NOTHING: Translation = { manifests: [], diagnostics: [] }
const INJECTION = 'injector.nsm.nginx.com/auto-inject'
const CALLED = 'dst_service=~"$workload(-.*)?",dst_namespace="$namespace"'

const LB_METHODS = [
  'least_conn',
  'least_time',
  'least_time last_byte',
  'least_time last_byte inflight',
  'random',
  'random two',
  'random two least_conn',
  'random two least_time',
  'random two least_time=last_byte',
  'round_robin',
] as const

function onboard(workload: ResolvedWorkload): Translation {
  const how = workload.component.spec.onboard ?? 'namespace'
  const marked =
    how === 'namespace'
      ? workload.objects
      : withPodMetadata(workload.objects, { labels: { [INJECTION]: how === 'workload' ? 'enabled' : 'disabled' } }, ['onboard'])
  return { manifests: [...marked, ...versionServices(workload)], diagnostics: [] }
}

function traffic(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  const parts = [trafficSplits(policy, scope, NGINX_SMI), rateLimits(policy, workload, scope)]
  return {
    manifests: [...parts.flatMap((part) => part.manifests), ...circuitBreakers(policy, workload)],
    diagnostics: parts.flatMap((part) => part.diagnostics),
  }
}

/** NGINX Service Mesh, archived in 2024. */
export const nginx: MeshProvider = {
  name: 'nginx',
  title: 'NGINX Service Mesh',
  status: 'archived',
  capabilities: NGINX_CAPABILITIES,
  defaultVersion: '2.0.0',
  defaultNamespace: NGINX_NAMESPACE,
  settingsSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      loadBalancing: { type: 'string', enum: LB_METHODS, description: 'How sidecars choose endpoints, for the whole mesh.' },
    },
  },
  install: ({ spec }) => ({
    namespace: spec.namespace ?? NGINX_NAMESPACE,
    charts: [
      {
        repository: 'https://helm.nginx.com/stable',
        name: 'nginx-service-mesh',
        version: spec.version,
        release: 'nginx-service-mesh',
        namespace: spec.namespace ?? NGINX_NAMESPACE,
        values: {},
        crdsOnly: false,
      },
    ],
    controlPlane: [
      { kind: 'Deployment', name: 'nginx-mesh-controller', container: 'nginx-mesh-controller' },
      { kind: 'Deployment', name: 'nginx-mesh-metrics', container: 'nginx-mesh-metrics' },
      { kind: 'Deployment', name: 'nats-server', container: 'nats' },
      { kind: 'DaemonSet', name: 'spire-agent', container: 'spire-agent' },
    ],
  }),
  mesh: meshConfig,
  onboard,
  namespaceMetadata: () => ({ labels: { [INJECTION]: 'enabled' }, annotations: {} }),
  traffic,
  authorization: (policy, scope) => trafficTargets(policy, scope, NGINX_SMI),
  gateway: () => NOTHING,
  external: () => NOTHING,
  filter: () => NOTHING,
  rules: {
    ...SMI_RULES,
    ignore: [
      {
        group: 'admissionregistration.k8s.io',
        kinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
        names: ['nsm.nginx.com*', 'nginx-mesh*'],
        paths: ['webhooks[*].clientConfig.caBundle'],
        reason: 'the control plane puts its certificate in',
      },
      {
        group: '',
        kinds: ['Pod'],
        paths: ['metadata.labels["nsm.nginx.com/deployment"]', 'metadata.annotations["injector.nsm.nginx.com/status"]'],
        reason: 'the injector',
      },
      {
        group: 'spiffeid.spiffe.io',
        kinds: ['SpiffeID'],
        paths: ['status'],
        reason: 'SPIRE registers the identity',
      },
    ],
  },
  metrics: {
    requestRate: `sum(rate(nginxplus_upstream_server_requests{${CALLED}}[$window]))`,
    errorRate: `sum(rate(nginxplus_upstream_server_responses{${CALLED},code="5xx"}[$window])) / sum(rate(nginxplus_upstream_server_requests{${CALLED}}[$window]))`,
    latency: `histogram_quantile(0.99, sum by (le) (rate(nginxplus_upstream_server_response_latency_ms_bucket{${CALLED}}[$window])))`,
    ...proxyUsage('nginx-mesh-sidecar'),
    ...controlPlaneUsage(NGINX_NAMESPACE, 'nginx-mesh-controller|nginx-mesh-metrics|nats|spire-.*'),
  },
  lint: (manifests) => [...lintSmi(manifests), ...nginxRefusals(manifests)],
}
