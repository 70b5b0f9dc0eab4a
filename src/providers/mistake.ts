import type { Component } from '../design/component.ts'
import type { Diagnostic, Severity } from '../plan/diagnostic.ts'
import type { ValuePath } from '../plan/source.ts'
import type { ProviderCode } from './codes.ts'

/** What a mistake needs beside its place. */
export interface MistakeWords {
  readonly severity?: Severity
  readonly summary: string
  readonly detail?: string
  readonly hint?: string
}

/** A diagnostic at a path of a component's spec; an error unless told otherwise. */
export function mistake(component: Component, path: ValuePath, code: ProviderCode, words: MistakeWords): Diagnostic {
  return { severity: 'error', code, ...words, address: component.address, location: component.locate(path) }
}
