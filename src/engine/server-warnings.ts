import type { Diagnostic } from '../plan/diagnostic.ts'
import { describeObject, type ObjectKey } from '../plan/manifest.ts'
import type { SourceLocation } from '../plan/source.ts'

/** The object that a server warned about. */
interface WarnedObject {
  readonly key: ObjectKey
  readonly address: string
  readonly location: SourceLocation | undefined
}

const CODE = 'MF5022'

/** What API servers warn about (deprecated versions, fields without effect): each text once, whichever objects it is said of. */
export class ServerWarnings {
  readonly #said = new Map<string, { first: WarnedObject; more: number }>()
  readonly #known: ReadonlySet<string | undefined>

  /** Texts among `told` are not told again. */
  constructor(told: readonly Diagnostic[]) {
    this.#known = new Set(told.filter(({ code }) => code === CODE).map(({ detail }) => detail))
  }

  add(texts: readonly string[], object: WarnedObject): void {
    for (const text of texts) {
      const said = this.#said.get(text)
      if (said !== undefined) {
        said.more++
        // Answers come in any order; what is shown does not depend on it.
        if (object.address < said.first.address) said.first = object
      } else if (!this.#known.has(text)) this.#said.set(text, { first: object, more: 0 })
    }
  }

  /** One warning a text. */
  diagnostics(): readonly Diagnostic[] {
    return [...this.#said]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([text, { first, more }]) => ({
        severity: 'warning',
        code: CODE,
        summary: `The server warns about ${describeObject(first.key)}${more === 0 ? '' : ` and ${more} more`}`,
        detail: text,
        address: first.address,
        ...(first.location === undefined ? {} : { location: first.location }),
      }))
  }
}
