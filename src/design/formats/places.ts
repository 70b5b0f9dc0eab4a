import type { JsonValue } from '../../plan/json.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { SourceDocument } from '../source/yaml-source.ts'

/**
 * Remembers where the maps and lists of a converted design stood in the file they came from, so that a mistake is shown in the
 * user's own file.
 */
export class Places {
  readonly #places = new WeakMap<object, ValuePath>()
  readonly #keys = new WeakMap<object, Map<string, ValuePath>>()

  /** Says where a map or list stood. Gives it back. */
  mark<Made extends object>(made: Made, path: ValuePath): Made {
    this.#places.set(made, path)
    return made
  }

  /** Says where one value of a map stood, where that is not below the map under the same key. */
  markKey(map: object, key: string, path: ValuePath): void {
    const keys = this.#keys.get(map)
    if (keys === undefined) this.#keys.set(map, new Map([[key, path]]))
    else keys.set(key, path)
  }

  /** Gives a copy of a map or list the places of what it was made from. Gives it back. */
  copy<Made extends object>(made: Made, from: object): Made {
    const place = this.#places.get(from)
    const keys = this.#keys.get(from)
    if (place !== undefined) this.#places.set(made, place)
    if (keys !== undefined) this.#keys.set(made, new Map(keys))
    return made
  }

  /** Where the value at a path of the converted design stood, or the nearest value around it. */
  placeOf(root: JsonValue, path: ValuePath): ValuePath {
    let value: JsonValue | undefined = root
    let place: ValuePath = []
    for (const step of path) {
      if (typeof value !== 'object' || value === null) break
      const around = this.#places.get(value)
      const given = this.#keys.get(value)?.get(String(step))
      if (given !== undefined) place = given
      else if (around !== undefined) place = [...around, step]
      value = (value as { readonly [key: string | number]: JsonValue | undefined })[step]
    }
    const own = typeof value === 'object' && value !== null ? this.#places.get(value) : undefined
    return own ?? place
  }

  /** The converted design as a document whose places are those of the file. */
  document(value: JsonValue, source: SourceDocument): SourceDocument {
    return {
      file: source.file,
      value,
      locate: (path) => source.locate(this.placeOf(value, path)),
      locateKey: (path) => source.locateKey(this.placeOf(value, path)),
      locateText: (path, piece, offset, occurrence) => source.locateText(this.placeOf(value, path), piece, offset, occurrence),
    }
  }
}
