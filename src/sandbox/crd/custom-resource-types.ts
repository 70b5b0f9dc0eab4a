import type { JsonObject } from '../../plan/json.ts'
import { finalizersOf } from '../api/object-metadata.ts'
import { schemaOfModel } from '../builtin/model-schema.ts'
import { columnDescription } from '../builtin/printing/column-descriptions.ts'
import { FieldErrors } from '../builtin/validation/field-errors.ts'
import { subdomainComplaints } from '../builtin/validation/names.ts'
import { unqualifiedFinalizers, validateObjectMeta } from '../builtin/validation/object-meta.ts'
import type { PrinterColumn, ResourceType } from '../resource-type.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import type { Definition, DefinitionColumn, DefinitionVersion } from './definition.ts'

const nameColumn: PrinterColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: columnDescription('', 'Name'),
  priority: 0,
  cell: '.metadata.name',
}

const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  description: columnDescription('', 'Age'),
  priority: 0,
  cell: '.metadata.creationTimestamp',
}

const columnTypes = ['string', 'integer', 'number', 'boolean', 'date'] as const

function printerColumn(column: DefinitionColumn): PrinterColumn {
  const type = columnTypes.find((known) => known === column.type) ?? 'string'
  const usual = `Custom resource definition column (in JSONPath format): ${column.jsonPath}`
  return {
    name: column.name,
    type,
    ...(column.format === '' ? {} : { format: column.format }),
    description: column.description === '' ? usual : column.description,
    priority: column.priority,
    cell: column.jsonPath,
  }
}

/** The schema with the type and metadata that every object has. What it says of metadata itself counts for validation only. */
function withObjectFields(schema: StructuralSchema): StructuralSchema {
  return {
    ...schema,
    properties: {
      ...schema.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: schemaOfModel('ObjectMeta'),
    },
  }
}

/** Finalizers that came with a write and don't say whose they are. */
function finalizerWarnings(object: JsonObject, old: JsonObject | undefined): readonly string[] {
  const before = new Set(old === undefined ? [] : finalizersOf(old))
  return unqualifiedFinalizers(object)
    .filter(({ name }) => !before.has(name))
    .map(({ name }) => {
      const path = name.includes('.') ? ' including a path (/)' : ''
      return `metadata.finalizers: ${JSON.stringify(name)}: prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`
    })
    .sort()
}

function resourceType(definition: Definition, version: DefinitionVersion): ResourceType {
  const { names, namespaced, group } = definition
  const { scale, deprecation } = version
  const stored = definition.versions.find((each) => each.storage)
  return {
    group,
    version: version.name,
    kind: names.kind,
    listKind: names.listKind,
    plural: names.plural,
    singular: names.singular,
    shortNames: names.shortNames,
    categories: names.categories,
    namespaced,
    stored: true,
    ...(stored === undefined ? {} : { storageVersion: stored.name, storageSchema: withObjectFields(stored.schema) }),
    subresources: { status: version.status, ...(scale === undefined ? {} : { scale }) },
    schema: withObjectFields(version.schema),
    declaredSchema: version.schema,
    // What is read back gets the defaults of the version it is stored at, whichever it came in by.
    ...(definition.generation > 1 || definition.versions.length > 1 ? { schemaChanged: true } : {}),
    countsGeneration: true,
    printerColumns: [nameColumn, ...(version.columns.length === 0 ? [ageColumn] : version.columns.map(printerColumn))],
    selectableFields: version.selectableFields.map((path) => path.replace(/^\./, '')),
    ...(deprecation === undefined ? {} : { deprecation }),
    warnings: finalizerWarnings,
    validate: (object) => {
      const errors = new FieldErrors()
      validateObjectMeta(errors, object, namespaced, subdomainComplaints)
      return errors.all
    },
  }
}

/** The served types of a definition, one a served version. */
export function resourceTypesOf(definition: Definition): readonly ResourceType[] {
  return definition.versions.filter((version) => version.served).map((version) => resourceType(definition, version))
}
