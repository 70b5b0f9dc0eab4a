import type { ComponentOf } from '../../design/component.ts'
import type { Install, MeshProvider, Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { findWorkload } from '../references.ts'
import { resolveRoutes } from '../resolve-routes.ts'
import type { SmiDialect } from '../smi/dialect.ts'
import { SMI_RULES } from '../smi/rules.ts'
import { trafficSplits } from '../smi/traffic-split.ts'
import { trafficTargets } from '../smi/traffic-target.ts'
import { controlPlaneUsage, nodeProxyUsage } from '../usage-queries.ts'
import { TRAEFIK_CAPABILITIES } from './capabilities.ts'
import { lintTraefik } from './lint.ts'
import { routerOrder } from './router-order.ts'
import { annotationMistakes, traefikWorkload } from './service-annotations.ts'
import { namedPorts } from './service-ports.ts'

const NAMESPACE = 'traefik-mesh'
const NOTHING: Translation = { manifests: [], diagnostics: [] }
const CALLED = 'service=~"$namespace-$workload-.*"'
const CRDS = 'https://raw.githubusercontent.com/traefik/mesh/v1.4.8/integration/testdata/crds'

/** The versions of SMI that its controller reads. */
const TRAEFIK_SMI: SmiDialect = {
  split: 'v1alpha3',
  specs: 'v1alpha3',
  access: 'v1alpha2',
  rootService: 'name',
  headers: 'list',
  expressions: 'templated',
}

/** `settings` of a mesh with provider traefik. */
const TRAEFIK_SETTINGS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    acl: {
      type: 'boolean',
      description: 'Only what TrafficTargets name may be called through the mesh; a value of its chart.',
      default: true,
    },
    circuitBreaker: {
      type: 'string',
      description: 'Expression of circuit breakers, such as NetworkErrorRatio() > 0.30 (doc.traefik.io).',
    },
  },
} as const

/** Its proxies stand beside the cluster's network, so a design alone changes nothing for a client. */
function traefikMesh({ mesh }: Scope): Translation {
  return {
    manifests: [],
    diagnostics: [
      mistake(mesh, ['provider'], 'MF3008', {
        severity: 'warning',
        summary: 'Requests pass Traefik Mesh only when clients ask for it',
        detail:
          'A client that calls <service>.<namespace> goes past the mesh; <service>.<namespace>.traefik.mesh goes through it.',
        hint: 'Let the clients call that name.',
      }),
    ],
  }
}

function traefikTraffic(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  const splits = trafficSplits(policy, scope, TRAEFIK_SMI)
  const { routes } = resolveRoutes(policy, workload, scope)
  return {
    manifests: splits.manifests,
    diagnostics: [...splits.diagnostics, ...routerOrder(policy, routes), ...annotationMistakes(policy, workload, scope)],
  }
}

function traefikAuthorization(policy: ComponentOf<'authorization'>, scope: Scope): Translation {
  const made = trafficTargets(policy, scope, TRAEFIK_SMI)
  const targets = { ...made, diagnostics: [...made.diagnostics, ...namedPorts(policy, scope)] }
  if (scope.mesh.spec.settings?.acl !== false) return targets
  const off = mistake(policy, [], 'MF3008', {
    severity: 'warning',
    summary: 'TrafficTargets decide nothing while settings.acl is false',
    hint: 'Set it to true.',
  })
  return { ...targets, diagnostics: [...targets.diagnostics, off] }
}

function installTraefik({ spec }: ComponentOf<'meshes'>): Install {
  const namespace = spec.namespace ?? NAMESPACE
  return {
    namespace,
    charts: [
      {
        repository: 'https://traefik.github.io/charts',
        name: 'traefik-mesh',
        // The chart has versions of its own; that of the mesh is the tag of its image.
        version: undefined,
        release: 'traefik-mesh',
        namespace,
        values: {
          acl: spec.settings?.acl !== false,
          ...(spec.version === undefined ? {} : { controller: { image: { tag: `v${spec.version}` } } }),
        },
        crdsOnly: false,
      },
    ],
    requires: [
      { crd: 'trafficsplits.split.smi-spec.io', get: `${CRDS}/smi-split.yaml` },
      { crd: 'httproutegroups.specs.smi-spec.io', get: `${CRDS}/smi-specs.yaml` },
      { crd: 'traffictargets.access.smi-spec.io', get: `${CRDS}/smi-access.yaml` },
    ],
    controlPlane: [
      { kind: 'Deployment', name: 'traefik-mesh-controller', container: 'traefik-mesh-controller' },
      { kind: 'DaemonSet', name: 'traefik-mesh-proxy', container: 'traefik-mesh-proxy' },
    ],
  }
}

/** Traefik Mesh: SMI, and annotations of Services. */
export const traefik: MeshProvider = {
  name: 'traefik',
  title: 'Traefik Mesh',
  status: 'dormant',
  capabilities: TRAEFIK_CAPABILITIES,
  defaultVersion: '1.4.8',
  defaultNamespace: NAMESPACE,
  settingsSchema: TRAEFIK_SETTINGS,
  install: installTraefik,
  mesh: traefikMesh,
  onboard: traefikWorkload,
  namespaceMetadata: () => ({ labels: {}, annotations: {} }),
  traffic: traefikTraffic,
  authorization: traefikAuthorization,
  gateway: () => NOTHING,
  external: () => NOTHING,
  filter: () => NOTHING,
  rules: {
    ...SMI_RULES,
    ignore: [
      {
        group: '',
        kinds: ['ConfigMap'],
        names: ['coredns', 'coredns-custom'],
        paths: ['data'],
        reason: 'its controller adds the traefik.mesh zone to the look-ups of the cluster',
      },
      {
        group: '',
        kinds: ['Service'],
        names: ['traefik-mesh-*'],
        paths: ['spec.ports'],
        reason: 'its controller opens a port of a shadow Service for each Service it takes in',
      },
    ],
  },
  metrics: {
    requestRate: `sum(rate(traefik_service_requests_total{${CALLED}}[$window]))`,
    errorRate: `sum(rate(traefik_service_requests_total{${CALLED},code=~"5.."}[$window])) / sum(rate(traefik_service_requests_total{${CALLED}}[$window]))`,
    latency: `1000 * histogram_quantile(0.99, sum by (le) (rate(traefik_service_request_duration_seconds_bucket{${CALLED}}[$window])))`,
    ...nodeProxyUsage(NAMESPACE, 'traefik-mesh-proxy'),
    ...controlPlaneUsage(NAMESPACE, 'traefik-mesh-controller'),
  },
  lint: lintTraefik,
}
