import { joinName } from '../../design/object-name.ts'
import type { JsonObject } from '../../plan/json.ts'
import type { DesiredManifest, ResolvedWorkload, ServicePort } from '../contract.ts'
import { GATEWAY_API } from '../gateway-api/api.ts'
import { objectIn, objectsIn, stringIn, valueIn } from '../json-view.ts'
import { podPort } from '../pod-port.ts'
import { type DraftObject, traceManifest } from '../traced-manifest.ts'
import { podTemplateOf } from '../workload-manifests.ts'
import { POLICY_API, POLICY_GROUP } from './api.ts'
import { serverName } from './servers.ts'

const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const

/** Paths that the kubelet asks pods for at a port, sorted. */
function probePaths(workload: ResolvedWorkload, port: ServicePort): readonly string[] {
  const own = new Set([podPort(workload, port), String(port.targetPort)])
  const paths = workload.objects.flatMap(({ manifest }) =>
    objectsIn(podTemplateOf(manifest), 'spec', 'containers').flatMap((container) =>
      PROBES.map((probe) => objectIn(container, probe, 'httpGet'))
        .filter((request) => own.has(String(valueIn(request, 'port'))))
        .map(pathOf),
    ),
  )
  return [...new Set(paths)].sort()
}

function pathOf(request: JsonObject): string {
  const [path = ''] = (stringIn(request, 'path') ?? '/').split('?')
  return path === '' ? '/' : path
}

/**
 * What lets the kubelet's probes in at a port: Linkerd does so by itself only where its Server has no HTTPRoutes
 * (linkerd.io/2-edge/features/server-policy). Nothing where pods have no such probes.
 */
export function probeAccess(workload: ResolvedWorkload, port: ServicePort): readonly DesiredManifest[] {
  const paths = probePaths(workload, port)
  if (paths.length === 0) return []
  const server = serverName(workload, port)
  const name = joinName(server, 'probes')
  const make = (apiVersion: string, kind: string, spec: DraftObject): DesiredManifest =>
    traceManifest({ apiVersion, kind, metadata: { name, namespace: workload.namespace }, spec }, ['allow'])
  return [
    make(POLICY_API, 'NetworkAuthentication', { networks: [{ cidr: '0.0.0.0/0' }, { cidr: '::/0' }] }),
    make(GATEWAY_API, 'HTTPRoute', {
      parentRefs: [{ group: POLICY_GROUP, kind: 'Server', name: server }],
      rules: [{ matches: paths.map((value) => ({ path: { type: 'Exact', value }, method: 'GET' })) }],
    }),
    make(POLICY_API, 'AuthorizationPolicy', {
      targetRef: { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name },
      requiredAuthenticationRefs: [{ group: POLICY_GROUP, kind: 'NetworkAuthentication', name }],
    }),
  ]
}
