import type { DesiredManifest, ResolvedWorkload } from './contract.ts'
import { traceManifest } from './traced-manifest.ts'

/** The Services that select one version each, for meshes whose routes lead to Services; those that exist are left alone. */
export function versionServices(workload: ResolvedWorkload): readonly DesiredManifest[] {
  if (workload.service === undefined) return []
  return workload.versions
    .filter((version) => !version.serviceExists)
    .map((version) =>
      traceManifest(
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: {
            name: version.service,
            namespace: workload.namespace,
            labels: { ...workload.selector, ...version.labels },
          },
          spec: {
            selector: { ...workload.selector, ...version.labels },
            ports: workload.ports.map((port) => ({
              name: port.name === '' ? undefined : port.name,
              port: port.port,
              targetPort: port.targetPort,
              protocol: port.protocol === 'udp' ? 'UDP' : undefined,
              appProtocol: port.protocol === 'udp' ? undefined : port.protocol,
            })),
          },
        },
        ['versions', version.name],
      ),
    )
}
