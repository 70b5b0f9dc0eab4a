import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { ServedResource } from '../api/resource-registry.ts'
import { describeField } from '../builtin/field-descriptions.ts'
import { qualifiedModelName } from '../builtin/models.ts'
import { customPathsOf } from './custom-operations.ts'
import { metaComponents, metaName } from './meta-components.ts'
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

/** Where more is said about a kind of field. */
const conventions = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md'

/** Type and metadata as every object within another has them. */
function embeddedFields(prefix: ReferencePrefix): JsonObject {
  return {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { allOf: [modelReference('ObjectMeta', prefix)] },
  }
}

/** A schema as clients read it: what Kubernetes' own words mean is spelled out in OpenAPI's. */
function publishedSchema(schema: JsonObject, prefix: ReferencePrefix): JsonObject {
  const parts: { [key: string]: JsonValue } = { ...schema }
  const { properties, items, additionalProperties } = schema
  if (isJsonObject(properties)) {
    parts.properties = Object.fromEntries(
      Object.entries(properties).map(([name, inner]) => [name, isJsonObject(inner) ? publishedSchema(inner, prefix) : inner]),
    )
  }
  if (isJsonObject(items)) parts.items = publishedSchema(items, prefix)
  if (isJsonObject(additionalProperties)) parts.additionalProperties = publishedSchema(additionalProperties, prefix)
  if (schema['x-kubernetes-int-or-string'] === true) parts.anyOf ??= [{ type: 'integer' }, { type: 'string' }]
  if (schema['x-kubernetes-embedded-resource'] !== true) return parts
  const own = isJsonObject(parts.properties) ? parts.properties : {}
  const required = Array.isArray(schema.required) ? (schema.required as readonly JsonValue[]) : []
  return {
    ...parts,
    required: [...required, ...['kind', 'apiVersion'].filter((name) => !required.includes(name))],
    properties: { ...own, ...embeddedFields(prefix) },
  }
}

function selectableFieldsOf({ type }: ServedResource): JsonObject {
  const paths = type.selectableFields ?? []
  return paths.length === 0 ? {} : { 'x-kubernetes-selectable-fields': paths.map((fieldPath) => ({ fieldPath })) }
}

function customComponent(resource: ServedResource, prefix: ReferencePrefix): { [key: string]: JsonValue } {
  const declared: unknown = resource.type.declaredSchema
  const schema: JsonObject = isJsonObject(declared) ? publishedSchema(declared, prefix) : { type: 'object' }
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
    ...selectableFieldsOf(resource),
  }
}

function listComponent(resource: ServedResource, prefix: ReferencePrefix): JsonObject {
  const items: JsonObject = { type: 'array', items: { $ref: `${prefix}${componentName(resource)}` } }
  if (!resource.custom) {
    const properties = { apiVersion: { type: 'string' }, items, kind: { type: 'string' }, metadata: { type: 'object' } }
    return { type: 'object', required: ['items'], properties }
  }
  const { kind, listKind, plural } = resource.type
  return {
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      items: { description: `List of ${plural}. More info: ${conventions}`, ...items },
      kind: { type: 'string' },
      metadata: { allOf: [{ $ref: `${prefix}${metaName('ListMeta')}` }] },
    },
    ...selectableFieldsOf(resource),
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
  if (resources.some(({ custom }) => custom)) Object.assign(components, metaComponents(prefix))
  if (resources.some(({ custom, type }) => custom && type.subresources.scale !== undefined)) needed.add('Scale')
  // Sets grow while they are walked, so this ends when nothing more is referred to.
  for (const name of needed) components[qualifiedModelName(name)] ??= modelComponent(name, prefix, needed)
  return components
}

/** The OpenAPI version 3 document of one group version. */
export function groupVersionDocument(resources: readonly ServedResource[], serverVersion: string): JsonObject {
  const isCustom = resources.some(({ custom }) => custom)
  const paths = resources.map((resource) => {
    const component = componentName(resource)
    return resource.custom ? customPathsOf(resource, component) : pathsOf(resource, component)
  })
  return {
    openapi: '3.0.0',
    info: isCustom ? { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' } : { title: 'Kubernetes', version: serverVersion },
    paths: Object.assign({}, ...paths) as JsonObject,
    components: { schemas: componentsOf(resources, '#/components/schemas/') },
  }
}
