import type { ComponentOf } from '../design/component.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { ResolvedWorkload, Scope } from './contract.ts'
import { mistake } from './mistake.ts'
import { indexOf } from './scope-index.ts'

const SETTINGS = ['circuitBreaker', 'loadBalancing', 'rateLimit'] as const

/** Settings of a workload that an earlier policy says already for the same port: a mesh keeps one set, so the later is refused. */
export function settingConflicts(
  policy: ComponentOf<'traffic'>,
  workload: ResolvedWorkload,
  scope: Scope,
): readonly Diagnostic[] {
  const policies = indexOf(scope).traffic.get(workload.address) ?? []
  const earlier = policies.slice(0, Math.max(0, policies.indexOf(policy)))
  return SETTINGS.flatMap((setting) => {
    if (policy.spec[setting] === undefined) return []
    const rival = earlier.find(
      ({ spec }) =>
        spec[setting] !== undefined &&
        (spec.port === undefined || policy.spec.port === undefined || spec.port === policy.spec.port),
    )
    if (rival === undefined) return []
    return [
      mistake(policy, [setting], 'MF3004', {
        summary: `${policy.address} and ${rival.address} both say \`${setting}\` for ${workload.address}`,
        detail: 'The mesh keeps one of these for a Service and port.',
        hint: 'Move them into one policy, or give each a `port` of its own.',
      }),
    ]
  })
}
