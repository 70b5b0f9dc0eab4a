import type { JsonObject, JsonValue } from '../plan/json.ts'

/** A value by name, and whether it may be shown. */
export interface NamedValue {
  readonly value: JsonValue
  readonly sensitive: boolean
}

/** What expressions see of a module beside its components: of the design itself, or of one use of a pattern. */
export interface ModuleValues {
  readonly inputs: ReadonlyMap<string, NamedValue>
  readonly locals: ReadonlyMap<string, NamedValue>
  readonly outputs: ReadonlyMap<string, NamedValue>
}

/** The values as an expression reads them. */
export function plainValues(values: ModuleValues[keyof ModuleValues]): JsonObject {
  return Object.fromEntries([...values].map(([name, { value }]) => [name, value]))
}
