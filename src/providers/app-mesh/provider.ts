import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { admissionFindings } from '../admission.ts'
import type { DesiredManifest, MeshProvider, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { withPodMetadata } from '../pod-metadata.ts'
import { findWorkload, serviceHost } from '../references.ts'
import { servesNothing } from '../route-conflicts.ts'
import { indexOf } from '../scope-index.ts'
import { settingConflicts } from '../setting-conflicts.ts'
import { from, traceManifest } from '../traced-manifest.ts'
import { controlPlaneUsage, proxyUsage } from '../usage-queries.ts'
import { versionServices } from '../version-services.ts'
import { APP_MESH_ADMISSION } from './admission.ts'
import { authorizationMistakes } from './authorization.ts'
import { APP_MESH_CAPABILITIES } from './capabilities.ts'
import { externalHost } from './external.ts'
import { virtualGateway } from './gateway.ts'
import { APP_MESH_API, APP_MESH_NAMESPACE, hasRouter, meshName, meshNameOf } from './names.ts'
import { portMistakes } from './ports.ts'
import { limitMistakes, nodeName, virtualNodes } from './virtual-node.ts'
import { evenRouter, virtualRouter } from './virtual-router.ts'

const INJECTION = 'appmesh.k8s.aws/sidecarInjectorWebhook'
const KINDS = ['Mesh', 'VirtualNode', 'VirtualRouter', 'VirtualService', 'VirtualGateway', 'GatewayRoute'] as const
const GROUP = 'appmesh.k8s.aws'

/** The Mesh; once somebody says who may call, workloads reach their backends alone. */
function meshObject(scope: Scope): Translation {
  const name = meshName(scope)
  const manifest = traceManifest(
    {
      apiVersion: APP_MESH_API,
      kind: 'Mesh',
      metadata: { name },
      spec: {
        namespaceSelector: { matchLabels: { mesh: name } },
        egressFilter: { type: scope.authorization.size > 0 ? 'DROP_ALL' : 'ALLOW_ALL' },
      },
    },
    [],
  )
  return { manifests: [manifest], diagnostics: [] }
}

function onboard(workload: ResolvedWorkload, scope: Scope): Translation {
  const how = workload.component.spec.onboard ?? 'namespace'
  const marked =
    how === 'namespace'
      ? workload.objects
      : withPodMetadata(workload.objects, { annotations: { [INJECTION]: how === 'workload' ? 'enabled' : 'disabled' } }, [
          'onboard',
        ])
  const services = versionServices(workload)
  if (how === 'off') return { manifests: [...marked, ...services], diagnostics: [] }
  const routed = (indexOf(scope).traffic.get(workload.address) ?? []).some(({ spec }) => spec.routes !== undefined)
  return {
    manifests: [
      ...marked,
      ...services,
      ...virtualNodes(workload, scope),
      ...(workload.versions.length > 0 && workload.service !== undefined && !routed ? [evenRouter(workload)] : []),
      ...virtualService(workload, scope),
    ],
    diagnostics: portMistakes(workload),
  }
}

/** The name under which a workload is called: its Service's. */
function virtualService(workload: ResolvedWorkload, scope: Scope): readonly DesiredManifest[] {
  const { service, namespace } = workload
  if (service === undefined) return []
  const provider = hasRouter(workload, scope)
    ? { virtualRouter: { virtualRouterRef: { name: service } } }
    : { virtualNode: { virtualNodeRef: { name: nodeName(workload, undefined) } } }
  return [
    traceManifest(
      {
        apiVersion: APP_MESH_API,
        kind: 'VirtualService',
        metadata: { name: service, namespace },
        spec: { awsName: from(['service'], serviceHost(service, namespace)), provider },
      },
      [],
    ),
  ]
}

function traffic(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  if (workload.service === undefined) return { manifests: [], diagnostics: [servesNothing(policy, workload)] }
  const own = [...otherPort(policy, workload), ...settingConflicts(policy, workload, scope)]
  const limits = limitMistakes(policy, workload)
  if (policy.spec.routes === undefined || own.length > 0) return { manifests: [], diagnostics: [...own, ...limits] }
  const { manifests, diagnostics } = virtualRouter(policy, workload, scope)
  return { manifests, diagnostics: [...diagnostics, ...limits] }
}

/** Nodes and routers have one listener here, that of the first port. */
function otherPort(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload): readonly Diagnostic[] {
  const { port } = policy.spec
  const [first] = workload.ports
  if (port === undefined || first === undefined || port === first.port) return []
  return [
    mistake(policy, ['port'], 'MF3020', {
      summary: `Of ${workload.address} port ${first.port} alone is a listener of App Mesh`,
      hint: `Make a workload of its own for port ${port}.`,
    }),
  ]
}

/** AWS App Mesh, whose service ended in September 2026. */
export const appMesh: MeshProvider = {
  name: 'app-mesh',
  title: 'AWS App Mesh',
  status: 'ended',
  capabilities: APP_MESH_CAPABILITIES,
  defaultVersion: '1.13.3',
  defaultNamespace: APP_MESH_NAMESPACE,
  settingsSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      meshName: { type: 'string', description: 'Name of the Mesh and of the label `mesh` on its namespaces, default mesh.' },
    },
  },
  install: ({ spec }) => ({
    namespace: spec.namespace ?? APP_MESH_NAMESPACE,
    charts: [
      {
        repository: 'https://aws.github.io/eks-charts',
        name: 'appmesh-controller',
        version: spec.version,
        release: 'appmesh-controller',
        namespace: spec.namespace ?? APP_MESH_NAMESPACE,
        values: {
          ...(spec.mtls === undefined || spec.mtls === 'disable' ? {} : { sds: { enabled: true } }),
        },
        crdsOnly: false,
      },
    ],
    controlPlane: [{ kind: 'Deployment', name: 'appmesh-controller', container: 'controller' }],
  }),
  mesh: meshObject,
  onboard,
  namespaceMetadata: (mesh) => ({ labels: { mesh: meshNameOf(mesh), [INJECTION]: 'enabled' }, annotations: {} }),
  traffic,
  authorization: authorizationMistakes,
  gateway: virtualGateway,
  external: externalHost,
  filter: () => ({ manifests: [], diagnostics: [] }),
  rules: {
    health: KINDS.map((kind) => ({ group: GROUP, kinds: [kind], condition: `${kind}Active`, status: 'True', optional: true })),
    ignore: [
      {
        group: GROUP,
        kinds: KINDS,
        paths: ['status', 'metadata.finalizers', 'spec.meshRef'],
        reason: 'the controller names the mesh',
      },
      {
        group: GROUP,
        // The host of a VirtualService is said by the design.
        kinds: KINDS.filter((kind) => kind !== 'VirtualService'),
        paths: ['spec.awsName'],
        reason: 'the controller names the resource in AWS',
      },
      {
        group: 'admissionregistration.k8s.io',
        kinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
        names: ['appmesh-controller-*'],
        paths: ['webhooks[*].clientConfig.caBundle'],
        reason: 'the controller puts its certificate in',
      },
    ],
    order: [
      {
        before: { group: GROUP, kinds: ['Mesh'] },
        after: { group: GROUP, kinds: ['VirtualNode', 'VirtualRouter', 'VirtualService', 'VirtualGateway', 'GatewayRoute'] },
        reason: 'everything belongs to a mesh',
      },
      {
        before: { group: GROUP, kinds: ['VirtualRouter'] },
        after: { group: GROUP, kinds: ['VirtualService'] },
        reason: 'a service names its router',
      },
      {
        before: { group: GROUP, kinds: ['VirtualGateway', 'VirtualService'] },
        after: { group: GROUP, kinds: ['GatewayRoute'] },
        reason: 'a route names its gateway and its service',
      },
    ],
    // webhooks/appmesh/*_validator.go of the controller, enforceFieldsImmutability.
    unchangeable: [
      {
        group: GROUP,
        kinds: ['Mesh'],
        paths: ['spec.awsName'],
        reason: 'everything of the mesh in AWS belongs to that name',
        otherwise:
          'Leave the name, or make another mesh beside this one (`settings: {meshName: ...}`) and move the workloads over.',
      },
      {
        group: GROUP,
        kinds: KINDS.filter((kind) => kind !== 'Mesh'),
        paths: ['spec.awsName', 'spec.meshRef'],
        reason: 'the resource in AWS has that name and mesh',
      },
      { group: GROUP, kinds: ['GatewayRoute'], paths: ['spec.virtualGatewayRef'], reason: 'a route belongs to its gateway' },
      {
        group: GROUP,
        kinds: ['VirtualNode'],
        paths: ['spec.serviceDiscovery.awsCloudMap'],
        mayBeSet: true,
        reason: 'the service in Cloud Map stays',
      },
    ],
  },
  metrics: {
    requestRate:
      'sum(rate(envoy_cluster_upstream_rq_total{appmesh_virtual_node=~"$workload(-.*)?_$namespace",envoy_cluster_name=~"cds_ingress_.*"}[$window]))',
    errorRate:
      'sum(rate(envoy_cluster_upstream_rq_xx{appmesh_virtual_node=~"$workload(-.*)?_$namespace",envoy_cluster_name=~"cds_ingress_.*",envoy_response_code_class="5"}[$window])) / sum(rate(envoy_cluster_upstream_rq_total{appmesh_virtual_node=~"$workload(-.*)?_$namespace",envoy_cluster_name=~"cds_ingress_.*"}[$window]))',
    latency:
      'histogram_quantile(0.99, sum by (le) (rate(envoy_cluster_upstream_rq_time_bucket{appmesh_virtual_node=~"$workload(-.*)?_$namespace",envoy_cluster_name=~"cds_ingress_.*"}[$window])))',
    ...proxyUsage('envoy'),
    ...controlPlaneUsage(APP_MESH_NAMESPACE, 'controller'),
  },
  lint: (manifests) => admissionFindings(manifests, APP_MESH_ADMISSION),
}
