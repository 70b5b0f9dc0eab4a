import type { JsonObject, JsonValue } from '../../plan/json.ts'
import type { ServedResource } from '../api/resource-registry.ts'
import { qualifiedModelName } from '../builtin/models.ts'
import { metaName } from './meta-components.ts'

type ParameterType = 'string' | 'boolean' | 'integer'

function query(name: string, type: ParameterType = 'string'): JsonObject {
  return { in: 'query', name, schema: { type, uniqueItems: true } }
}

function inPath(name: string): JsonObject {
  return { in: 'path', name, required: true, schema: { type: 'string', uniqueItems: true } }
}

const pretty = query('pretty')
const writeParameters = [query('dryRun'), query('fieldManager'), query('fieldValidation')]
const patchParameters = [...writeParameters, query('force', 'boolean')]
const listParameters = [
  query('allowWatchBookmarks', 'boolean'),
  query('continue'),
  query('fieldSelector'),
  query('labelSelector'),
  query('limit', 'integer'),
  query('resourceVersion'),
  query('resourceVersionMatch'),
  query('sendInitialEvents', 'boolean'),
  query('shardSelector'),
  query('timeoutSeconds', 'integer'),
  query('watch', 'boolean'),
]
const deleteParameters = [
  query('dryRun'),
  query('gracePeriodSeconds', 'integer'),
  query('ignoreStoreReadErrorWithClusterBreakingPotential', 'boolean'),
  query('orphanDependents', 'boolean'),
  query('propagationPolicy'),
]
const readParameters = [query('resourceVersion')]
/** A path that knows nothing but lists has their parameters for its own. */
const everywhereParameters = [...listParameters.slice(0, 5), pretty, ...listParameters.slice(5)]

const objectTypes = ['application/json', 'application/yaml']
const patchTypes = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json']

function schemaOf(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` }
}

function content(types: readonly string[], schema: JsonObject): JsonObject {
  return { content: Object.fromEntries(types.map((type) => [type, { schema }])) }
}

const statusDescriptions: { readonly [code: string]: string } = { '200': 'OK', '201': 'Created', '202': 'Accepted' }

function responses(schema: JsonObject, codes: readonly string[]): JsonObject {
  const answered = codes.map(
    (code) => [code, { description: statusDescriptions[code] ?? '', ...content(objectTypes, schema) }] as const,
  )
  return { ...Object.fromEntries(answered), '401': { description: 'Unauthorized' } }
}

/** A name as operations have it: each part begins with a capital. */
function capitalized(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')
}

interface Operation {
  readonly action: string
  /** The first words of its identifier and what stands before the kind in it. */
  readonly id: readonly [verb: string, scope: string]
  readonly description: string
  readonly parameters: readonly JsonObject[]
  readonly answer: JsonObject
  readonly codes: readonly string[]
  readonly body?: JsonObject
  /** What is behind the kind in the identifier: a subresource, or that it is of all namespaces. */
  readonly suffix?: string
}

/** What the server of custom kinds says of a kind's paths. Parameters are named and typed; nothing is said about them. */
export function customPathsOf({ type, apiVersion }: ServedResource, component: string): JsonObject {
  const { group, version, kind, plural, namespaced, subresources } = type
  const groupVersion = `${capitalized(group)}${capitalized(version)}`
  const tag = `${capitalized(group).replace(/^./, (first) => first.toLowerCase())}_${version}`
  const scope = namespaced ? 'Namespaced' : ''
  const operation = ({ action, id, description, parameters, answer, codes, body, suffix = '' }: Operation): JsonObject => ({
    tags: [tag],
    description,
    operationId: `${id[0]}${groupVersion}${id[1]}${kind}${suffix}`,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responses(answer, codes),
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, kind, version },
  })
  const object = schemaOf(component)
  const list = schemaOf(`${component}List`)
  const status = schemaOf(metaName('Status'))
  const patch = { ...content(patchTypes, schemaOf(metaName('Patch'))), required: true }
  const bodyOf = (schema: JsonObject): JsonObject => ({ ...content(objectTypes, schema), required: true })
  const single = (answer: JsonObject, about: string, suffix: string): { readonly [method: string]: JsonObject } => ({
    get: operation({
      action: 'get',
      id: ['read', scope],
      description: `read ${about}the specified ${kind}`,
      parameters: readParameters,
      answer,
      codes: ['200'],
      suffix,
    }),
    put: operation({
      action: 'put',
      id: ['replace', scope],
      description: `replace ${about}the specified ${kind}`,
      parameters: writeParameters,
      answer,
      codes: ['200', '201'],
      body: bodyOf(answer),
      suffix,
    }),
    patch: operation({
      action: 'patch',
      id: ['patch', scope],
      description: `partially update ${about}the specified ${kind}`,
      parameters: patchParameters,
      answer,
      codes: ['200'],
      body: patch,
      suffix,
    }),
  })
  const root = `/apis/${apiVersion}`
  const collection = `${root}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}`
  const namespace = namespaced ? [inPath('namespace')] : []
  const listed = { action: 'list', description: `list objects of kind ${kind}`, answer: list, codes: ['200'] } as const
  const paths: { [path: string]: JsonValue } = {
    [collection]: {
      get: operation({ ...listed, id: ['list', scope], parameters: listParameters }),
      post: operation({
        action: 'post',
        id: ['create', scope],
        description: `create a ${kind}`,
        parameters: writeParameters,
        answer: object,
        codes: ['200', '201', '202'],
        body: bodyOf(object),
      }),
      delete: operation({
        action: 'deletecollection',
        id: ['delete', `Collection${scope}`],
        description: `delete collection of ${kind}`,
        parameters: listParameters,
        answer: status,
        codes: ['200'],
      }),
      parameters: [...namespace, pretty],
    },
    [`${collection}/{name}`]: {
      ...single(object, '', ''),
      delete: operation({
        action: 'delete',
        id: ['delete', scope],
        description: `delete a ${kind}`,
        parameters: deleteParameters,
        answer: status,
        codes: ['200', '202'],
        body: content(objectTypes, schemaOf(metaName('DeleteOptions'))),
      }),
      parameters: [inPath('name'), ...namespace, pretty],
    },
  }
  const parameters = [inPath('name'), ...namespace, pretty]
  if (namespaced) {
    const everywhere = operation({ ...listed, id: ['list', ''], parameters: [], suffix: 'ForAllNamespaces' })
    paths[`${root}/${plural}`] = { get: everywhere, parameters: everywhereParameters }
  }
  if (subresources.status) paths[`${collection}/{name}/status`] = { ...single(object, 'status of ', 'Status'), parameters }
  if (subresources.scale !== undefined) {
    const scale = schemaOf(qualifiedModelName('Scale'))
    paths[`${collection}/{name}/scale`] = { ...single(scale, 'scale of ', 'Scale'), parameters }
  }
  return paths
}
