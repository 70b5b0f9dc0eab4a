import type { Diagnostic, Severity } from '../plan/diagnostic.ts'
import type { SourceLocation } from '../plan/source.ts'
import type { DesignCode } from './codes.ts'

/** What a mistake needs beside its place. */
export interface MistakeWords {
  readonly severity?: Severity
  readonly summary: string
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly address?: string | undefined
}

/** A diagnostic about a design; an error unless told otherwise. */
export function mistake(code: DesignCode, location: SourceLocation | undefined, words: MistakeWords): Diagnostic {
  return {
    severity: words.severity ?? 'error',
    code,
    summary: words.summary,
    ...(words.detail === undefined ? {} : { detail: words.detail }),
    ...(words.address === undefined ? {} : { address: words.address }),
    ...(location === undefined ? {} : { location }),
    ...(words.hint === undefined ? {} : { hint: words.hint }),
  }
}

/** Diagnostics in the order of their places, each said once: forEach would repeat one mistake for every item. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>()
  const unique = diagnostics.filter((diagnostic) => {
    const place = diagnostic.location
    const key = place === undefined ? diagnostic.summary : `${place.file}:${place.line}:${place.column}`
    const identity = `${diagnostic.code} ${key}`
    if (seen.has(identity)) return false
    seen.add(identity)
    return true
  })
  return unique.sort((left, right) => comparePlaces(left.location, right.location))
}

function comparePlaces(left: SourceLocation | undefined, right: SourceLocation | undefined): number {
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined)
  if (left.file !== right.file) return left.file < right.file ? -1 : 1
  return left.line - right.line || left.column - right.column
}
