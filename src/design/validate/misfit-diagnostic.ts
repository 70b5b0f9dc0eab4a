import type { Diagnostic } from '../../plan/diagnostic.ts'
import { mistake } from '../mistake.ts'
import type { SourceDocument } from '../source/yaml-source.ts'
import type { Misfit } from './check-value.ts'

/** A misfit as a diagnostic with its place. */
export function misfitDiagnostic(misfit: Misfit, document: SourceDocument, when?: string): Diagnostic {
  const { path } = misfit
  const named = path.length >= 2 && typeof path[1] === 'string'
  return mistake(misfit.code, misfit.onKey ? document.locateKey(path) : document.locate(path), {
    summary: when === undefined ? misfit.summary : `${misfit.summary} (${when})`,
    detail: misfit.detail,
    hint: misfit.hint,
    address: named ? `${path[0]}.${path[1]}` : undefined,
  })
}
