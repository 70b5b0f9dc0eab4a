import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { SourceDocument } from '../source/yaml-source.ts'

/** A design of another language as one of ours: undefined where it can't be, for the reasons said. */
export interface Conversion {
  readonly document: SourceDocument | undefined
  readonly diagnostics: readonly Diagnostic[]
}
