import type { Diagnostic } from './diagnostic.ts'
import type { SensitiveTexts } from './sensitive-text.ts'

/**
 * Diagnostics without sensitive values: servers, and functions of expressions, say what they were given when they refuse it. Those that
 * hold none are the same objects as before.
 */
export function coverDiagnostics(diagnostics: readonly Diagnostic[], texts: SensitiveTexts): readonly Diagnostic[] {
  return diagnostics.map((diagnostic) => coverDiagnostic(diagnostic, texts))
}

/** The same for one. */
export function coverDiagnostic(diagnostic: Diagnostic, { cover }: SensitiveTexts): Diagnostic {
  const { summary, detail, hint } = diagnostic
  const covered = [summary, detail, hint].map((text) => (text === undefined ? undefined : cover(text)))
  if (covered[0] === summary && covered[1] === detail && covered[2] === hint) return diagnostic
  return {
    ...diagnostic,
    summary: covered[0] ?? '',
    ...(covered[1] === undefined ? {} : { detail: covered[1] }),
    ...(covered[2] === undefined ? {} : { hint: covered[2] }),
  }
}
