import type { ComponentOf } from '../design/component.ts'
import type { ResolvedWorkload, Scope } from './contract.ts'
import { indexOf } from './scope-index.ts'

type Policy = ComponentOf<'authorization'>

/**
 * The policies that hold for a workload, or for a whole namespace or mesh where no workload is told, from the narrowest layer to the
 * widest: those of the workload, of its namespace, of the mesh. Rules of all layers hold together.
 */
export function policyLayers(
  workload: ResolvedWorkload | undefined,
  namespace: string | undefined,
  scope: Scope,
): readonly (readonly Policy[])[] {
  const { authorization, wideAuthorization } = indexOf(scope)
  const place = workload?.namespace ?? namespace
  return [
    ...(workload === undefined ? [] : [authorization.get(workload.address) ?? []]),
    ...(place === undefined ? [] : [wideAuthorization.get(place) ?? []]),
    wideAuthorization.get('') ?? [],
  ]
}

/** True where whoever no rule names is denied: the narrowest layer that says anything of that decides. */
export function isClosed(layers: readonly (readonly Policy[])[]): boolean {
  return layers.find((layer) => layer.some(decides))?.some(closes) ?? false
}

/** True where a policy for all of the namespace or mesh denies whoever no rule names. */
export function isClosedAround({ spec }: Policy, workload: ResolvedWorkload | undefined, scope: Scope): boolean {
  return isClosed(policyLayers(workload, spec.namespace, scope).slice(1))
}

function decides({ spec }: Policy): boolean {
  return spec.default !== undefined || (spec.allow?.length ?? 0) > 0
}

function closes({ spec }: Policy): boolean {
  return spec.default === 'deny' || (spec.default === undefined && (spec.allow?.length ?? 0) > 0)
}
