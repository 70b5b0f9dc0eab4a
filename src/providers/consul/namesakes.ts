import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ResolvedWorkload, Scope } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { indexOf } from '../scope-index.ts'
import { consulService } from './subsets.ts'

/** Outside Consul Enterprise a service has no namespace, so two of one name would be one. */
export function namesakes(workload: ResolvedWorkload, scope: Scope): readonly Diagnostic[] {
  const service = consulService(workload)
  const { workloads } = indexOf(scope)
  const other = workloads.find((candidate) => candidate !== workload && consulService(candidate) === service)
  if (other === undefined || workloads.indexOf(other) > workloads.indexOf(workload)) return []
  return [
    mistake(workload.component, [], 'MF3021', {
      summary: `${workload.address} and ${other.address} are both the Consul service "${service}"`,
      detail: 'Names of services hold for the whole datacenter, whatever their Kubernetes namespaces.',
      hint: 'Give one of them another Service, or use `mode: enterprise`.',
    }),
  ]
}
