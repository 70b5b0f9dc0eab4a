import type { ResolvedWorkload, ServicePort } from '../contract.ts'
import { objectsIn, valueIn } from '../json-view.ts'
import type { DraftObject } from '../traced-manifest.ts'
import { podTemplateOf } from '../workload-manifests.ts'

/** The port of the pods behind a port of the Service: its number where the pod says it, else its name. */
function podPort(workload: ResolvedWorkload, { targetPort }: ServicePort): string {
  if (typeof targetPort === 'number') return String(targetPort)
  const containers = workload.objects.flatMap(({ manifest }) => objectsIn(podTemplateOf(manifest), 'spec', 'containers'))
  const named = containers.flatMap((container) => objectsIn(container, 'ports')).find((port) => port.name === targetPort)
  const number = valueIn(named, 'containerPort')
  return typeof number === 'number' ? String(number) : targetPort
}

/** Ports of a workload as policies name them, without doubles. */
export function endpointPorts(workload: ResolvedWorkload, ports: readonly ServicePort[]): readonly DraftObject[] {
  const seen = new Map<string, DraftObject>()
  for (const port of ports) {
    const protocol = port.protocol === 'udp' ? 'UDP' : 'TCP'
    const number = podPort(workload, port)
    seen.set(`${number}/${protocol}`, { port: number, protocol })
  }
  return [...seen.values()]
}

/** True for ports whose requests Cilium's proxy can look into. */
export function speaksHttp({ protocol }: ServicePort): boolean {
  return protocol === 'http' || protocol === 'http2' || protocol === 'grpc'
}
