import type { JsonObject, JsonValue } from '../../plan/json.ts'
import type { PrinterColumn } from '../resource-type.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { atVersion } from './at-version.ts'
import type { MetaVersion } from './media-type.ts'
import { metadataOf } from './object-metadata.ts'
import { printerCell } from './printer-cell.ts'
import type { ServedResource } from './resource-registry.ts'

/** What a table's rows carry of their objects. */
export type TableObject = 'None' | 'Metadata' | 'Object'

/** A column as tables declare it. */
export function columnDefinition(column: PrinterColumn): JsonObject {
  return {
    name: column.name,
    type: column.type,
    format: column.format ?? '',
    description: column.description,
    priority: column.priority,
  }
}

/** How a table is to be written. */
export interface TableForm {
  readonly includeObject: TableObject
  readonly metaVersion: MetaVersion
  readonly now: Date
}

/** What a row carries of its object. */
export function rowObject(object: JsonObject, { includeObject, metaVersion }: TableForm): JsonObject | null {
  switch (includeObject) {
    case 'None':
      return null
    case 'Metadata':
      return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${metaVersion}`, metadata: metadataOf(object) }
    case 'Object':
      return object
  }
}

/** A `Table` of objects, as `kubectl get` prints it. */
export function objectTable(
  objects: readonly StoredObject[],
  resource: ServedResource,
  form: TableForm,
  metadata: JsonObject,
): JsonObject {
  const columns = resource.type.printerColumns
  const rows = objects.map((stored): JsonObject => {
    const object = atVersion(stored.object, resource)
    // Columns of a definition are paths in the version asked for; those of other kinds read what is stored.
    const shown = resource.custom ? object : stored.object
    const cells: readonly JsonValue[] = columns.map((column) => printerCell(column, shown, form.now))
    const conditions = resource.type.rowConditions?.(stored.object) ?? []
    return { cells, ...(conditions.length === 0 ? {} : { conditions }), object: rowObject(object, form) }
  })
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${form.metaVersion}`,
    metadata,
    columnDefinitions: columns.map(columnDefinition),
    rows: rows.length === 0 && resource.type.plainTable === true ? null : rows,
  }
}
