import type { ResolvedWorkload, ServicePort } from './contract.ts'
import { objectsIn, valueIn } from './json-view.ts'
import { podTemplateOf } from './workload-manifests.ts'

/** The port of the pods behind a port of the Service: its number where the pod says it, else its name. */
export function podPort(workload: ResolvedWorkload, { targetPort }: ServicePort): string {
  if (typeof targetPort === 'number') return String(targetPort)
  const containers = workload.objects.flatMap(({ manifest }) => objectsIn(podTemplateOf(manifest), 'spec', 'containers'))
  const named = containers.flatMap((container) => objectsIn(container, 'ports')).find((port) => port.name === targetPort)
  const number = valueIn(named, 'containerPort')
  return typeof number === 'number' ? String(number) : targetPort
}

/** The number of the port of the pods behind a port of the Service; that of the Service where the pods do not say it. */
export function podPortNumber(workload: ResolvedWorkload, port: ServicePort): number {
  const number = Number(podPort(workload, port))
  return Number.isInteger(number) ? number : port.port
}
