import type { SourceDocument } from '../../design/source/yaml-source.ts'
import { checkValue } from '../../design/validate/check-value.ts'
import { valueSchema } from '../../design/validate/value-schema.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'

/** What of a document does not fit a schema, each with its place. */
export function misfitDiagnostics(document: SourceDocument, schema: object): readonly Diagnostic[] {
  return checkValue(valueSchema(schema), document.value, 'evaluated').map((misfit): Diagnostic => {
    const { code, summary, detail, hint } = misfit
    return {
      severity: 'error',
      code,
      summary,
      location: misfit.onKey ? document.locateKey(misfit.path) : document.locate(misfit.path),
      ...(detail === undefined ? {} : { detail }),
      ...(hint === undefined ? {} : { hint }),
    }
  })
}
