import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { MistakeWords } from '../../providers/mistake.ts'
import type { EngineCode } from '../codes.ts'

/** A diagnostic at a path of a mesh; an error unless told otherwise. */
export function meshMistake(mesh: ComponentOf<'meshes'>, path: ValuePath, code: EngineCode, words: MistakeWords): Diagnostic {
  return { severity: 'error', code, ...words, address: mesh.address, location: mesh.locate(path) }
}
