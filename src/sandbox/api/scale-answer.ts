import type { JsonObject } from '../../plan/json.ts'
import { columnDescription } from '../builtin/printing/column-descriptions.ts'
import type { PrinterColumn } from '../resource-type.ts'
import { jsonAnswer, type SandboxAnswer } from './exchange.ts'
import { metadataOf } from './object-metadata.ts'
import { notPartial, type Projection, partialOf } from './object-projection.ts'
import { columnDefinition, rowObject } from './object-table.ts'
import { printerCell } from './printer-cell.ts'
import { warningHeader } from './warning-header.ts'

const columns: readonly PrinterColumn[] = [
  {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: columnDescription('', 'Name'),
    priority: 0,
    cell: '.metadata.name',
  },
  { name: 'Desired', type: 'integer', description: 'Number of desired replicas', priority: 0, cell: '.spec.replicas' },
  { name: 'Available', type: 'integer', description: 'Number of actual replicas', priority: 0, cell: '.status.replicas' },
  { name: 'Age', type: 'date', description: columnDescription('', 'Age'), priority: 0, cell: '.metadata.creationTimestamp' },
]

function scaleTable(scale: JsonObject, projection: Projection): JsonObject {
  const { resourceVersion } = metadataOf(scale)
  // Replicas of none are not written, but they are none.
  const cells = columns.map((column) => printerCell(column, scale, projection.now) ?? (column.type === 'integer' ? 0 : null))
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${projection.metaVersion}`,
    metadata: resourceVersion === undefined ? {} : { resourceVersion },
    columnDefinitions: columns.map(columnDefinition),
    rows: [{ cells, object: rowObject(scale, projection) }],
  }
}

/** A Scale in the form asked for. */
export function scaleAnswer(
  scale: JsonObject,
  projection: Projection,
  warnings: readonly string[],
  isCustom: boolean,
): SandboxAnswer {
  const headers = warningHeader(warnings)
  switch (projection.form) {
    case 'object':
      return jsonAnswer(200, scale, headers)
    case 'partial':
      return jsonAnswer(200, partialOf(scale, projection.metaVersion), headers)
    case 'partials':
      throw notPartial('PartialObjectMetadataList', `not a list (*${isCustom ? 'v1' : 'autoscaling'}.Scale)`)
    case 'table':
      return jsonAnswer(200, scaleTable(scale, projection), headers)
  }
}
