import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ResolvedWorkload, Scope } from '../contract.ts'
import { filtersAt } from '../filter-order.ts'
import { mistake } from '../mistake.ts'
import { indexOf } from '../scope-index.ts'

type Filter = ComponentOf<'filters'>

/** The one port that a traffic policy's listener is for; undefined when it is for all ports of a Service that has several. */
function listenerPort({ spec }: ComponentOf<'traffic'>, { ports }: ResolvedWorkload): number | undefined {
  return spec.port ?? (ports.length === 1 ? ports[0]?.port : undefined)
}

/** The filters in the listener that a traffic policy makes. */
export function filtersIn(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload, scope: Scope): readonly Filter[] {
  const port = listenerPort(policy, workload)
  return filtersAt(workload.address, scope).filter(
    ({ spec }) => spec.ports === undefined || (port !== undefined && spec.ports.includes(port)),
  )
}

/**
 * What keeps a filter's `ports` from being kept: a workload without traffic policies has one listener for all its filters, and one
 * with them has a listener for each.
 */
export function portMistakes(
  filter: Filter,
  workload: ResolvedWorkload,
  path: readonly (string | number)[],
  scope: Scope,
): readonly Diagnostic[] {
  const policies = indexOf(scope).traffic.get(workload.address) ?? []
  if (policies.length > 0) {
    const open = (filter.spec.ports ?? []).filter((port) => policies.every((policy) => listenerPort(policy, workload) !== port))
    if (open.length === 0) return []
    return [
      mistake(filter, path, 'MF3020', {
        summary: `${filter.address} is for port ${open.join(', ')} of ${workload.address}, and no traffic policy there is for that port alone`,
        detail: 'The listener of a traffic policy has the filters of all the ports that it is for.',
        hint: `Give the policy \`port: ${open[0]}\`, or leave \`ports\` out.`,
      }),
    ]
  }
  const [first] = filtersAt(workload.address, scope)
  if (first === undefined || key(first) === key(filter)) return []
  return [
    mistake(filter, path, 'MF3020', {
      summary: `${filter.address} and ${first.address} are for different ports of ${workload.address}`,
      detail: 'They share one CiliumEnvoyConfig, which keeps their order and has one set of ports.',
      hint: 'Give both the same `ports`, or attach them to workloads of their own.',
    }),
  ]
}

function key({ spec }: Filter): string {
  return spec.ports === undefined ? '' : [...spec.ports].sort((left, right) => left - right).join()
}
