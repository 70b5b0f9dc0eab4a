import type { JsonObject, JsonValue } from '../../plan/json.ts'
import type { SourceLocation, ValuePath } from '../../plan/source.ts'
import { API_VERSION } from '../schema/design.ts'
import type { SourceDocument } from '../source/yaml-source.ts'
import { freeName } from './foreign-text.ts'

/** Resources of a design that are made of documents of other languages, each of which knows where its own values stand. */
export class CombinedResources {
  readonly #documents = new Map<string, SourceDocument>()
  readonly #values: Record<string, JsonValue> = {}

  /** Adds a resource under the wanted name, or the first free one after it. Returns its name. */
  add(wanted: string, document: SourceDocument): string {
    const name = freeName(wanted, this.#values)
    this.#values[name] = document.value
    this.#documents.set(name, document)
    return name
  }

  /** The names given so far. */
  get names(): readonly string[] {
    return [...this.#documents.keys()]
  }

  /** Puts another value in the place of a resource. */
  replace(name: string, document: SourceDocument): void {
    this.#values[name] = document.value
    this.#documents.set(name, document)
  }

  /** What is there under a name. */
  get(name: string): SourceDocument | undefined {
    return this.#documents.get(name)
  }

  /** The design of all of them. What is no resource stands where `about` says. */
  document(
    name: string,
    others: JsonObject,
    about: { readonly file: string; readonly locate: () => SourceLocation },
  ): SourceDocument {
    const value: JsonObject = { apiVersion: API_VERSION, kind: 'Design', metadata: { name }, ...others, resources: this.#values }
    const follow = (path: ValuePath) => {
      const [section, resource, ...rest] = path
      const document = section === 'resources' && typeof resource === 'string' ? this.#documents.get(resource) : undefined
      return { document, rest }
    }
    const place = (path: ValuePath, how: 'locate' | 'locateKey') => {
      const { document, rest } = follow(path)
      return document?.[how](rest) ?? about.locate()
    }
    return {
      file: about.file,
      value,
      locate: (path) => place(path, 'locate'),
      locateKey: (path) => place(path, 'locateKey'),
      locateText: (path, piece, offset, occurrence) => {
        const { document, rest } = follow(path)
        return document?.locateText(rest, piece, offset, occurrence) ?? about.locate()
      },
    }
  }
}
