import type { ValuePath } from '../../plan/source.ts'
import type { ResolvedCaller } from '../resolve-callers.ts'
import type { Draft } from '../traced-manifest.ts'
import { ACCOUNT_LABEL, NAMESPACE_LABEL } from './api.ts'

/** A caller as one entry of the field of a rule that can hold it; fields cannot be mixed in one rule. */
export interface Peer {
  readonly key: 'fromEndpoints' | 'fromEntities' | 'fromCIDR'
  readonly value: Draft
  readonly path: ValuePath
  /** Undefined for everybody. */
  readonly caller: ResolvedCaller | undefined
}

/** Every pod, of whichever namespace: a namespaced policy would otherwise mean its own alone. */
export const ANY_POD = { matchExpressions: [{ key: NAMESPACE_LABEL, operator: 'Exists' }] }

/** A caller as Cilium tells it, in a policy of a namespace; undefined where it has no words for it. */
export function peersOf(caller: ResolvedCaller, own: string): readonly Peer[] | undefined {
  const { path } = caller
  const endpoints = (value: Draft): readonly Peer[] => [{ key: 'fromEndpoints', value, path, caller }]
  const elsewhere = (namespace: string) => (namespace === own ? {} : { [NAMESPACE_LABEL]: namespace })
  switch (caller.kind) {
    case 'workload':
      return endpoints({ matchLabels: { ...caller.workload.selector, ...elsewhere(caller.workload.namespace) } })
    case 'namespace':
      return endpoints({ matchLabels: { [NAMESPACE_LABEL]: caller.namespace } })
    case 'serviceAccount':
      return endpoints({ matchLabels: { [ACCOUNT_LABEL]: caller.name, ...elsewhere(caller.namespace) } })
    case 'principal': {
      const [, namespace, account] = /\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(caller.principal) ?? []
      if (namespace === undefined || account === undefined) return undefined
      return endpoints({ matchLabels: { [ACCOUNT_LABEL]: account, ...elsewhere(namespace) } })
    }
    case 'authenticated':
      return endpoints(ANY_POD)
    case 'ipBlock':
      return [{ key: 'fromCIDR', value: caller.ipBlock, path, caller }]
    case 'ingress':
      return [{ key: 'fromEntities', value: 'ingress', path, caller }]
    case 'anyone':
      return [{ key: 'fromEntities', value: 'all', path, caller }]
  }
}
