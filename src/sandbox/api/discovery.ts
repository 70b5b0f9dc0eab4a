import { createHash } from 'node:crypto'
import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { openApiAnswer } from '../openapi/open-api-answer.ts'
import type { ApiContext } from './api-context.ts'
import { componentStatusEntry } from './component-statuses.ts'
import { jsonAnswer, type SandboxAnswer, type SandboxRequest } from './exchange.ts'
import { healthAnswer } from './health.ts'
import { isAnyAccepted, mediaRangesOf } from './media-type.ts'
import { apiVersionOf, type ResourceRegistry, type ServedResource } from './resource-registry.ts'
import { methodNotAllowed, notAcceptable, notRepresentable, unknownResource } from './status-error.ts'
import { subresourceEntry } from './subresource-entries.ts'

/** The Kubernetes version that the sandbox answers like. */
export const serverVersion = { major: '1', minor: '36', gitVersion: 'v1.36.2' } as const

/** Definitions are stored as they are served; servers name them by the version they once were stored in. */
const namedByVersion: { readonly [kind: string]: string } = { CustomResourceDefinition: 'v1beta1' }

/** A resource's fingerprint in discovery: eight bytes of the hash of its storage type. */
function storageVersionHash(resource: ServedResource): string {
  const { version, kind } = resource.type
  const storageVersion = (resource.custom ? undefined : namedByVersion[kind]) ?? resource.type.storageVersion ?? version
  const group = resource.type.conversion?.storageGroup ?? resource.type.group
  return createHash('sha256').update(`${group}/${storageVersion}/${kind}`).digest().subarray(0, 8).toString('base64')
}

const storedVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
/** Definitions come from another server inside Kubernetes, which lists its verbs in another order. */
const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']
const subresourceVerbs = ['get', 'patch', 'update']

function verbsOf(resource: ServedResource): readonly string[] {
  if (!resource.type.stored) return ['create']
  // Namespaces are deleted one by one.
  if (resource.storage === '/namespaces') return storedVerbs.filter((verb) => verb !== 'deletecollection')
  return resource.custom ? customVerbs : storedVerbs
}

function isStorageVersion(resource: ServedResource): boolean {
  return resource.type.stored
}

/** A group version's resources in the classic form, subresources after their resource. */
function resourceEntries(resource: ServedResource): readonly JsonObject[] {
  const { type } = resource
  const { status, scale, others = [] } = type.subresources
  const main: JsonObject = {
    name: type.plural,
    singularName: type.singular,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs: verbsOf(resource),
    ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.categories.length === 0 ? {} : { categories: type.categories }),
    ...(isStorageVersion(resource) ? { storageVersionHash: storageVersionHash(resource) } : {}),
  }
  const base = { singularName: '', namespaced: type.namespaced }
  const subresources: JsonObject[] = others.flatMap((name) => {
    const entry = subresourceEntry(type.plural, name)
    return entry === undefined ? [] : [{ name: `${type.plural}/${name}`, ...base, ...entry }]
  })
  if (scale !== undefined) {
    subresources.push({
      name: `${type.plural}/scale`,
      ...base,
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: subresourceVerbs,
    })
  }
  if (status) subresources.push({ name: `${type.plural}/status`, ...base, kind: type.kind, verbs: subresourceVerbs })
  // Of custom kinds the status comes first.
  if (resource.custom) return [main, ...subresources.reverse()]
  return [main, ...subresources.sort((left, right) => (String(left.name) < String(right.name) ? -1 : 1))]
}

function resourcesAt(registry: ResourceRegistry, apiVersion: string): readonly ServedResource[] {
  const resources = registry.all().filter((resource) => resource.apiVersion === apiVersion)
  return [...resources].sort((left, right) => (left.type.plural < right.type.plural ? -1 : 1))
}

/** Pods are bound by their subresource or by this, which is the same. */
const bindingEntry: JsonObject = {
  name: 'bindings',
  singularName: 'binding',
  namespaced: true,
  kind: 'Binding',
  verbs: ['create'],
}

function resourceList(registry: ResourceRegistry, apiVersion: string): JsonObject {
  const stored = resourcesAt(registry, apiVersion).flatMap(resourceEntries)
  const resources = apiVersion === 'v1' ? [bindingEntry, componentStatusEntry, ...stored] : stored
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersion, resources }
}

/** Newest and most stable first, as clients are to prefer them. */
export function compareVersions(left: string, right: string): number {
  const rank = (version: string): readonly number[] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version)
    if (match === null) return [-1, 0, 0]
    const [, major, stage, minor] = match
    return [stage === undefined ? 2 : stage === 'beta' ? 1 : 0, Number(major), Number(minor ?? 0)]
  }
  const leftRank = rank(left)
  const rightRank = rank(right)
  for (let index = 0; index < leftRank.length; index += 1) {
    const difference = (rightRank[index] as number) - (leftRank[index] as number)
    if (difference !== 0) return difference
  }
  return left < right ? -1 : left > right ? 1 : 0
}

/** Kubernetes' own groups in the order in which a server lists them; those of definitions come after, by name. */
const groupOrder: readonly string[] = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'flowcontrol.apiserver.k8s.io',
]

function compareGroups(left: string, right: string): number {
  const place = (group: string): number => {
    const index = groupOrder.indexOf(group)
    return index < 0 ? groupOrder.length : index
  }
  return place(left) - place(right) || (left < right ? -1 : 1)
}

/** Groups in the order of servers, with their versions in order of preference. */
export function groupsOf(registry: ResourceRegistry): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, Set<string>>()
  for (const { type } of registry.all()) {
    const versions = groups.get(type.group)
    if (versions === undefined) groups.set(type.group, new Set([type.version]))
    else versions.add(type.version)
  }
  const ordered = [...groups].sort(([left], [right]) => compareGroups(left, right))
  return new Map(ordered.map(([group, versions]) => [group, [...versions].sort(compareVersions)]))
}

function apiGroup(group: string, versions: readonly string[]): JsonObject {
  const entries = versions.map((version) => ({ groupVersion: apiVersionOf(group, version), version }))
  return { name: group, versions: entries, preferredVersion: entries[0] ?? {} }
}

function aggregatedResource(resource: ServedResource): JsonObject {
  const { type } = resource
  const [, ...subresources] = resourceEntries(resource)
  return {
    resource: type.plural,
    responseKind: { group: type.group, version: type.version, kind: type.kind },
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs: verbsOf(resource),
    ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.categories.length === 0 ? {} : { categories: type.categories }),
    ...(subresources.length === 0
      ? {}
      : {
          subresources: subresources.map((subresource) => ({
            subresource: String(subresource.name).slice(type.plural.length + 1),
            responseKind: {
              group: subresource.group ?? type.group,
              version: subresource.version ?? type.version,
              kind: subresource.kind ?? '',
            },
            verbs: subresource.verbs ?? [],
          })),
        }),
  }
}

/** What is never stored, in the same form. */
function aggregatedEntry({
  name = '',
  kind = '',
  singularName = '',
  namespaced,
  verbs = [],
  shortNames,
}: JsonObject): JsonObject {
  return {
    resource: name,
    responseKind: { group: '', version: 'v1', kind },
    scope: namespaced === true ? 'Namespaced' : 'Cluster',
    singularResource: singularName,
    verbs,
    ...(shortNames === undefined ? {} : { shortNames }),
  }
}

function aggregated(registry: ResourceRegistry, groups: Iterable<[string, readonly string[]]>): JsonObject {
  const items = [...groups].map(([group, versions]) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versions.map((version) => ({
      version,
      resources: [
        ...(group === '' ? [bindingEntry, componentStatusEntry].map(aggregatedEntry) : []),
        ...resourcesAt(registry, apiVersionOf(group, version)).map(aggregatedResource),
      ],
      freshness: 'Current',
    })),
  }))
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items }
}

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** True when the client prefers the aggregated form to the classic one. */
function wantsAggregated(request: SandboxRequest): boolean {
  for (const { type, parameters } of mediaRangesOf(request.headers?.accept ?? '')) {
    if (type !== 'application/json') continue
    if (parameters.get('as') === undefined) return false
    const isList = parameters.get('as') === 'APIGroupDiscoveryList' && parameters.get('g') === 'apidiscovery.k8s.io'
    if (isList && parameters.get('v') === 'v2') return true
  }
  return false
}

/** What documents are written in. */
const documentTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

function rootPaths(registry: ResourceRegistry): JsonValue {
  const paths = ['/api', '/api/v1', '/apis']
  for (const [group, versions] of groupsOf(registry)) {
    if (group !== '') paths.push(`/apis/${group}`, ...versions.map((version) => `/apis/${group}/${version}`))
  }
  return [...paths, '/healthz', '/livez', '/metrics', '/openapi/v2', '/openapi/v3', '/readyz', '/version'].sort()
}

function versionDocument(): JsonObject {
  return {
    major: serverVersion.major,
    minor: serverVersion.minor,
    emulationMajor: serverVersion.major,
    emulationMinor: serverVersion.minor,
    minCompatibilityMajor: serverVersion.major,
    minCompatibilityMinor: String(Number(serverVersion.minor) - 1),
    gitVersion: serverVersion.gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: 'meshform-sandbox',
    platform: 'linux/amd64',
  }
}

/**
 * Documents are read, and only in forms that there are. Those of definitions' groups come from a server that looks at the path
 * alone, whatever the method.
 */
function checkDocumentRequest(registry: ResourceRegistry, request: SandboxRequest, path: string): void {
  const [, root, group = ''] = path.split('/')
  const isBuiltin = root !== 'apis' || group === '' || registry.isBuiltinGroup(group)
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (!isRead && isBuiltin) throw methodNotAllowed()
  const produced = path === '/version' ? documentTypes.slice(0, 1) : documentTypes
  if (isAnyAccepted(request.headers?.accept, produced)) return
  // The whole list has a form of its own, which its builder looks for.
  if (path === '/api' || path === '/apis') return
  throw isBuiltin ? notRepresentable(produced) : notAcceptable(produced)
}

/** Whether a document about what is served stands at a path: of the server, of all groups, of a group or of a version. */
function isDocument(path: string, groups: ReturnType<typeof groupsOf>): boolean {
  if (path === '/api' || path === '/apis' || path === '/api/v1' || path === '/version') return true
  const [, root, group = '', version, ...more] = path.split('/')
  const versions = groups.get(group)
  if (root !== 'apis' || versions === undefined || more.length > 0) return false
  return version === undefined || versions.includes(version)
}

/** Answers everything that is no resource; undefined when the path is none of ours. */
export function discoveryAnswer(context: ApiContext, request: SandboxRequest, pathname: string): SandboxAnswer | undefined {
  const { registry } = context
  const path = pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname
  const health = healthAnswer(path, request)
  if (health !== undefined) return health
  const groups = groupsOf(registry)
  if (isDocument(path, groups)) checkDocumentRequest(registry, request, path)
  switch (path) {
    case '/':
      return jsonAnswer(200, { paths: rootPaths(registry) })
    case '/version':
      return jsonAnswer(200, versionDocument())
    case '/api': {
      if (wantsAggregated(request)) {
        const core = [...groups].filter(([group]) => group === '')
        return jsonAnswer(200, aggregated(registry, core), { 'content-type': aggregatedType })
      }
      const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }]
      return jsonAnswer(200, { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs })
    }
    case '/apis': {
      const others = [...groups].filter(([group]) => group !== '')
      if (wantsAggregated(request)) return jsonAnswer(200, aggregated(registry, others), { 'content-type': aggregatedType })
      return jsonAnswer(200, {
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: others.map(([group, versions]) => apiGroup(group, versions)),
      })
    }
    case '/api/v1':
      return jsonAnswer(200, coreList(registry))
    default: {
      if (path.startsWith('/api/')) throw unknownResource()
      if (path.startsWith('/openapi/')) {
        const accept = request.headers?.accept
        return openApiAnswer(registry, { pathname: path, accept, serverVersion: serverVersion.gitVersion })
      }
      const [, root, group, version, ...more] = path.split('/')
      if (root !== 'apis' || group === undefined || more.length > 0) return undefined
      const versions = groups.get(group)
      if (versions === undefined || group === '') return undefined
      if (version !== undefined && !versions.includes(version)) {
        // Kubernetes' own groups know what is not theirs; of others nobody does.
        if (registry.isBuiltinGroup(group)) throw unknownResource()
        return undefined
      }
      if (version === undefined) return jsonAnswer(200, { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group, versions) })
      return jsonAnswer(200, resourceList(registry, `${group}/${version}`))
    }
  }
}

/** The core group's list alone leaves out its own version. */
function coreList(registry: ResourceRegistry): JsonObject {
  const { apiVersion: _apiVersion, ...list } = resourceList(registry, 'v1')
  return list
}
