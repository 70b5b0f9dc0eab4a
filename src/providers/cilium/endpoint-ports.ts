import type { ResolvedWorkload, ServicePort } from '../contract.ts'
import { podPort } from '../pod-port.ts'
import type { DraftObject } from '../traced-manifest.ts'

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
