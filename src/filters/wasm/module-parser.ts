import { BinaryReader, MalformedModule } from './binary-reader.ts'
import { countLocals } from './count-locals.ts'
import { type Producers, readProducers, readTargetFeatures } from './custom-sections.ts'

/** A value type as the text format spells it. Reference types that filters never use are `ref`. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'ref'

export interface FunctionType {
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
}

export type ExternalKind = 'function' | 'table' | 'memory' | 'global' | 'tag'

export interface ModuleImport {
  readonly module: string
  readonly name: string
  readonly kind: ExternalKind
  /** Of a function only. */
  readonly type?: FunctionType
}

export interface ModuleExport {
  readonly name: string
  readonly kind: ExternalKind
  /** Of a function only. */
  readonly type?: FunctionType
}

/** A memory's size in pages of 64 KiB. */
export interface MemoryLimits {
  readonly initialPages: number
  readonly maximumPages?: number
  readonly shared: boolean
  readonly wide: boolean
}

/** A table's size in entries, and the byte that says what it holds. */
export interface TableLimits {
  readonly element: number
  readonly initial: number
  readonly maximum?: number
}

/** What a core module says about itself, without its code. */
export interface ModuleSummary {
  readonly size: number
  readonly imports: readonly ModuleImport[]
  readonly exports: readonly ModuleExport[]
  readonly functionCount: number
  readonly memories: readonly MemoryLimits[]
  /** The memory section's place in the file, header included: what a memory bound is written into. */
  readonly memorySection?: { readonly start: number; readonly end: number }
  /** The tables that the module itself has; undefined when one has a form that is not read. */
  readonly tables?: readonly TableLimits[]
  /** The table section's place in the file, header included: what a bound is written into. */
  readonly tableSection?: { readonly start: number; readonly end: number }
  /** The data section's place in the file, header included: where constants stand. */
  readonly dataSection?: { readonly start: number; readonly end: number }
  readonly hasStartFunction: boolean
  readonly dataSegmentCount: number
  readonly codeSize: number
  /** Local variables of all functions together: a few bytes of code can declare fifty thousand. */
  readonly localCount: number
  readonly customSections: readonly { readonly name: string; readonly size: number }[]
  readonly producers: Producers
  readonly targetFeatures: readonly string[]
}

/** Why bytes are not a core module. */
export type ModuleProblem =
  | { readonly kind: 'empty' }
  | { readonly kind: 'not-wasm'; readonly looksLike?: string }
  | { readonly kind: 'component' }
  | { readonly kind: 'unknown-version'; readonly version: number }
  /** It has types of the garbage collection proposal. */
  | { readonly kind: 'garbage-collected' }
  | { readonly kind: 'malformed'; readonly detail: string; readonly offset: number }

export type ParsedModule =
  | { readonly ok: true; readonly module: ModuleSummary }
  | { readonly ok: false; readonly problem: ModuleProblem }

/** The binary format's section ids in the order they must stand (custom sections, 0, stand anywhere). */
const sectionOrder = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11]

/** Recursive groups, subtypes, structs and arrays: no proxy runs them, and their encoding nests. */
const garbageCollectedForms: ReadonlySet<number> = new Set([0x4e, 0x4f, 0x50, 0x5e, 0x5f])

class GarbageCollectedTypes extends Error {}

const lookalikes: readonly { readonly bytes: readonly number[]; readonly name: string }[] = [
  { bytes: [0x1f, 0x8b], name: 'a gzip archive' },
  { bytes: [0x50, 0x4b, 0x03, 0x04], name: 'a zip archive' },
  { bytes: [0x7f, 0x45, 0x4c, 0x46], name: 'an ELF program' },
  { bytes: [0x3c], name: 'an HTML or XML page' },
  { bytes: [0x7b], name: 'a JSON document' },
  { bytes: [0x28, 0x6d, 0x6f, 0x64], name: 'WebAssembly text (.wat)' },
  { bytes: [0x76, 0x65, 0x72, 0x73, 0x69, 0x6f, 0x6e, 0x20], name: 'a Git LFS pointer' },
]

/**
 * Reads a module's sections (WebAssembly core specification 5.5). Never throws for any input, and never allocates more than a
 * small multiple of the input. Code is not decoded: a module that parses here may still not validate.
 */
export function parseModule(bytes: Uint8Array): ParsedModule {
  if (bytes.length === 0) return { ok: false, problem: { kind: 'empty' } }
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0x61 || bytes[2] !== 0x73 || bytes[3] !== 0x6d) {
    const lookalike = lookalikes.find((candidate) => candidate.bytes.every((byte, index) => bytes[index] === byte))
    return { ok: false, problem: { kind: 'not-wasm', ...(lookalike === undefined ? {} : { looksLike: lookalike.name }) } }
  }
  try {
    return parseSections(bytes)
  } catch (error) {
    if (error instanceof GarbageCollectedTypes) return { ok: false, problem: { kind: 'garbage-collected' } }
    if (!(error instanceof MalformedModule)) throw error
    return { ok: false, problem: { kind: 'malformed', detail: error.message, offset: error.offset } }
  }
}

function parseSections(bytes: Uint8Array): ParsedModule {
  const reader = new BinaryReader(bytes, 4)
  const header = reader.take(4)
  const version = (header[0] ?? 0) | ((header[1] ?? 0) << 8)
  const layer = (header[2] ?? 0) | ((header[3] ?? 0) << 8)
  if (layer === 1) return { ok: false, problem: { kind: 'component' } }
  if (version !== 1 || layer !== 0) return { ok: false, problem: { kind: 'unknown-version', version: version + layer * 65536 } }

  const draft = new ModuleDraft()
  let last = -1
  while (reader.remaining > 0) {
    const start = reader.position
    const id = reader.byte()
    const body = reader.slice(reader.u32())
    if (id === 0) {
      draft.custom(body)
      continue
    }
    const place = sectionOrder.indexOf(id)
    if (place < 0) throw new MalformedModule(`unknown section ${id}`, start)
    if (place <= last) throw new MalformedModule(`section ${id} out of order`, start)
    last = place
    draft.section(id, body, start)
  }
  return { ok: true, module: draft.finish(bytes.length) }
}

/** What has been read so far; function indexes of exports are resolved at the end, when all types are known. */
class ModuleDraft {
  readonly #types: (FunctionType | undefined)[] = []
  readonly #imports: ModuleImport[] = []
  readonly #functionTypes: number[] = []
  readonly #memories: MemoryLimits[] = []
  readonly #exports: { name: string; kind: ExternalKind; index: number; offset: number }[] = []
  readonly #customSections: { name: string; size: number }[] = []
  #producers: Producers = {}
  #targetFeatures: readonly string[] = []
  #memorySection: { start: number; end: number } | undefined
  #tables: readonly TableLimits[] | undefined = []
  #tableSection: { start: number; end: number } | undefined
  #dataSection: { start: number; end: number } | undefined
  #hasStart = false
  #dataSegments = 0
  #codeSize = 0
  #localCount = 0
  #definedFunctions = 0

  section(id: number, body: BinaryReader, start: number): void {
    switch (id) {
      case 1:
        this.#readTypes(body)
        break
      case 2:
        this.#readImports(body)
        break
      case 3: {
        this.#definedFunctions = body.count()
        for (let index = 0; index < this.#definedFunctions; index += 1) this.#functionTypes.push(this.#typeIndex(body))
        break
      }
      case 4:
        this.#tableSection = { start, end: body.position + body.remaining }
        this.#tables = readTables(body)
        break
      case 5: {
        const count = body.count()
        for (let index = 0; index < count; index += 1) this.#memories.push(readMemoryLimits(body))
        this.#memorySection = { start, end: body.position }
        break
      }
      case 7:
        this.#readExports(body)
        break
      case 8:
        body.u32()
        this.#hasStart = true
        break
      case 10: {
        this.#codeSize = body.remaining
        const count = body.count()
        if (count !== this.#definedFunctions) {
          throw new MalformedModule(`${this.#definedFunctions} functions are declared and ${count} have code`, start)
        }
        this.#localCount = countLocals(body, count)
        break
      }
      case 11:
        this.#dataSection = { start, end: body.position + body.remaining }
        this.#dataSegments = body.count()
        break
      default: // globals, elements, tags, data count: nothing in them is told to a user
        break
    }
  }

  custom(body: BinaryReader): void {
    const size = body.remaining
    const name = body.name()
    this.#customSections.push({ name, size })
    // What stands in a custom section can't make a module invalid, so a broken one is only left out.
    try {
      if (name === 'producers') this.#producers = readProducers(body)
      else if (name === 'target_features') this.#targetFeatures = readTargetFeatures(body)
    } catch (error) {
      if (!(error instanceof MalformedModule)) throw error
    }
  }

  finish(size: number): ModuleSummary {
    if (this.#definedFunctions > 0 && this.#codeSize === 0) throw new MalformedModule('functions without code: cut short?', size)
    const functionCount = this.#functionTypes.length
    return {
      size,
      imports: this.#imports,
      exports: this.#exports.map(({ name, kind, index, offset }): ModuleExport => {
        if (kind !== 'function') return { name, kind }
        if (index >= functionCount) throw new MalformedModule(`export ${name} names a function that is not there`, offset)
        const type = this.#types[this.#functionTypes[index] ?? -1]
        return type === undefined ? { name, kind } : { name, kind, type }
      }),
      functionCount,
      memories: this.#memories,
      ...(this.#memorySection === undefined ? {} : { memorySection: this.#memorySection }),
      ...(this.#tables === undefined ? {} : { tables: this.#tables }),
      ...(this.#tableSection === undefined ? {} : { tableSection: this.#tableSection }),
      ...(this.#dataSection === undefined ? {} : { dataSection: this.#dataSection }),
      hasStartFunction: this.#hasStart,
      dataSegmentCount: this.#dataSegments,
      codeSize: this.#codeSize,
      localCount: this.#localCount,
      customSections: this.#customSections,
      producers: this.#producers,
      targetFeatures: this.#targetFeatures,
    }
  }

  #typeIndex(body: BinaryReader): number {
    const at = body.position
    const index = body.u32()
    if (index >= this.#types.length) throw new MalformedModule(`type ${index} is not there`, at)
    return index
  }

  #readTypes(body: BinaryReader): void {
    const count = body.count()
    for (let index = 0; index < count; index += 1) {
      const at = body.position
      const form = body.byte()
      if (garbageCollectedForms.has(form)) throw new GarbageCollectedTypes()
      if (form !== 0x60) throw new MalformedModule(`type form 0x${form.toString(16)} is not a function type`, at)
      const parameters = readValueTypes(body)
      this.#types.push({ parameters, results: readValueTypes(body) })
    }
  }

  #readImports(body: BinaryReader): void {
    const count = body.count()
    for (let index = 0; index < count; index += 1) {
      const module = body.name()
      const name = body.name()
      const kind = readKind(body)
      switch (kind) {
        case 'function': {
          const typeIndex = this.#typeIndex(body)
          this.#functionTypes.push(typeIndex)
          const type = this.#types[typeIndex]
          this.#imports.push({ module, name, kind, ...(type === undefined ? {} : { type }) })
          continue
        }
        case 'table':
          readValueType(body)
          readMemoryLimits(body)
          break
        case 'memory':
          this.#memories.push(readMemoryLimits(body))
          break
        case 'global':
          readValueType(body)
          body.byte()
          break
        case 'tag':
          body.byte()
          this.#typeIndex(body)
          break
      }
      this.#imports.push({ module, name, kind })
    }
  }

  #readExports(body: BinaryReader): void {
    const count = body.count()
    const seen = new Set<string>()
    for (let index = 0; index < count; index += 1) {
      const offset = body.position
      const name = body.name()
      if (seen.has(name)) throw new MalformedModule(`export ${name} stands twice`, offset)
      seen.add(name)
      this.#exports.push({ name, kind: readKind(body), index: body.u32(), offset })
    }
  }
}

function readKind(body: BinaryReader): ExternalKind {
  const at = body.position
  const kinds: readonly ExternalKind[] = ['function', 'table', 'memory', 'global', 'tag']
  const byte = body.byte()
  const kind = kinds[byte]
  if (kind === undefined) throw new MalformedModule(`unknown kind ${byte}`, at)
  return kind
}

function readValueTypes(body: BinaryReader): readonly ValueType[] {
  const count = body.count()
  const types: ValueType[] = []
  for (let index = 0; index < count; index += 1) types.push(readValueType(body))
  return types
}

function readValueType(body: BinaryReader): ValueType {
  const at = body.position
  const byte = body.byte()
  switch (byte) {
    case 0x7f:
      return 'i32'
    case 0x7e:
      return 'i64'
    case 0x7d:
      return 'f32'
    case 0x7c:
      return 'f64'
    case 0x7b:
      return 'v128'
    case 0x70: // funcref
    case 0x6f: // externref
      return 'ref'
    case 0x63: // (ref null heaptype) and (ref heaptype)
    case 0x64:
      body.u32()
      return 'ref'
    default:
      throw new MalformedModule(`unknown value type 0x${byte.toString(16)}`, at)
  }
}

/** Undefined when a table has a form of later proposals, such as one with an initial value or with 64-bit indexes. */
function readTables(body: BinaryReader): readonly TableLimits[] | undefined {
  const count = body.count()
  const tables: TableLimits[] = []
  for (let index = 0; index < count; index += 1) {
    const element = body.byte()
    const flags = body.byte()
    if ((element !== 0x70 && element !== 0x6f) || flags > 1) return undefined
    const initial = body.u32()
    tables.push({ element, initial, ...(flags === 1 ? { maximum: body.u32() } : {}) })
  }
  return tables
}

function readMemoryLimits(body: BinaryReader): MemoryLimits {
  const at = body.position
  const flags = body.byte()
  if (flags > 7) throw new MalformedModule(`unknown limits 0x${flags.toString(16)}`, at)
  const wide = (flags & 4) !== 0
  const read = (): number => (wide ? body.u64() : body.u32())
  const initialPages = read()
  const maximumPages = (flags & 1) !== 0 ? read() : undefined
  return { initialPages, ...(maximumPages === undefined ? {} : { maximumPages }), shared: (flags & 2) !== 0, wide }
}
