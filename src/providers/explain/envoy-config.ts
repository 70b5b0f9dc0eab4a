import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { objectIn, objectsIn, stringIn } from '../json-view.ts'
import { settingWords } from './other-meshes.ts'
import { clauses, comparisonWords, labelWords, listed, scalarIn, sentence, shareWords } from './words.ts'

/** What a CiliumEnvoyConfig does: which requests pass the proxy of the node, and what it does with them. */
export function explainEnvoyConfig({ spec }: Manifest): readonly string[] {
  const services = objectsIn(spec, 'services').map((service) => `${stringIn(service, 'namespace')}/${stringIn(service, 'name')}`)
  const resources = objectsIn(spec, 'resources')
  const ofType = (type: string) => resources.filter((resource) => stringIn(resource, '@type')?.endsWith(`.${type}`) === true)
  return [
    sentence(`requests to ${listed(services)} pass the proxy of the caller’s node:`),
    ...ofType('Listener').flatMap(listenerLines),
    ...ofType('RouteConfiguration').flatMap((routes) =>
      objectsIn(routes, 'virtual_hosts').flatMap((host) =>
        objectsIn(host, 'routes').map((route, index) => routeLine(route, index + 1)),
      ),
    ),
    ...ofType('Cluster').flatMap(clusterLines),
  ]
}

function listenerLines(listener: JsonObject): readonly string[] {
  const filters = objectsIn(listener, 'filter_chains').flatMap((chain) => objectsIn(chain, 'filters'))
  return filters.flatMap((filter) => {
    const config = objectIn(filter, 'typed_config')
    const own = objectsIn(config, 'http_filters').flatMap(filterWords)
    if (own.length > 0) return [`- ${sentence(`each passes ${listed(own)} first`)}`]
    const cluster = stringIn(config, 'cluster')
    const shares = weighted(config)
    if (cluster === undefined && shares.length === 0) return []
    return [
      `- ${sentence(`connections go ${shareWords(cluster === undefined ? shares : [{ name: cluster, weight: undefined }])}`)}`,
    ]
  })
}

/** A filter of requests by its short name, a limit with its rate; nothing for the one that routes. */
function filterWords(filter: JsonObject): readonly string[] {
  const name = (stringIn(filter, 'name') ?? '').replace('envoy.filters.http.', '')
  if (name === 'router') return []
  const config = objectIn(filter, 'typed_config')
  const [apart] = objectsIn(config, 'descriptors')
  const bucket = objectIn(apart ?? config, 'token_bucket')
  if (bucket.max_tokens === undefined) return [name]
  const keys = objectsIn(apart, 'entries').flatMap((entry) => stringIn(entry, 'key') ?? [])
  const each = keys.length === 0 ? '' : ` for each ${listed(keys)}`
  return [
    `${name} (${scalarIn(bucket, 'tokens_per_fill')} in ${scalarIn(bucket, 'fill_interval')}, ${scalarIn(bucket, 'max_tokens')} at most at once${each})`,
  ]
}

function weighted(holder: JsonObject) {
  return objectsIn(holder, 'weighted_clusters', 'clusters').map((cluster) => ({
    name: stringIn(cluster, 'name') ?? '',
    weight: typeof cluster.weight === 'number' ? cluster.weight : undefined,
  }))
}

function routeLine(route: JsonObject, place: number): string {
  const action = objectIn(route, 'route')
  const parts = matchWords(objectIn(route, 'match'))
  const cluster = stringIn(action, 'cluster')
  const goes =
    route.redirect === undefined
      ? `goes ${shareWords(cluster === undefined ? weighted(action) : [{ name: cluster, weight: undefined }])}`
      : `is redirected (${settingWords(objectIn(route, 'redirect'))})`
  const retry = objectIn(action, 'retry_policy')
  const mirrors = objectsIn(action, 'request_mirror_policies').flatMap((mirror) => stringIn(mirror, 'cluster') ?? [])
  const told = ['cluster', 'weighted_clusters', 'timeout', 'retry_policy', 'request_mirror_policies']
  const rest = Object.fromEntries(Object.entries(action).filter(([key]) => !told.includes(key)))
  const words = clauses(
    `${parts.length === 0 ? 'every request' : `a request whose ${listed(parts)}`} ${goes}`,
    stringIn(action, 'timeout') !== undefined && `it has ${stringIn(action, 'timeout')} in all`,
    scalarIn(retry, 'num_retries') !== undefined &&
      `it is tried again up to ${scalarIn(retry, 'num_retries')} times on ${stringIn(retry, 'retry_on') ?? 'nothing'}`,
    mirrors.length > 0 && `copies go to ${listed(mirrors)}`,
    Object.keys(rest).length > 0 && settingWords(rest),
  )
  return `${place}. ${sentence(words)}`
}

function matchWords(match: JsonObject): readonly string[] {
  const prefix = stringIn(match, 'prefix')
  const path = stringIn(match, 'path')
  const regex = stringIn(match, 'safe_regex', 'regex')
  const named = (key: string, what: string) =>
    objectsIn(match, key).map((item) => {
      const how = objectIn(item, 'string_match')
      const pattern = stringIn(how, 'safe_regex', 'regex')
      const words = pattern === undefined ? comparisonWords(how) : `matches ${pattern}`
      return `${what} ${stringIn(item, 'name')} ${item.invert_match === true ? 'is absent or does not fit' : words}`
    })
  return [
    ...(prefix === undefined || prefix === '/' ? [] : [`path begins with ${prefix}`]),
    ...(path === undefined ? [] : [`path is ${path}`]),
    ...(regex === undefined ? [] : [`path matches ${regex}`]),
    ...named('headers', 'header'),
    ...named('query_parameters', 'parameter'),
  ]
}

function clusterLines(cluster: JsonObject): readonly string[] {
  const { circuit_breakers: limits, outlier_detection: outlier } = cluster
  const [{ priority: _class, ...threshold } = {}] = objectsIn(limits, 'thresholds')
  const words = clauses(
    Object.keys(threshold).length > 0 && `at most ${settingWords(threshold)}`,
    outlier !== undefined && `endpoints that fail are left out (${settingWords(objectIn(outlier))})`,
    stringIn(cluster, 'lb_policy') !== 'ROUND_ROBIN' &&
      stringIn(cluster, 'lb_policy') !== undefined &&
      `endpoints are chosen by ${stringIn(cluster, 'lb_policy')}`,
  )
  return words === '' ? [] : [`- ${sentence(`${stringIn(cluster, 'name') ?? ''}: ${words}`)}`]
}

/** What Kuma's MeshProxyPatch does. */
export function explainProxyPatch({ spec }: Manifest): readonly string[] {
  const labels = labelWords(spec, 'targetRef', 'labels') ?? labelWords(spec, 'targetRef', 'tags')
  return [
    sentence(`the proxies of ${labels === undefined ? 'the whole mesh' : `pods with ${labels}`} are changed:`),
    ...objectsIn(spec, 'default', 'appendModifications').flatMap((modification) =>
      Object.keys(modification).map((what) => {
        const change = objectIn(modification, what)
        const name = /^name: (\S+)/m.exec(stringIn(change, 'value') ?? '')?.[1]
        const match = objectIn(change, 'match')
        const where = [stringIn(match, 'name'), stringIn(match, 'origin')].filter((part) => part !== undefined)
        return `- ${sentence(`${what} ${stringIn(change, 'operation') ?? ''}${name === undefined ? '' : ` ${name}`}${where.length === 0 ? '' : `, at ${where.join(', ')}`}`)}`
      }),
    ),
  ]
}

/** What Envoy Gateway's EnvoyExtensionPolicy does. */
export function explainExtensionPolicy({ spec }: Manifest): readonly string[] {
  const targets = objectsIn(spec, 'targetRefs').map((target) => `${stringIn(target, 'kind')} ${stringIn(target, 'name')}`)
  const modules = objectsIn(spec, 'wasm').map(
    (wasm) =>
      `Wasm filter ${stringIn(wasm, 'name')} from ${stringIn(wasm, 'code', 'image', 'url') ?? stringIn(wasm, 'code', 'http', 'url') ?? 'elsewhere'}`,
  )
  const scripts = objectsIn(spec, 'lua').map(() => 'a Lua script')
  return [sentence(`requests of ${listed(targets)} pass ${listed([...modules, ...scripts])}`)]
}
