import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { ServedResource } from '../api/resource-registry.ts'
import { describeField } from '../builtin/field-descriptions.ts'
import { qualifiedModelName } from '../builtin/models.ts'
import { modelComponent, modelReference, type ReferencePrefix } from './model-components.ts'
import { pathsOf } from './operations.ts'

/** Schemas of a document under their names. */
export type Components = { [name: string]: JsonValue }

/** The name of a resource's schema: its model's, or made of a custom kind's group the other way round, version and kind. */
export function componentName(resource: ServedResource): string {
  const { modelName, group, version, kind } = resource.type
  if (modelName !== undefined) return qualifiedModelName(modelName)
  return `${group.split('.').reverse().join('.')}.${version}.${kind}`
}

function customComponent(resource: ServedResource, prefix: ReferencePrefix): { [key: string]: JsonValue } {
  const declared: unknown = resource.type.declaredSchema
  const schema: JsonObject = isJsonObject(declared) ? declared : { type: 'object' }
  const properties = isJsonObject(schema.properties) ? schema.properties : {}
  const described = (field: string): JsonObject => {
    const description = describeField(resource.type.kind, field)
    return description === undefined ? {} : { description }
  }
  return {
    ...schema,
    properties: {
      apiVersion: { ...described('apiVersion'), type: 'string' },
      kind: { ...described('kind'), type: 'string' },
      metadata: { ...described('metadata'), allOf: [modelReference('ObjectMeta', prefix)] },
      ...Object.fromEntries(Object.entries(properties).filter(([name]) => !['apiVersion', 'kind', 'metadata'].includes(name))),
    },
  }
}

function listComponent(resource: ServedResource, prefix: ReferencePrefix): JsonObject {
  return {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      items: { type: 'array', items: { $ref: `${prefix}${componentName(resource)}` } },
      kind: { type: 'string' },
      metadata: { type: 'object' },
    },
  }
}

/** Schemas of resources, and of everything that they refer to. */
export function componentsOf(resources: readonly ServedResource[], prefix: ReferencePrefix): Components {
  const components: Components = {}
  const needed = new Set<string>(['DeleteOptions'])
  for (const resource of resources) {
    const { group, version, kind, listKind, modelName, stored } = resource.type
    const schema = modelName === undefined ? customComponent(resource, prefix) : modelComponent(modelName, prefix, needed)
    if (modelName === undefined) needed.add('ObjectMeta')
    schema['x-kubernetes-group-version-kind'] = [{ group, kind, version }]
    components[componentName(resource)] = schema
    if (!stored) continue
    components[`${componentName(resource)}List`] = {
      ...listComponent(resource, prefix),
      'x-kubernetes-group-version-kind': [{ group, kind: listKind, version }],
    }
  }
  // Sets grow while they are walked, so this ends when nothing more is referred to.
  for (const name of needed) components[qualifiedModelName(name)] ??= modelComponent(name, prefix, needed)
  return components
}

/** The OpenAPI version 3 document of one group version. */
export function groupVersionDocument(resources: readonly ServedResource[], serverVersion: string): JsonObject {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: serverVersion },
    paths: Object.assign({}, ...resources.map((resource) => pathsOf(resource, componentName(resource)))) as JsonObject,
    components: { schemas: componentsOf(resources, '#/components/schemas/') },
  }
}
