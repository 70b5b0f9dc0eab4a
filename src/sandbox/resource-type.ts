import type { JsonObject, JsonValue } from '../plan/json.ts'
import type { StructuralSchema } from './structural-schema.ts'

/** Why a field was refused, as the API server names it in `Status.details.causes[].reason`. */
export type FieldErrorType =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'FieldValueNotFound'

/** One refused field. `message` is the text of the cause without the field in front, such as `Required value: must be set`. */
export interface FieldError {
  readonly type: FieldErrorType
  /** Path as Kubernetes writes it: `spec.template.spec.containers[0].name`. */
  readonly field: string
  readonly message: string
}

/** A column of `kubectl get`, as CustomResourceDefinitions and Table answers have them. */
export interface PrinterColumn {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  readonly format?: string
  readonly description: string
  readonly priority: number
  /** How the cell is computed: a JSONPath for CRDs, a function for built-in kinds. */
  readonly cell: string | ((object: JsonObject, now: Date) => JsonValue)
}

/** The `scale` subresource's paths, dotted with a leading dot as CRDs write them. */
export interface ScalePaths {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

/** An object as the API server holds it once read, and the first thing in it that can't be read, worded as the server words it. */
export interface DecodedResource {
  readonly object: JsonObject
  readonly error: string | undefined
}

/**
 * Tells which addresses and ports other objects hold already. Without one, allocation is by the object's name alone, so two
 * objects may get the same.
 */
export interface AllocationContext {
  readonly isTaken: (pool: 'clusterIP' | 'nodePort', value: string) => boolean
}

/** How a version of a built-in kind and the one that its objects are stored in turn into one another. */
export interface VersionConversion {
  /** The group that stores the objects, where it is another one. */
  readonly storageGroup?: string
  readonly storageVersion: string
  readonly fromStorage: (object: JsonObject) => JsonObject
  readonly toStorage: (object: JsonObject) => JsonObject
}

/**
 * One served kind at one version: built in or from a CustomResourceDefinition. Functions are pure; objects given to them are
 * theirs to return changed copies of, never to mutate.
 */
export interface ResourceType {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly listKind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
  /** False for kinds the API only answers and never stores, such as reviews. */
  readonly stored: boolean
  /** The version that objects are stored in, where it may be another than this one. */
  readonly storageVersion?: string
  /** Of a built-in kind at a version that nothing is stored in. What is written is prepared and checked at the stored one. */
  readonly conversion?: VersionConversion
  readonly subresources: { readonly status: boolean; readonly scale?: ScalePaths; readonly others?: readonly string[] }
  /** Types, list types and keys for validation, pruning, defaulting and server-side apply. */
  readonly schema: StructuralSchema
  /** Of a built-in kind: its model in the tables of models. */
  readonly modelName?: string
  /** Of a custom kind: the schema as its definition has it, without the fields that every object has. */
  readonly declaredSchema?: StructuralSchema
  /** Objects of this kind count `metadata.generation` on changes of anything but metadata and status. */
  readonly countsGeneration: boolean
  readonly printerColumns: readonly PrinterColumn[]
  /** The table is the server's plainest: NAME and CREATED AT, and null where it has no rows. */
  readonly plainTable?: boolean
  /** Marks of a table's row, as of pods that have ended. */
  readonly rowConditions?: (object: JsonObject) => readonly JsonObject[]
  /**
   * Reads an object as the API server's own types do: unknown fields, nulls and empty optional fields go, records that are
   * always written appear, quantities and times take their canonical form. Only built-in kinds have it; custom kinds are kept
   * as they are written, pruned by their schema.
   */
  readonly decode?: (object: JsonObject) => DecodedResource
  /** PUT on a name that isn't there creates the object. */
  readonly createdByReplace?: boolean
  /** Changes of what never changes in metadata are told once, by the server alone. */
  readonly comparesMetadataOnce?: boolean
  /** PUT must name the resourceVersion it replaces. */
  readonly replaceNeedsVersion?: boolean
  /** DELETE answers with the deleted object, not with a Status. */
  readonly deleteAnswersObject?: boolean
  /** Defaults beyond those in `schema`, as the API server fills them in before admission. */
  readonly default?: (object: JsonObject) => JsonObject
  /** Fields the API server sets or clears on create (status dropped, immutable ids, allocated addresses). */
  readonly prepareForCreate?: (object: JsonObject, context?: AllocationContext) => JsonObject
  readonly prepareForUpdate?: (object: JsonObject, old: JsonObject, context?: AllocationContext) => JsonObject
  readonly validate?: (object: JsonObject) => readonly FieldError[]
  /** What is asked of new objects only. */
  readonly validateCreate?: (object: JsonObject) => readonly FieldError[]
  readonly validateUpdate?: (object: JsonObject, old: JsonObject) => readonly FieldError[]
  /** What is asked of a write to the status of a built-in kind, in place of everything else. */
  readonly validateStatus?: (object: JsonObject, old: JsonObject) => readonly FieldError[]
  /** What is against addresses and ports that were asked for, looked at once everything else is fine. */
  readonly validateAllocation?: (object: JsonObject, context: AllocationContext) => readonly FieldError[]
  /** Dotted paths by which a custom kind can be selected, beyond name and namespace. */
  readonly selectableFields?: readonly string[]
  /** Said with every answer, of a version on its way out. */
  readonly deprecation?: string
  /** Of a custom kind: the schema of the version that objects are stored in, with the fields that every object has. */
  readonly storageSchema?: StructuralSchema
  /** Objects may have been stored by another schema: an earlier one, or that of another version. */
  readonly schemaChanged?: boolean
  /** Deprecation or other warnings, one `Warning:` header each. */
  readonly warnings?: (object: JsonObject, old: JsonObject | undefined) => readonly string[]
}
