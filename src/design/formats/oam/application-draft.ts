import type { Diagnostic } from '../../../plan/diagnostic.ts'
import type { ValuePath } from '../../../plan/source.ts'
import { type MistakeWords, mistake } from '../../mistake.ts'
import type { SourceDocument } from '../../source/yaml-source.ts'
import { Places } from '../places.ts'
import type { Application } from './application.ts'

/** An application while it is read: what is said of it, and where its values stand. */
export class ApplicationDraft {
  readonly source: SourceDocument
  readonly application: Application
  readonly places = new Places()
  readonly diagnostics: Diagnostic[] = []

  constructor(source: SourceDocument, application: Application) {
    this.source = source
    this.application = application
  }

  /** True once something is refused. */
  get failed(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error')
  }

  /** Says what can't be understood. */
  refuse(place: ValuePath, words: MistakeWords): void {
    this.diagnostics.push(mistake('MF1014', this.source.locate(place), words))
  }

  /** Says what is left out. */
  leaveOut(place: ValuePath, words: MistakeWords): void {
    this.diagnostics.push(mistake('MF1015', this.source.locate(place), { severity: 'warning', ...words }))
  }

  /** Says what means something else here, or nothing that must be done. */
  note(place: ValuePath, words: MistakeWords): void {
    this.diagnostics.push(mistake('MF1015', this.source.locate(place), { severity: 'info', ...words }))
  }
}
