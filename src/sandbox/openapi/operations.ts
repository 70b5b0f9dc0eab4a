import type { JsonObject, JsonValue } from '../../plan/json.ts'
import type { ServedResource } from '../api/resource-registry.ts'

function query(name: string, type: 'string' | 'boolean' | 'integer'): JsonObject {
  return { in: 'query', name, schema: { type, uniqueItems: true } }
}

const writeParameters = [
  query('dryRun', 'string'),
  query('fieldManager', 'string'),
  query('fieldValidation', 'string'),
  query('pretty', 'string'),
]
const patchParameters = [...writeParameters, query('force', 'boolean')]
const listParameters = [
  query('allowWatchBookmarks', 'boolean'),
  query('continue', 'string'),
  query('fieldSelector', 'string'),
  query('labelSelector', 'string'),
  query('limit', 'integer'),
  query('resourceVersion', 'string'),
  query('resourceVersionMatch', 'string'),
  query('sendInitialEvents', 'boolean'),
  query('timeoutSeconds', 'integer'),
  query('watch', 'boolean'),
]
const deleteParameters = [
  query('dryRun', 'string'),
  query('gracePeriodSeconds', 'integer'),
  query('orphanDependents', 'boolean'),
  query('propagationPolicy', 'string'),
]

function path(name: string): JsonObject {
  return { in: 'path', name, required: true, schema: { type: 'string', uniqueItems: true } }
}

const patchTypes = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json']

function content(types: readonly string[], schema: JsonObject): JsonObject {
  return { content: Object.fromEntries(types.map((type) => [type, { schema }])) }
}

/** The paths of a built-in resource with their operations, as far as clients look at them: parameters, bodies and kinds. */
export function pathsOf(resource: ServedResource, component: string): JsonObject {
  const { type, apiVersion } = resource
  const kind = { group: type.group, kind: type.kind, version: type.version }
  const reference = { $ref: `#/components/schemas/${component}` }
  const list = { $ref: `#/components/schemas/${component}List` }
  const operation = (action: string, parameters: readonly JsonObject[], answer: JsonObject, body?: JsonObject): JsonObject => ({
    tags: [`${type.group === '' ? 'core' : type.group.replace(/\..*$/, '')}_${type.version}`],
    parameters,
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { '200': { description: 'OK', ...content(['application/json'], answer) } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
  })
  const object = content(['application/json', 'application/yaml'], reference)
  const patch = content([...patchTypes, 'application/apply-patch+yaml'], {
    type: 'object',
  })
  const root = `/${type.group === '' ? 'api' : 'apis'}/${apiVersion}`
  const collection = `${root}/${type.namespaced ? 'namespaces/{namespace}/' : ''}${type.plural}`
  const scope = type.namespaced ? [path('namespace')] : []
  const post = operation('post', writeParameters, reference, object)
  if (!type.stored) return { [collection]: { post, ...(scope.length === 0 ? {} : { parameters: scope }) } }
  const single: { [method: string]: JsonValue } = {
    get: operation('get', [], reference),
    put: operation('put', writeParameters, reference, object),
    patch: operation('patch', patchParameters, reference, patch),
  }
  const paths: { [path: string]: JsonValue } = {
    [collection]: {
      get: operation('list', listParameters, list),
      post,
      delete: operation('deletecollection', [...deleteParameters, ...listParameters], { type: 'object' }),
      ...(scope.length === 0 ? {} : { parameters: scope }),
    },
    [`${collection}/{name}`]: {
      ...single,
      delete: operation('delete', deleteParameters, { type: 'object' }),
      parameters: [path('name'), ...scope],
    },
  }
  if (type.namespaced) paths[`${root}/${type.plural}`] = { get: operation('list', listParameters, list) }
  if (type.subresources.status) paths[`${collection}/{name}/status`] = { ...single, parameters: [path('name'), ...scope] }
  return paths
}
