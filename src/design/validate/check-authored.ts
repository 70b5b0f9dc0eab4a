import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ModuleSource } from '../module/module-source.ts'
import { design } from '../schema/design.ts'
import { checkValue } from './check-value.ts'
import { misfitDiagnostic } from './misfit-diagnostic.ts'
import { valueSchema } from './value-schema.ts'

/** Where the files of a design do not fit the language, as they are written. */
export function checkAuthored(module: ModuleSource): readonly Diagnostic[] {
  const schema = valueSchema(design)
  return module.documents.flatMap((document) =>
    checkValue(schema, document.value, 'authored').map((misfit) => misfitDiagnostic(misfit, document)),
  )
}
