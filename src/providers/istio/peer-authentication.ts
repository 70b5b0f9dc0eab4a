import type { DesiredManifest, Scope } from '../contract.ts'
import { indexOf } from '../scope-index.ts'
import { from, traceManifest } from '../traced-manifest.ts'
import type { IstioApi } from './api.ts'

const MODES = { strict: 'STRICT', permissive: 'PERMISSIVE', disable: 'DISABLE' } as const

/**
 * How workloads of the mesh take mutual TLS: for each namespace taken in whole, its `default`; for workloads taken in alone, one
 * of their own, since the namespace isn't ours.
 */
export function peerAuthentications(scope: Scope, api: IstioApi): readonly DesiredManifest[] {
  const { mtls } = scope.mesh.spec
  if (mtls === undefined) return []
  const spec = { mtls: from(['mtls'], { mode: MODES[mtls] }) }
  const make = (name: string, namespace: string, more: object): DesiredManifest =>
    traceManifest(
      { apiVersion: api.security, kind: 'PeerAuthentication', metadata: { name, namespace }, spec: { ...more, ...spec } },
      ['mtls'],
    )
  return [...indexOf(scope).byNamespace].flatMap(([namespace, workloads]) => {
    const whole = workloads.some((workload) => workload.component.spec.onboard !== 'workload')
    if (whole) return [make('default', namespace, {})]
    return workloads.map((workload) => make(workload.name, namespace, { selector: { matchLabels: workload.selector } }))
  })
}
