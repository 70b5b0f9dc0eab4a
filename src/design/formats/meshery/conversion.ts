import type { Diagnostic } from '../../../plan/diagnostic.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import type { ValuePath } from '../../../plan/source.ts'
import { type MistakeWords, mistake } from '../../mistake.ts'
import { API_VERSION } from '../../schema/design.ts'
import type { SourceDocument } from '../../source/yaml-source.ts'
import type { Conversion } from '../conversion.ts'
import { freeName, labelOf } from '../foreign-text.ts'
import { Places } from '../places.ts'
import { convertTree, type FillText } from './convert-tree.ts'
import { TOP_FIELDS } from './kinds.ts'

/** What object is wanted, as the file says it. */
export interface WantedObject {
  readonly kind: string
  readonly apiVersion: string
  readonly metadata: JsonObject
  /** All but kind, version and metadata: whole, or the spec alone. */
  readonly body: JsonObject
  readonly place: ValuePath
  readonly bodyPlace: ValuePath
}

/** A converted design as it grows. */
export class DesignDraft {
  readonly diagnostics: Diagnostic[] = []
  readonly places = new Places()
  readonly source: SourceDocument
  readonly meshes: Record<string, JsonObject> = {}
  readonly resources: Record<string, JsonObject> = {}
  #drawings = 0

  constructor(source: SourceDocument) {
    this.source = source
  }

  /** The file's root. */
  get root(): JsonObject {
    return isJsonObject(this.source.value) ? this.source.value : {}
  }

  /** Says what can't be understood. */
  refuse(place: ValuePath, words: MistakeWords): void {
    this.diagnostics.push(mistake('MF1014', this.source.locate(place), words))
  }

  /** Says what must not be taken over, without the line: it is shown with what it holds. */
  refuseUnseen(words: MistakeWords): void {
    this.diagnostics.push(mistake('MF1014', undefined, words))
  }

  /** Says what is left out. */
  leaveOut(place: ValuePath, words: MistakeWords): void {
    this.diagnostics.push(mistake('MF1015', this.source.locate(place), { severity: 'warning', ...words }))
  }

  /** A value of the file in the language's words. */
  convert(value: JsonValue, place: ValuePath, fill: FillText): JsonValue {
    return convertTree(value, place, this.places, fill)
  }

  /** A part of the drawing that no cluster is to see. */
  addDrawing(): void {
    this.#drawings += 1
  }

  /** Adds an object. Returns its address. */
  addObject(wanted: string, { kind, apiVersion, metadata, body, place, bodyPlace }: WantedObject): string {
    const fields = wholeBody(kind, body)
    const manifest: Record<string, JsonValue> = { apiVersion, kind, metadata }
    this.places.mark(manifest, place)
    if (fields === undefined) manifest.spec = body
    else {
      for (const [key, item] of Object.entries(fields)) {
        manifest[key] = item
        this.places.markKey(manifest, key, this.places.placeOf(body, [key]))
      }
    }
    if (fields === undefined) this.places.markKey(manifest, 'spec', bodyPlace)
    const name = freeName(wanted, this.resources)
    this.resources[name] = this.places.mark({ manifest }, place)
    return `resources.${name}`
  }

  /** Adds a mesh. Returns its address. */
  addMesh(wanted: string, mesh: JsonObject, place: ValuePath): string {
    const name = freeName(wanted, this.meshes)
    this.meshes[name] = this.places.mark({ ...mesh }, place)
    return `meshes.${name}`
  }

  /** Makes a component wait for others. */
  addDependencies(address: string, dependsOn: readonly string[]): void {
    if (dependsOn.length === 0) return
    const [section, name = ''] = address.split('.')
    const components = section === 'meshes' ? this.meshes : this.resources
    const component = components[name]
    if (component === undefined) return
    const made = { ...component, dependsOn: [...dependsOn] }
    components[name] = this.places.mark(made, this.places.placeOf(component, []))
  }

  /** The design, with what is said of it. */
  finish(): Conversion {
    const failed = this.diagnostics.some(({ severity }) => severity === 'error')
    const count = Object.keys(this.resources).length + Object.keys(this.meshes).length
    if (count === 0 && !failed) {
      this.refuse([], {
        summary: `There is nothing to deploy in ${this.source.file}`,
        detail: this.#drawings === 0 ? 'The design has no components.' : 'All that it holds are drawings.',
      })
    } else if (this.#drawings > 0) {
      this.leaveOut([], {
        severity: 'info',
        summary:
          this.#drawings === 1 ? '1 part of the drawing is no object' : `${this.#drawings} parts of the drawing are no objects`,
        detail: 'Notes, shapes and the like are for people: nothing of them is deployed.',
      })
    }
    if (failed || count === 0) return { document: undefined, diagnostics: this.diagnostics }
    const { name, version } = this.root
    const metadata: JsonObject = {
      name: labelOf(typeof name === 'string' ? name : '') || 'design',
      ...(typeof version === 'string' && /^\d+\.\d+\.\d+/.test(version) ? { version } : {}),
    }
    const value: JsonObject = {
      apiVersion: API_VERSION,
      kind: 'Design',
      metadata,
      ...(Object.keys(this.meshes).length === 0 ? {} : { meshes: this.meshes }),
      ...(Object.keys(this.resources).length === 0 ? {} : { resources: this.resources }),
    }
    this.places.markKey(value, 'metadata', ['name'])
    return { document: this.places.document(value, this.source), diagnostics: this.diagnostics }
  }
}

/** The fields of an object at its top; undefined when what is given is the spec alone. */
function wholeBody(kind: string, body: JsonObject): JsonObject | undefined {
  const top = TOP_FIELDS[kind] ?? []
  const keys = Object.keys(body)
  const isWhole = keys.every((key) => key === 'spec' || key === 'status' || top.includes(key))
  if (!isWhole) return undefined
  const { status: _status, ...fields } = body
  return fields
}
