import type { JsonObject } from '../../plan/json.ts'
import type { AllocationContext, PrinterColumn, ResourceType, ScalePaths, VersionConversion } from '../resource-type.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { decodeObject } from './decode-object.ts'
import { copyTree, isTree, objectAt, type Tree } from './json-tree.ts'
import { schemaOfModel } from './model-schema.ts'
import { columnDescription } from './printing/column-descriptions.ts'
import { ageColumn, type KindColumn, nameColumn, plainColumns } from './printing/common-columns.ts'
import { FieldErrors } from './validation/field-errors.ts'
import { subdomainComplaints } from './validation/names.ts'
import { type NameRule, validateChangedMeta, validateFinalizerOwners, validateObjectMeta } from './validation/object-meta.ts'

/** What is particular to one built-in kind; all that it leaves out follows the usual. */
export interface KindDefinition {
  /** '' for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  /** The model's name where it isn't the kind's. */
  readonly model?: string
  /** Where objects are stored in another version. */
  readonly conversion?: VersionConversion
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly clusterScoped?: true
  /** Answered, never stored. */
  readonly review?: true
  readonly status?: true
  readonly scale?: ScalePaths
  readonly otherSubresources?: readonly string[]
  readonly countsGeneration?: true
  /** The rule for names; RFC 1123 subdomains when left out. */
  readonly nameRule?: NameRule
  /** Columns between NAME and AGE; those two alone when left out. */
  readonly columns?: readonly KindColumn[]
  /** All the columns, where they don't begin with NAME and end with AGE. */
  readonly allColumns?: readonly KindColumn[]
  /** What every request for this kind is warned of. */
  readonly deprecation?: string
  readonly rowConditions?: (object: JsonObject) => readonly JsonObject[]
  readonly createdByReplace?: true
  readonly deleteAnswersObject?: true
  readonly replaceNeedsVersion?: true
  /** Fills in what was left out; the tree is fresh. */
  readonly setDefaults?: (object: Tree) => void
  /** Sets what the server decides on create; the tree is fresh and has its name, namespace and uid. */
  readonly prepareCreate?: (object: Tree, context: AllocationContext) => void
  readonly prepareUpdate?: (object: Tree, old: JsonObject, context: AllocationContext) => void
  readonly validate?: (errors: FieldErrors, object: JsonObject) => void
  /** What is asked of new objects only. */
  readonly validateCreate?: (errors: FieldErrors, object: JsonObject) => void
  readonly validateUpdate?: (errors: FieldErrors, object: JsonObject, old: JsonObject) => void
  /** How often an update looks at labels, annotations and owners: each time is a cause of its own. */
  readonly metadataChecks?: 2 | 3
  /** An update of this kind doesn't compare names and the like with what they were: only the server does. */
  readonly comparesMetadataOnce?: true
  /** An update looks at everything twice. */
  readonly updateChecksTwice?: true
  /** A write of the status; what else is in the object is as it was and not looked at. */
  readonly validateStatus?: (errors: FieldErrors, object: JsonObject, old: JsonObject) => void
  readonly validateAllocation?: (errors: FieldErrors, object: JsonObject, context: AllocationContext) => void
  readonly warnings?: (object: JsonObject, old: JsonObject | undefined) => readonly string[]
}

/** The server's own, beside those of the kind. */
const commonMetadataChecks = 2

const nothingTaken: AllocationContext = { isTaken: () => false }

function freshTree(object: JsonObject): Tree {
  const copy = copyTree(object)
  return isTree(copy) ? copy : {}
}

/** Wide columns come after AGE, as kubectl prints them. */
function withNameAndAge(columns: readonly KindColumn[]): readonly KindColumn[] {
  const usual = columns.filter((column) => column.priority === 0)
  const wide = columns.filter((column) => column.priority > 0)
  return [nameColumn, ...usual, ageColumn, ...wide]
}

function described(kind: string, columns: readonly KindColumn[]): readonly PrinterColumn[] {
  return columns.map((column) => ({ ...column, description: columnDescription(kind, column.name) }))
}

/** Makes the served type of a definition. Its schema is made when first asked for. */
export function defineKind(definition: KindDefinition): ResourceType {
  const model = definition.model ?? definition.kind
  const namespaced = definition.clusterScoped !== true
  const decode = (object: JsonObject): { object: Tree; error: string | undefined } => {
    const decoded = decodeObject(model, object)
    decoded.object.apiVersion = definition.group === '' ? definition.version : `${definition.group}/${definition.version}`
    decoded.object.kind = definition.kind
    return decoded
  }
  const zeroStatus = (): JsonObject => objectAt(decodeObject(model, {}).object, 'status') ?? {}
  return {
    group: definition.group,
    version: definition.version,
    kind: definition.kind,
    listKind: `${definition.kind}List`,
    plural: definition.plural,
    singular: definition.kind.toLowerCase(),
    shortNames: definition.shortNames ?? [],
    categories: definition.categories ?? [],
    namespaced,
    stored: definition.review !== true,
    ...(definition.conversion === undefined
      ? {}
      : { conversion: definition.conversion, storageVersion: definition.conversion.storageVersion }),
    subresources: {
      status: definition.status === true,
      ...(definition.scale === undefined ? {} : { scale: definition.scale }),
      ...(definition.otherSubresources === undefined ? {} : { others: definition.otherSubresources }),
    },
    get schema(): StructuralSchema {
      return schemaOfModel(model)
    },
    modelName: model,
    countsGeneration: definition.countsGeneration === true,
    comparesMetadataOnce: definition.comparesMetadataOnce === true,
    printerColumns: described(definition.kind, definition.allColumns ?? withNameAndAge(definition.columns ?? [])),
    ...(definition.rowConditions === undefined ? {} : { rowConditions: definition.rowConditions }),
    plainTable: definition.allColumns === plainColumns,
    ...(definition.deprecation === undefined ? {} : { deprecation: definition.deprecation }),
    createdByReplace: definition.createdByReplace === true,
    deleteAnswersObject: definition.deleteAnswersObject === true,
    replaceNeedsVersion: definition.replaceNeedsVersion === true,
    decode,
    default: (object) => {
      const { object: tree } = decode(object)
      definition.setDefaults?.(tree)
      return tree
    },
    prepareForCreate: (object, context = nothingTaken) => {
      const tree = freshTree(object)
      if (definition.status === true) tree.status = freshTree(zeroStatus())
      definition.prepareCreate?.(tree, context)
      return tree
    },
    prepareForUpdate: (object, old, context = nothingTaken) => {
      const tree = freshTree(object)
      definition.prepareUpdate?.(tree, old, context)
      return tree
    },
    validate: (object) => {
      const errors = new FieldErrors()
      if (definition.review !== true) {
        validateObjectMeta(errors, object, namespaced, definition.nameRule ?? subdomainComplaints)
        if (definition.group !== 'apiextensions.k8s.io') validateFinalizerOwners(errors, object)
      }
      definition.validate?.(errors, object)
      return errors.all
    },
    validateCreate: (object) => {
      const errors = new FieldErrors()
      definition.validateCreate?.(errors, object)
      return errors.all
    },
    validateUpdate: (object, old) => {
      const errors = new FieldErrors()
      // Twice for every kind, and what the kind asks for beyond the once of `validate`.
      for (let check = 0; check < commonMetadataChecks; check += 1) validateChangedMeta(errors, object)
      for (let check = 1; check < (definition.metadataChecks ?? 1); check += 1) {
        validateChangedMeta(errors, object)
        validateFinalizerOwners(errors, object)
      }
      if (definition.updateChecksTwice === true) definition.validate?.(errors, object)
      definition.validateUpdate?.(errors, object, old)
      return errors.all
    },
    validateStatus: (object, old) => {
      const errors = new FieldErrors()
      definition.validateStatus?.(errors, object, old)
      return errors.all
    },
    validateAllocation: (object, context) => {
      const errors = new FieldErrors()
      definition.validateAllocation?.(errors, object, context)
      return errors.all
    },
    warnings: (object, old) => definition.warnings?.(object, old) ?? [],
  }
}
