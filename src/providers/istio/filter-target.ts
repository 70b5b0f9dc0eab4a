import type { StringMap } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DraftObject } from '../traced-manifest.ts'
import type { PatchContext } from './envoy-patch.ts'

/** What a filter is attached to in one object: a resource carries one selector, so each target has its own object. */
export interface FilterTarget {
  readonly name: string
  /** Of the workload or gateway in the design. */
  readonly address: string
  readonly namespace: string
  readonly contexts: readonly PatchContext[]
  readonly attachment: DraftObject | { readonly labels: StringMap }
  readonly path: ValuePath
}
