import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject } from '../../plan/json.ts'
import type { DesiredManifest, ResolvedWorkload, Scope } from '../contract.ts'
import { objectsIn } from '../json-view.ts'
import { mistake } from '../mistake.ts'
import { podPortNumber } from '../pod-port.ts'
import { findWorkload } from '../references.ts'

/**
 * A Service of the short form with the numbers of the ports it leads to: the controller holds the port of a TrafficTarget against
 * numbers alone (traefik/mesh, pkg/topology/builder.go), and would pass over the target of a Service that names its port.
 */
export function withNumberedPorts(object: DesiredManifest, workload: ResolvedWorkload): DesiredManifest {
  const { manifest } = object
  if (manifest.kind !== 'Service' || workload.component.spec.manifests !== undefined || !isJsonObject(manifest.spec))
    return object
  const ports = objectsIn(manifest, 'spec', 'ports').map((entry) => {
    const port = workload.ports.find((candidate) => candidate.port === entry.port)
    return port === undefined ? entry : { ...entry, targetPort: podPortNumber(workload, port) }
  })
  return { ...object, manifest: { ...manifest, spec: { ...manifest.spec, ports } } }
}

/** Rules about ports of a Service that says where they lead by name. */
export function namedPorts(policy: ComponentOf<'authorization'>, scope: Scope): readonly Diagnostic[] {
  const workload =
    policy.spec.workload === undefined ? undefined : findWorkload(policy.spec.workload, policy, ['workload'], scope).value
  if (workload?.component.spec.manifests === undefined) return []
  return (policy.spec.allow ?? []).flatMap((rule, index) => {
    const named = workload.ports.find((port) => rule.ports?.includes(port.port) === true && typeof port.targetPort === 'string')
    if (named === undefined) return []
    return [
      mistake(policy, ['allow', index, 'ports'], 'MF3020', {
        summary: `Traefik Mesh knows ports by number, and Service ${workload.service ?? workload.name} leads port ${named.port} to the name ${named.targetPort}`,
        hint: 'Write the number of the container port as its `targetPort`.',
      }),
    ]
  })
}
