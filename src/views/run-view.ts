import type { EngineEvent } from '../engine/events.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { JsonValue } from '../plan/json.ts'
import type { Plan } from '../plan/plan.ts'

/** The outputs of a design as they are shown. */
export type ShownOutputs = readonly { readonly name: string; readonly value: JsonValue; readonly sensitive: boolean }[]

/** What a run does, in the words that it is shown in. */
export type ShownOperation = 'apply' | 'destroy' | 'rollback'

/** How a run ended, for the last line. */
export interface RunSummary {
  readonly operation: ShownOperation
  readonly counts: { readonly [action: string]: number }
  readonly failed: number
  /** How many of the failed ones were written, and did not get healthy. */
  readonly unhealthy: number
  readonly skipped: number
  readonly unchanged: number
  readonly elapsedMs: number
  readonly interrupted: boolean
  /** False where what was done did not hold what was said of it: a postcondition, a perf-check. */
  readonly passed: boolean
  /** The same for each cluster, by name. */
  readonly clusters: {
    readonly [cluster: string]: {
      readonly summary: { readonly [action: string]: number }
      readonly failed: number
      readonly unhealthy: number
      readonly skipped: number
      readonly reached: boolean
    }
  }
}

/** What is shown of a run, whoever reads it: people at a terminal, or programs line by line. */
export interface RunView {
  event(event: EngineEvent): void
  diagnostics(diagnostics: readonly Diagnostic[]): void
  plan(plan: Plan): void
  outputs(outputs: ShownOutputs): void
  summary(summary: RunSummary): void
  /** A sentence about what happens beside the plan, such as a recovery. */
  note(text: string): void
  close(): void
}

/** One view made of several, as `--json-into` needs. */
export function joinViews(views: readonly RunView[]): RunView {
  const each = <Name extends keyof RunView>(name: Name) =>
    ((...values: never[]) => {
      for (const view of views) (view[name] as (...values: never[]) => void)(...values)
    }) as RunView[Name]
  return {
    event: each('event'),
    diagnostics: each('diagnostics'),
    plan: each('plan'),
    outputs: each('outputs'),
    summary: each('summary'),
    note: each('note'),
    close: each('close'),
  }
}
