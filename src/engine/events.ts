import type { Action } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { JsonValue } from '../plan/json.ts'
import type { ObjectKey } from '../plan/manifest.ts'

/** What happens while the engine works. Views subscribe; nothing below them prints. */
export type EngineEvent =
  | { readonly type: 'refresh-start'; readonly cluster: string; readonly kinds: number }
  | { readonly type: 'refresh-complete'; readonly cluster: string; readonly objects: number; readonly elapsedMs: number }
  | { readonly type: 'dry-run-start'; readonly objects: number }
  | { readonly type: 'dry-run-progress'; readonly done: number; readonly objects: number }
  | {
      readonly type: 'apply-start'
      readonly id: string
      readonly key: ObjectKey
      readonly address: string
      readonly action: Action
    }
  /** The object was written; it is now waited for. */
  | {
      readonly type: 'apply-written'
      readonly id: string
      readonly key: ObjectKey
      readonly address: string
      readonly action: Action
    }
  | {
      readonly type: 'apply-progress'
      readonly id: string
      readonly key: ObjectKey
      readonly address: string
      readonly reason: string
      readonly elapsedMs: number
    }
  | {
      readonly type: 'apply-complete'
      readonly id: string
      readonly key: ObjectKey
      readonly address: string
      readonly action: Action
      readonly elapsedMs: number
      /** False where the run was stopped before the object was healthy. */
      readonly waited: boolean
    }
  | {
      readonly type: 'apply-failed'
      readonly id: string
      readonly key: ObjectKey
      readonly address: string
      readonly action: Action
      /** True where the object was written, and did not get healthy. */
      readonly written: boolean
      readonly diagnostic: Diagnostic
    }
  | {
      readonly type: 'apply-skipped'
      readonly id: string
      readonly key: ObjectKey
      readonly address: string
      readonly action: Action
      readonly needs: string
      readonly because: 'failed' | 'stopped'
    }
  | { readonly type: 'check-start'; readonly address: string }
  | { readonly type: 'check-progress'; readonly address: string; readonly progress: JsonValue }
  | { readonly type: 'check-complete'; readonly address: string; readonly passed: boolean; readonly summary: string }
  /** A cluster does not answer, or asks for patience: what is asked of it is tried again. */
  | { readonly type: 'cluster-waiting'; readonly cluster: string; readonly reason: string }
  | { readonly type: 'diagnostic'; readonly diagnostic: Diagnostic }

/** Where events go. */
export type Emit = (event: EngineEvent) => void
