import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { ScalePaths } from '../resource-type.ts'
import type { StructuralSchema } from '../structural-schema.ts'

/** Where CustomResourceDefinitions are stored. */
export const definitionStorage = 'apiextensions.k8s.io/customresourcedefinitions'

/** Holds a deleted definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/** The names of a custom kind. */
export interface DefinitionNames {
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly listKind: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
}

/** A column of `kubectl get` as a definition has it. */
export interface DefinitionColumn {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
  readonly jsonPath: string
}

/** One version of a custom kind. */
export interface DefinitionVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  /** Text of the warning that each request gets; undefined where the version isn't deprecated. */
  readonly deprecation: string | undefined
  readonly schema: StructuralSchema
  readonly status: boolean
  readonly scale: ScalePaths | undefined
  readonly columns: readonly DefinitionColumn[]
  readonly selectableFields: readonly string[]
}

/** A CustomResourceDefinition read from its object. */
export interface Definition {
  readonly group: string
  readonly names: DefinitionNames
  readonly namespaced: boolean
  /** How often its spec was changed, and once for its creation. */
  readonly generation: number
  readonly versions: readonly DefinitionVersion[]
}

function text(object: JsonObject, key: string): string {
  const value = object[key]
  return typeof value === 'string' ? value : ''
}

function texts(object: JsonObject, key: string): readonly string[] {
  const value: JsonValue | undefined = object[key]
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []
}

function child(object: JsonObject, key: string): JsonObject | undefined {
  const value = object[key]
  return isJsonObject(value) ? value : undefined
}

function children(object: JsonObject, key: string): readonly JsonObject[] {
  const value: JsonValue | undefined = object[key]
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

/** Names as `spec.names` or `status.acceptedNames` has them. */
export function namesOf(names: JsonObject): DefinitionNames {
  return {
    plural: text(names, 'plural'),
    singular: text(names, 'singular'),
    kind: text(names, 'kind'),
    listKind: text(names, 'listKind'),
    shortNames: texts(names, 'shortNames'),
    categories: texts(names, 'categories'),
  }
}

function scaleOf(subresources: JsonObject): ScalePaths | undefined {
  const scale = child(subresources, 'scale')
  if (scale === undefined) return undefined
  const labelSelectorPath = text(scale, 'labelSelectorPath')
  return {
    specReplicasPath: text(scale, 'specReplicasPath'),
    statusReplicasPath: text(scale, 'statusReplicasPath'),
    ...(labelSelectorPath === '' ? {} : { labelSelectorPath }),
  }
}

function columnOf(column: JsonObject): DefinitionColumn {
  return {
    name: text(column, 'name'),
    type: text(column, 'type'),
    format: text(column, 'format'),
    description: text(column, 'description'),
    priority: typeof column.priority === 'number' ? column.priority : 0,
    jsonPath: text(column, 'jsonPath'),
  }
}

function deprecationOf(version: JsonObject, group: string, kind: string): string | undefined {
  if (version.deprecated !== true) return undefined
  const given = text(version, 'deprecationWarning')
  return given === '' ? `${group}/${text(version, 'name')} ${kind} is deprecated` : given
}

/** A schema that was accepted is one of JSON's shapes throughout; the type says which keys it may have. */
function schemaOf(version: JsonObject): StructuralSchema {
  const schema = child(child(version, 'schema') ?? {}, 'openAPIV3Schema') ?? {}
  return schema as StructuralSchema
}

function versionOf(version: JsonObject, group: string, kind: string): DefinitionVersion {
  const subresources = child(version, 'subresources') ?? {}
  return {
    name: text(version, 'name'),
    served: version.served === true,
    storage: version.storage === true,
    deprecation: deprecationOf(version, group, kind),
    schema: schemaOf(version),
    status: child(subresources, 'status') !== undefined,
    scale: scaleOf(subresources),
    columns: children(version, 'additionalPrinterColumns').map(columnOf),
    selectableFields: children(version, 'selectableFields').map((field) => text(field, 'jsonPath')),
  }
}

const known = new WeakMap<JsonObject, Definition>()

/** Reads a stored definition, once for each state of it. */
export function definitionOf(object: JsonObject): Definition {
  let definition = known.get(object)
  if (definition === undefined) {
    definition = readDefinition(object)
    known.set(object, definition)
  }
  return definition
}

function readDefinition(object: JsonObject): Definition {
  const spec = child(object, 'spec') ?? {}
  const group = text(spec, 'group')
  const names = namesOf(child(spec, 'names') ?? {})
  return {
    group,
    names,
    namespaced: text(spec, 'scope') === 'Namespaced',
    generation: Number(child(object, 'metadata')?.generation ?? 1),
    versions: children(spec, 'versions').map((version) => versionOf(version, group, names.kind)),
  }
}

/** The status of a definition's condition, '' when it has none of that type. */
export function conditionOf(object: JsonObject, type: string): string {
  const conditions = children(child(object, 'status') ?? {}, 'conditions')
  const condition = conditions.find((each) => each.type === type)
  return condition === undefined ? '' : text(condition, 'status')
}
