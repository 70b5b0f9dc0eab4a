import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { JsonObject, JsonValue } from '../../plan/json.ts'
import type { Component, Section } from '../component.ts'
import type { Design, DesignRules, Output } from '../design.ts'
import { toCel } from '../expression/cel-values.ts'
import { type ModuleSource, SECTIONS } from '../module/module-source.ts'
import type { ModuleValues } from '../module-values.ts'
import type { SourceFiles } from '../source/source-files.ts'
import { attributesOf } from './component-attributes.ts'
import type { Scan } from './scan-expressions.ts'

/** The value of an input of a module, with the components that it was computed from. */
export interface InputValue {
  readonly value: JsonValue
  readonly sensitive: boolean
  readonly dependencies: ReadonlySet<string>
}

/** What a whole evaluation shares: the files, the clusters, and what was found wrong. */
export interface EvaluationContext {
  readonly files: SourceFiles
  readonly diagnostics: Diagnostic[]
  /** Ids of entries that don't fit the language as they are written, by module. */
  readonly misfits: ReadonlyMap<ModuleSource, ReadonlySet<string>>
  /** Addresses that are missing because of mistakes already said. */
  readonly failed: Set<string>
  /** Texts that are sensitive: values of inputs that say so, in the design and in patterns, and of patterns' outputs. */
  readonly sensitiveValues: Set<string>
  /** Of the design and its patterns. */
  readonly rules: { readonly [Name in keyof DesignRules]: DesignRules[Name][number][] }
  /** Of the design and its patterns, with whole addresses. */
  readonly policies: Design['policies'][number][]
  readonly moved: Design['moved'][number][]
  readonly removed: Design['removed'][number][]
  /** By the address of the pattern; '' for the design itself. */
  readonly modules: Map<string, ModuleValues>
  /** Addresses that `when` or an empty `forEach` leaves out. */
  readonly leftOut: string[]
}

/** What became of a component as written: its instances (several with forEach, none when left out). */
export interface EvaluatedEntry {
  readonly unrolled: boolean
  readonly instances: ReadonlyMap<string, Component>
}

/**
 * One use of a module: the design itself, or a pattern with inputs. It fills up as its entries are evaluated, each after those it
 * refers to, so whatever an expression reads is there already.
 */
export class ModuleInstance {
  readonly source: ModuleSource
  /** Address of the pattern it is used as; '' for the design itself. */
  readonly scope: string
  readonly inputs: ReadonlyMap<string, InputValue>
  /** Dependencies that all its components share, from dependsOn of the pattern. */
  readonly shared: readonly string[]
  readonly entries = new Map<string, EvaluatedEntry>()
  readonly outputs: Output[] = []
  /** Components that a reference to a local or an output brings along. */
  readonly dependencies = new Map<string, ReadonlySet<string>>()
  /** Entries that could not be evaluated: whoever refers to them is passed over in silence. */
  readonly failed = new Set<string>()
  readonly components: Component[] = []
  /** Addresses that the expressions evaluated since the last reset have read by a computed key. */
  readonly touched = new Set<string>()
  /** Locals that hold a sensitive value. */
  readonly sensitiveLocals = new Set<string>()
  readonly #locals = new Map<string, JsonValue>()
  readonly #scope: Record<string, Record<string, unknown>>
  /** Components that no expression has asked for since they were taken in: of most designs, most of them never are. */
  readonly #unseen: (() => void)[] = []

  constructor(
    source: ModuleSource,
    use: {
      readonly scope: string
      readonly inputs: ReadonlyMap<string, InputValue>
      readonly shared: readonly string[]
    },
  ) {
    this.source = source
    this.scope = use.scope
    this.inputs = use.inputs
    this.shared = use.shared
    const inputs: Record<string, unknown> = {}
    for (const [name, { value }] of use.inputs) define(inputs, name, () => toCel(value))
    this.#scope = {
      inputs,
      locals: {},
      design: { name: source.name, version: source.version ?? '' },
      ...Object.fromEntries(SECTIONS.map((section) => [section, {}])),
    }
  }

  /** The address of an entry of this module. */
  addressOf(section: Section, name: string, key?: string): string {
    const own = `${section}.${name}${key === undefined ? '' : `[${JSON.stringify(key)}]`}`
    return this.scope === '' ? own : `${this.scope}.${own}`
  }

  /** True when expressions need an input whose value is missing: that was said, and is the cause of all that follows. */
  lacksInput({ references }: Scan): boolean {
    return references.some(({ reference: { root, steps } }) => {
      const [first] = steps
      return root === 'inputs' && first !== undefined && !this.inputs.has(first.name)
    })
  }

  /** The scope of expressions; with `each` inside a component that has forEach. */
  celScope(each?: { readonly key: string; readonly value: JsonValue }): Readonly<Record<string, unknown>> {
    for (const show of this.#unseen.splice(0)) show()
    if (each === undefined) return this.#scope
    return { ...this.#scope, each: { key: each.key, value: toCel(each.value) } }
  }

  /** Takes a local in. */
  setLocal(name: string, value: JsonValue): void {
    this.#locals.set(name, value)
    define(this.#scope.locals ?? {}, name, () => toCel(value))
  }

  /** What expressions see of it beside its components, once all is evaluated. */
  values(): ModuleValues {
    return {
      inputs: new Map([...this.inputs].map(([name, { value, sensitive }]) => [name, { value, sensitive }])),
      locals: new Map([...this.#locals].map(([name, value]) => [name, { value, sensitive: this.sensitiveLocals.has(name) }])),
      outputs: new Map(
        this.outputs.flatMap(({ name, value, sensitive }) => (value.known ? [[name, { value: value.value, sensitive }]] : [])),
      ),
    }
  }

  /** Takes the instances of a component in. `outputs` are those of each pattern, by key. */
  setComponent(section: Section, name: string, entry: EvaluatedEntry, outputs?: ReadonlyMap<string, JsonObject>): void {
    this.entries.set(`${section}.${name}`, entry)
    this.#unseen.push(() => this.#show(section, name, entry, outputs))
  }

  #show(section: Section, name: string, entry: EvaluatedEntry, outputs: ReadonlyMap<string, JsonObject> | undefined): void {
    const seen = this.#scope[section] ?? {}
    if (entry.unrolled) {
      const items: Record<string, unknown> = {}
      for (const [key, component] of entry.instances) {
        const view = celView(component, outputs?.get(key))
        define(items, key, () => {
          this.touched.add(component.address)
          return view
        })
      }
      seen[name] = items
      return
    }
    const [component] = entry.instances.values()
    if (component !== undefined) seen[name] = celView(component, outputs?.get(''))
  }
}

function define(target: Record<string, unknown>, name: string, get: () => unknown): void {
  Object.defineProperty(target, name, { enumerable: true, configurable: true, get })
}

function celView(component: Component, outputs: JsonObject | undefined): Record<string, unknown> {
  const view: Record<string, unknown> = {}
  for (const [name, get] of Object.entries(attributesOf(component, outputs))) define(view, name, () => toCel(get()))
  return view
}
