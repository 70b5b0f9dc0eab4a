import { isJsonObject } from '../../../plan/json.ts'
import type { SourceLocation } from '../../../plan/source.ts'
import type { SourceDocument } from '../../source/yaml-source.ts'

const KINDS: { readonly [what: string]: readonly string[] } = {
  component: ['ComponentDefinition', 'WorkloadDefinition'],
  trait: ['TraitDefinition'],
}

/** The definitions of types that stand beside applications. What they say is not evaluated; where they are is told. */
export class Definitions {
  readonly #documents: readonly SourceDocument[]

  constructor(documents: readonly SourceDocument[]) {
    this.#documents = documents
  }

  /** Where a type is defined. */
  find(what: 'component' | 'trait', type: string): SourceLocation | undefined {
    const found = this.#documents.find(
      ({ value }) =>
        isJsonObject(value) &&
        KINDS[what]?.includes(String(value.kind)) === true &&
        isJsonObject(value.metadata) &&
        value.metadata.name === type,
    )
    return found?.locate(['metadata', 'name'])
  }
}
