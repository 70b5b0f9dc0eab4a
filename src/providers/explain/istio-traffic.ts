import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'
import { clauses, comparisonWords, labelWords, listed, scalarIn, sentence, shareWords } from './words.ts'

/** What a VirtualService does. */
export function explainVirtualService({ spec }: Manifest): readonly string[] {
  const gateways = stringsIn(spec, 'gateways').filter((name) => name !== 'mesh')
  const inMesh = gateways.length === 0 || stringsIn(spec, 'gateways').includes('mesh')
  const where = clauses(
    inMesh && 'from workloads of the mesh',
    gateways.length > 0 && `through ${listed(gateways.map((name) => `gateway ${name}`))}`,
  ).replace('; ', ' and ')
  const http = objectsIn(spec, 'http').map(httpRoute)
  const streams = (['tcp', 'tls'] as const).flatMap((family) =>
    objectsIn(spec, family).map((route) => streamRoute(route, family === 'tcp' ? 'connections' : 'TLS connections')),
  )
  const routes = [...http, ...streams]
  const head = `requests to ${listed(stringsIn(spec, 'hosts'))} ${where} take the first of these routes that matches:`
  return [sentence(head), ...routes.map((text, index) => `${index + 1}. ${text}`)]
}

function httpRoute(route: JsonObject): string {
  const matches = objectsIn(route, 'match').map(matchWords)
  const redirect = valueIn(route, 'redirect') === undefined ? undefined : redirectWords(objectIn(route, 'redirect'))
  const targets = objectsIn(route, 'route').map((target) => ({
    name: destinationName(objectIn(target, 'destination')),
    weight: numberIn(target, 'weight'),
  }))
  return sentence(
    clauses(
      `${matches.length === 0 ? 'every request' : listed(matches, 'or')} ${redirect ?? `goes ${shareWords(targets)}`}`,
      timeWords(route),
      retryWords(objectIn(route, 'retries')),
      faultWords(objectIn(route, 'fault')),
      mirrorWords(route),
      rewriteWords(objectIn(route, 'rewrite')),
      headerWords(objectIn(route, 'headers')),
      valueIn(route, 'corsPolicy') === undefined ? undefined : 'browsers of other origins may call it as the CORS policy says',
    ),
  )
}

function timeWords(route: JsonObject): string | undefined {
  const timeout = stringIn(route, 'timeout')
  return timeout === undefined ? undefined : `it has ${timeout} in all`
}

function numberIn(value: JsonObject, key: string): number | undefined {
  const inner = value[key]
  return typeof inner === 'number' ? inner : undefined
}

function destinationName(destination: JsonObject): string {
  const host = (stringIn(destination, 'host') ?? '').replace(/\.svc\.cluster\.local$/, '')
  const subset = stringIn(destination, 'subset')
  const port = scalarIn(destination, 'port', 'number')
  return `${subset === undefined ? '' : `${subset} of `}${host}${port === undefined ? '' : `:${port}`}`
}

function matchWords(match: JsonObject): string {
  const headers = Object.keys(objectIn(match, 'headers')).map(
    (name) => `header ${name} ${comparisonWords(objectIn(match, 'headers', name))}`,
  )
  const without = Object.keys(objectIn(match, 'withoutHeaders')).map((name) => `header ${name} is absent`)
  const query = Object.keys(objectIn(match, 'queryParams')).map(
    (name) => `query parameter ${name} ${comparisonWords(objectIn(match, 'queryParams', name))}`,
  )
  const labels = labelWords(match, 'sourceLabels')
  const parts = [
    ...(valueIn(match, 'uri') === undefined ? [] : [`path ${comparisonWords(objectIn(match, 'uri'))}`]),
    ...(valueIn(match, 'method') === undefined ? [] : [`method ${comparisonWords(objectIn(match, 'method'))}`]),
    ...headers,
    ...without,
    ...query,
    ...(scalarIn(match, 'port') === undefined ? [] : [`port is ${scalarIn(match, 'port')}`]),
    ...(labels === undefined ? [] : [`caller has ${labels} in ${stringIn(match, 'sourceNamespace') ?? 'any namespace'}`]),
  ]
  return parts.length === 0 ? 'every request' : `a request whose ${listed(parts)}`
}

function redirectWords(redirect: JsonObject): string {
  const to = [stringIn(redirect, 'scheme'), stringIn(redirect, 'authority'), stringIn(redirect, 'uri')].filter(
    (part) => part !== undefined,
  )
  return `is answered with ${scalarIn(redirect, 'redirectCode') ?? '301'} and sent to ${to.join(' ')}`
}

function retryWords(retries: JsonObject): string | undefined {
  const attempts = scalarIn(retries, 'attempts')
  if (attempts === undefined) return undefined
  if (attempts === '0') return 'it is never retried'
  const on = stringIn(retries, 'retryOn')
  const perTry = stringIn(retries, 'perTryTimeout')
  const backoff = stringIn(retries, 'backoff')
  return [
    `it is tried again up to ${attempts} times`,
    on === undefined ? '' : ` on ${listed(on.split(','), 'or')}`,
    perTry === undefined ? '' : `, each try with ${perTry}`,
    backoff === undefined ? '' : `, after a pause of ${backoff} and more`,
  ].join('')
}

function faultWords(fault: JsonObject): string | undefined {
  const delay = objectIn(fault, 'delay')
  const abort = objectIn(fault, 'abort')
  return (
    clauses(
      stringIn(delay, 'fixedDelay') !== undefined &&
        `${scalarIn(delay, 'percentage', 'value') ?? '100'}% wait ${stringIn(delay, 'fixedDelay')} first, on purpose`,
      scalarIn(abort, 'httpStatus') !== undefined &&
        `${scalarIn(abort, 'percentage', 'value') ?? '100'}% are answered with ${scalarIn(abort, 'httpStatus')}, on purpose`,
    ) || undefined
  )
}

function mirrorWords(route: JsonObject): string | undefined {
  if (valueIn(route, 'mirror') === undefined) return undefined
  const percent = scalarIn(route, 'mirrorPercentage', 'value') ?? '100'
  return `${percent}% are copied to ${destinationName(objectIn(route, 'mirror'))}, whose answers nobody sees`
}

function rewriteWords(rewrite: JsonObject): string | undefined {
  const uri = stringIn(rewrite, 'uri')
  const whole = stringIn(rewrite, 'uriRegexRewrite', 'rewrite')
  const host = stringIn(rewrite, 'authority')
  return (
    clauses(
      uri !== undefined && `the matched prefix becomes ${uri}`,
      whole !== undefined && `the path becomes ${whole}`,
      host !== undefined && `the host becomes ${host}`,
    ) || undefined
  )
}

function headerWords(headers: JsonObject): string | undefined {
  const change = (side: 'request' | 'response') => {
    const set = Object.keys(objectIn(headers, side, 'set'))
    const add = Object.keys(objectIn(headers, side, 'add'))
    const remove = stringsIn(headers, side, 'remove')
    return clauses(
      set.length > 0 && `${listed(set)} ${set.length === 1 ? 'is' : 'are'} set in the ${side}`,
      add.length > 0 && `${listed(add)} ${add.length === 1 ? 'is' : 'are'} added to the ${side}`,
      remove.length > 0 && `${listed(remove)} ${remove.length === 1 ? 'is' : 'are'} taken out of the ${side}`,
    )
  }
  return clauses(change('request'), change('response')) || undefined
}

function streamRoute(route: JsonObject, what: string): string {
  const ports = objectsIn(route, 'match').flatMap((match) => scalarIn(match, 'port') ?? [])
  const hosts = objectsIn(route, 'match').flatMap((match) => stringsIn(match, 'sniHosts'))
  const gateways = [...new Set(objectsIn(route, 'match').flatMap((match) => stringsIn(match, 'gateways')))]
  const targets = objectsIn(route, 'route').map((target) => ({
    name: destinationName(objectIn(target, 'destination')),
    weight: numberIn(target, 'weight'),
  }))
  const from =
    gateways.length === 0 ? '' : ` that ${gateways.includes('mesh') ? 'workloads open' : `arrive at ${listed(gateways)}`}`
  return sentence(
    `${what}${hosts.length === 0 ? '' : ` for ${listed(hosts)}`}${ports.length === 0 ? '' : ` on port ${listed(ports)}`}${from} go ${shareWords(targets)}`,
  )
}

/** What a DestinationRule does. */
export function explainDestinationRule({ spec }: Manifest): readonly string[] {
  const host = stringIn(spec, 'host') ?? ''
  const policy = objectIn(spec, 'trafficPolicy')
  const subsets = objectsIn(spec, 'subsets').map(
    (subset) => `${stringIn(subset, 'name') ?? ''} (pods with ${labelWords(subset, 'labels') ?? 'any label'})`,
  )
  return [
    ...(subsets.length === 0 ? [] : [sentence(`${host} has the versions ${listed(subsets)}`)]),
    ...settingsWords(policy, host),
    ...objectsIn(policy, 'portLevelSettings').flatMap((level) =>
      settingsWords(level, `${host}:${scalarIn(level, 'port', 'number') ?? ''}`),
    ),
  ]
}

/** What is kept to in calls of a host, or of a port of it. */
function settingsWords(policy: JsonObject, place: string): readonly string[] {
  const mode = stringIn(policy, 'tls', 'mode')
  return [
    ...poolWords(objectIn(policy, 'connectionPool'), place),
    ...outlierWords(objectIn(policy, 'outlierDetection'), place),
    ...balancerWords(objectIn(policy, 'loadBalancer'), place),
    ...(mode === undefined ? [] : [sentence(`callers speak TLS in mode ${mode} to ${place}`)]),
  ]
}

function poolWords(pool: JsonObject, host: string): readonly string[] {
  const limits = clauses(
    named(pool, ['tcp', 'maxConnections'], (value) => `at most ${value} connections`),
    named(pool, ['http', 'http1MaxPendingRequests'], (value) => `at most ${value} requests waiting`),
    named(pool, ['http', 'http2MaxRequests'], (value) => `at most ${value} requests in flight`),
    named(pool, ['http', 'maxRequestsPerConnection'], (value) => `a connection is closed after ${value} requests`),
    named(pool, ['http', 'maxRetries'], (value) => `at most ${value} retries in flight`),
    named(pool, ['tcp', 'connectTimeout'], (value) => `a connect takes at most ${value}`),
    named(pool, ['http', 'idleTimeout'], (value) => `an idle connection is closed after ${value}`),
    named(pool, ['tcp', 'idleTimeout'], (value) => `an idle connection is closed after ${value}`),
  )
  return limits === '' ? [] : [sentence(`each proxy that calls ${host} keeps to these limits: ${limits}`)]
}

function named(value: JsonObject, keys: readonly string[], say: (text: string) => string): string | undefined {
  const text = scalarIn(value, ...keys)
  return text === undefined ? undefined : say(text)
}

function outlierWords(outlier: JsonObject, host: string): readonly string[] {
  if (Object.keys(outlier).length === 0) return []
  const when = clauses(
    named(outlier, ['consecutive5xxErrors'], (value) => `${value} errors in a row`),
    named(outlier, ['consecutiveGatewayErrors'], (value) => `${value} gateway errors in a row`),
  ).replace('; ', ' or ')
  const how = clauses(
    named(outlier, ['interval'], (value) => `looked at every ${value}`),
    named(outlier, ['maxEjectionPercent'], (value) => `at most ${value}% at once`),
    named(outlier, ['minHealthPercent'], (value) => `none while fewer than ${value}% are healthy`),
  )
  const time = scalarIn(outlier, 'baseEjectionTime')
  return [
    sentence(
      `an endpoint of ${host} is left out${time === undefined ? '' : ` for ${time} and longer each time`} after ${when || 'errors'}${how === '' ? '' : ` (${how})`}`,
    ),
  ]
}

function balancerWords(balancer: JsonObject, host: string): readonly string[] {
  const simple = stringIn(balancer, 'simple')
  const hash = objectIn(balancer, 'consistentHash')
  const on =
    stringIn(hash, 'httpHeaderName') !== undefined
      ? `the same value of header ${stringIn(hash, 'httpHeaderName')}`
      : stringIn(hash, 'httpCookie', 'name') !== undefined
        ? `the same cookie ${stringIn(hash, 'httpCookie', 'name')}`
        : stringIn(hash, 'httpQueryParameterName') !== undefined
          ? `the same query parameter ${stringIn(hash, 'httpQueryParameterName')}`
          : hash.useSourceIp === true
            ? 'the same source address'
            : undefined
  return [
    ...(simple === undefined
      ? []
      : [sentence(`endpoints of ${host} are picked by ${simple.toLowerCase().replaceAll('_', ' ')}`)]),
    ...(on === undefined ? [] : [sentence(`requests with ${on} reach the same endpoint of ${host} while it is there`)]),
    ...objectsIn(balancer, 'localityLbSetting', 'failover').map((pair) =>
      sentence(`when endpoints in ${stringIn(pair, 'from') ?? ''} fail, requests go to ${stringIn(pair, 'to') ?? ''}`),
    ),
    ...(stringIn(balancer, 'warmup', 'duration') === undefined
      ? []
      : [sentence(`a new endpoint gets its full share after ${stringIn(balancer, 'warmup', 'duration')}`)]),
  ]
}

/** What a Gateway of Istio does. */
export function explainIstioGateway({ spec }: Manifest): readonly string[] {
  const pods = labelWords(spec, 'selector') ?? 'any label'
  return objectsIn(spec, 'servers').map((server) => {
    const mode = stringIn(server, 'tls', 'mode')
    return sentence(
      clauses(
        `gateway pods with ${pods} listen on port ${scalarIn(server, 'port', 'number')} for ${listed(stringsIn(server, 'hosts'))} (${stringIn(server, 'port', 'protocol')})`,
        mode !== undefined &&
          `TLS in mode ${mode}${stringIn(server, 'tls', 'credentialName') === undefined ? '' : ` with the certificate of Secret ${stringIn(server, 'tls', 'credentialName')}`}`,
        valueIn(server, 'tls', 'httpsRedirect') === true && 'plain HTTP is redirected to HTTPS',
      ),
    )
  })
}

/** What a ServiceEntry does. */
export function explainServiceEntry({ spec, metadata }: Manifest): readonly string[] {
  const ports = objectsIn(spec, 'ports').map((port) => `${scalarIn(port, 'number')} (${stringIn(port, 'protocol') ?? ''})`)
  const endpoints = objectsIn(spec, 'endpoints').flatMap((endpoint) => stringIn(endpoint, 'address') ?? [])
  const waypoint = metadata.labels?.['istio.io/use-waypoint']
  const resolution = stringIn(spec, 'resolution')
  return [
    sentence(
      clauses(
        `workloads may call ${listed(stringsIn(spec, 'hosts'))} outside the mesh on port ${listed(ports)}`,
        endpoints.length > 0 ? `it is at ${listed(endpoints)}` : resolution === 'DNS' && 'its addresses come from DNS',
        waypoint !== undefined && `requests go through waypoint ${waypoint}`,
      ),
    ),
  ]
}
