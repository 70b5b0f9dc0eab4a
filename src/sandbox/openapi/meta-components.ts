import type { JsonObject } from '../../plan/json.ts'
import type { ReferencePrefix } from './model-components.ts'

/** The name of a schema of `meta.k8s.io`. */
export function metaName(name: string): string {
  return `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`
}

/** Schemas of what paths of custom kinds answer and take beside their objects; none of them is a model of ours. */
export function metaComponents(prefix: ReferencePrefix): { readonly [name: string]: JsonObject } {
  const reference = (name: string): JsonObject => ({ $ref: `${prefix}${metaName(name)}` })
  const text: JsonObject = { type: 'string' }
  const whole = (format: string): JsonObject => ({ type: 'integer', format })
  const schemas: { readonly [name: string]: JsonObject } = {
    Patch: { type: 'object' },
    ShardInfo: { type: 'object', required: ['selector'], properties: { selector: { type: 'string', default: '' } } },
    ListMeta: {
      type: 'object',
      properties: {
        continue: text,
        remainingItemCount: whole('int64'),
        resourceVersion: text,
        selfLink: text,
        shardInfo: { allOf: [reference('ShardInfo')] },
      },
    },
    StatusCause: { type: 'object', properties: { field: text, message: text, reason: text } },
    StatusDetails: {
      type: 'object',
      properties: {
        causes: {
          type: 'array',
          items: { default: {}, allOf: [reference('StatusCause')] },
          'x-kubernetes-list-type': 'atomic',
        },
        group: text,
        kind: text,
        name: text,
        retryAfterSeconds: whole('int32'),
        uid: text,
      },
    },
    Status: {
      type: 'object',
      properties: {
        apiVersion: text,
        code: whole('int32'),
        details: { allOf: [reference('StatusDetails')], 'x-kubernetes-list-type': 'atomic' },
        kind: text,
        message: text,
        metadata: { default: {}, allOf: [reference('ListMeta')] },
        reason: text,
        status: text,
      },
      'x-kubernetes-group-version-kind': [{ group: '', kind: 'Status', version: 'v1' }],
    },
  }
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [metaName(name), schema]))
}
