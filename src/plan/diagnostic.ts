import type { SourceLocation } from './source.ts'

/** How bad: an error stops the command, a warning is shown, an info is shown where there is room. */
export type Severity = 'error' | 'warning' | 'info'

/**
 * Something a user should know about what they wrote or asked for. Diagnostics are collected, never thrown; `throw` is for
 * what cannot happen. `code` is stable and documented (docs/diagnostics.md, kept true by a test).
 */
export interface Diagnostic {
  readonly severity: Severity
  /** Stable upper-case code such as `MF1004`. */
  readonly code: string
  /** One line, no full stop: what is wrong. */
  readonly summary: string
  /** Why, and what was seen. Whole sentences. */
  readonly detail?: string
  /** The component concerned, such as `traffic.reviews`. */
  readonly address?: string
  readonly location?: SourceLocation
  /** What to do about it. */
  readonly hint?: string
}

/** True when any of them is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error')
}
