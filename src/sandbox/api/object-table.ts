import type { JsonObject, JsonValue } from '../../plan/json.ts'
import type { PrinterColumn } from '../resource-type.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { metadataOf } from './object-metadata.ts'
import { printerCell } from './printer-cell.ts'
import type { ServedResource } from './resource-registry.ts'

/** What a table's rows carry of their objects. */
export type TableObject = 'None' | 'Metadata' | 'Object'

function columnDefinition(column: PrinterColumn): JsonObject {
  return {
    name: column.name,
    type: column.type,
    format: column.format ?? '',
    description: column.description,
    priority: column.priority,
  }
}

function rowObject(object: JsonObject, include: TableObject): JsonObject | undefined {
  switch (include) {
    case 'None':
      return undefined
    case 'Metadata':
      return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: metadataOf(object) }
    case 'Object':
      return object
  }
}

/** A `Table` of objects, as `kubectl get` prints it. */
export function objectTable(
  objects: readonly StoredObject[],
  resource: ServedResource,
  include: TableObject,
  now: Date,
  metadata: JsonObject,
): JsonObject {
  const columns = resource.type.printerColumns
  const rows = objects.map((stored): JsonObject => {
    const cells: readonly JsonValue[] = columns.map((column) => printerCell(column, stored.object, now))
    const object = rowObject(stored.object, include)
    return object === undefined ? { cells } : { cells, object }
  })
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(columnDefinition),
    rows,
  }
}
