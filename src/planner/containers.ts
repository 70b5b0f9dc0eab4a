import { isJsonObject, type JsonObject } from '../plan/json.ts'
import type { ObjectKey } from '../plan/manifest.ts'
import type { Candidate } from './assess.ts'
import type { DryRun } from './dry-run.ts'
import type { Owner } from './owner-labels.ts'

/** An object that takes others along when it is deleted: a namespace, or the definition of a kind. */
export interface Container {
  /** objectKeyText of its key. */
  readonly id: string
  readonly key: ObjectKey
  readonly address: string
  readonly contents:
    | { readonly by: 'namespace'; readonly namespace: string }
    | { readonly by: 'kind'; readonly group: string; readonly kind: string }
  /** A namespace that was made because objects of the design live in it, not because the design says so: its address is in no section. */
  readonly isImplicit: boolean
}

/** A live object in a container that the state may not know. */
export interface Stranger {
  readonly key: Omit<ObjectKey, 'cluster'>
  /** Undefined where nobody is marked as its owner. */
  readonly owner: Owner | undefined
  /** This design made it, and its state does not know it any more. */
  readonly isForgotten: boolean
}

/** The container that a live object is; undefined where it is none. */
export function containerOf(candidate: Candidate): Container | undefined {
  const { key, address } = 'desired' in candidate ? candidate.desired : candidate.recorded
  const id = `${key.cluster}/${key.group}/${key.kind}/${key.namespace}/${key.name}`
  if (key.group === '' && key.kind === 'Namespace')
    return { id, key, address, contents: { by: 'namespace', namespace: key.name }, isImplicit: address.startsWith('namespaces.') }
  if (key.group !== 'apiextensions.k8s.io' || key.kind !== 'CustomResourceDefinition') return undefined
  const live = 'live' in candidate ? candidate.live : undefined
  const spec = [live, candidate.recorded?.desired].map((object) => (object as JsonObject | undefined)?.spec).find(isJsonObject)
  const names = isJsonObject(spec?.names) ? spec.names : {}
  if (typeof spec?.group !== 'string' || typeof names.kind !== 'string') return undefined
  return { id, key, address, contents: { by: 'kind', group: spec.group, kind: names.kind }, isImplicit: false }
}

/** True when the container's end is that of the object too. */
export function isInside({ key: { cluster }, contents }: Container, key: ObjectKey): boolean {
  if (key.cluster !== cluster) return false
  switch (contents.by) {
    case 'namespace':
      return key.namespace === contents.namespace
    case 'kind':
      return key.group === contents.group && key.kind === contents.kind
  }
}

/** The containers that a plan deletes, for good or to make them anew. */
export function goingContainers(
  candidates: readonly Candidate[],
  dryRuns: ReadonlyMap<string, DryRun>,
): readonly (Container & { readonly comesBack: boolean })[] {
  return candidates.flatMap((candidate) => {
    if (candidate.kind !== 'delete' && candidate.kind !== 'update') return []
    if (candidate.live === undefined) return []
    if (candidate.kind === 'update' && !isReplaced(candidate, dryRuns)) return []
    const container = containerOf(candidate)
    return container === undefined ? [] : [{ ...container, comesBack: candidate.kind === 'update' }]
  })
}

function isReplaced(candidate: Extract<Candidate, { kind: 'update' }>, dryRuns: ReadonlyMap<string, DryRun>): boolean {
  const { reason, desired } = candidate
  return reason === 'replace_by_request' || reason === 'replace_by_triggers' || dryRuns.get(desired.id)?.kind === 'immutable'
}
