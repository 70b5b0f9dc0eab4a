import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ResolvedWorkload } from '../contract.ts'
import { valueIn } from '../json-view.ts'
import { mistake } from '../mistake.ts'
import { podPortNumber } from '../pod-port.ts'

/**
 * What a VirtualNode cannot say of a workload's ports: proxies find it by the name of its Service and call the port of its listener
 * there, which is the one that the pods listen on.
 */
export function portMistakes(workload: ResolvedWorkload): readonly Diagnostic[] {
  const { component } = workload
  const [port, ...others] = workload.ports
  if (workload.service === undefined || port === undefined) return []
  const listening = podPortNumber(workload, port)
  const path = component.spec.ports === undefined ? ['manifests'] : ['ports', 0]
  const found: Diagnostic[] = []
  if (listening !== port.port && !isHeadless(workload)) {
    found.push(
      mistake(component, path, 'MF3020', {
        summary: `App Mesh calls the Service of ${workload.address} at ${listening}, where its pods listen, and it serves ${port.port}`,
        detail: 'A VirtualNode is found by the name of its Service, and called at the port of its listener.',
        hint: `Let the Service serve port ${listening}, or the pods listen on ${port.port}.`,
      }),
    )
  }
  if (others.length > 0) {
    found.push(
      mistake(component, component.spec.ports === undefined ? ['manifests'] : ['ports', 1], 'MF3002', {
        severity: 'warning',
        summary: `Of ${workload.address} port ${port.port} alone is a listener of App Mesh`,
        detail: `Requests to ${others.map((other) => other.port).join(', ')} go past its routes, and are refused where mutual TLS is strict.`,
        hint: 'Make a workload of its own for each port that the mesh is to know.',
      }),
    )
  }
  return found
}

/** True when the name of the Service leads to pods themselves, whatever ports it serves. */
function isHeadless({ objects, service }: ResolvedWorkload): boolean {
  return objects.some(
    ({ manifest }) =>
      manifest.kind === 'Service' && manifest.metadata.name === service && valueIn(manifest.spec, 'clusterIP') === 'None',
  )
}
