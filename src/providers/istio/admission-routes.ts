import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import { isLabel, isNamedStatus, KNOWN_METHODS, type Refusal, refusals } from '../admission.ts'
import { expressionProblem } from '../expression.ts'
import { numberIn, objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'
import { hostProblem, includesHost, isAddress, shortTime } from './admission-values.ts'

const RETRY_WORDS: ReadonlySet<string> = new Set([
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'envoy-ratelimited',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
])

/** What istiod refuses of a VirtualService (pkg/config/validation/virtualservice.go). */
export function virtualServiceRefusals(service: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const hosts = stringsIn(service, 'spec', 'hosts')
    const gateways = stringsIn(service, 'spec', 'gateways')
    const inMesh = gateways.length === 0 || gateways.includes('mesh')
    hosts.forEach((host, index) => {
      const problem = isAddress(host) ? undefined : hostProblem(host)
      if (problem !== undefined)
        refuse(
          ['spec', 'hosts', index],
          `is for ${host}, which ${problem}`,
          'Write a host name; a star may stand at its beginning alone.',
        )
      if (host === '*' && inMesh) {
        refuse(
          ['spec', 'hosts', index],
          'is for any host inside the mesh',
          'Name hosts, or hold on gateways alone (`onlyGateways: true`).',
        )
      }
      const twin = hosts.slice(0, index).find((other) => includesHost(other, host) || includesHost(host, other))
      if (twin !== undefined)
        refuse(
          ['spec', 'hosts', index],
          `is for ${twin} and for ${host}, one of which has the other`,
          'Name the wider one alone, or give each a VirtualService.',
        )
    })
    for (const [index, name] of gateways.entries()) {
      if (!name.split('/').every((part) => isLabel(part)))
        refuse(['spec', 'gateways', index], `names the gateway ${name}, which is no label`, 'Write it as <namespace>/<name>.')
    }
    const sections = ['http', 'tls', 'tcp'].map((key) => objectsIn(service, 'spec', key))
    if (sections.every((routes) => routes.length === 0)) refuse(['spec'], 'routes nothing', 'Say `http`, `tls` or `tcp`.')
    const [http = [], tls = [], tcp = []] = sections
    const add = (at: ValuePath, found: readonly Refusal[]) => {
      for (const one of found) refuse([...at, ...one.path], one.problem, one.hint)
    }
    for (const [index, route] of http.entries()) add(['spec', 'http', index], httpRefusals(route))
    for (const [index, route] of tls.entries()) add(['spec', 'tls', index], tlsRefusals(route, hosts))
    for (const [index, route] of tcp.entries()) {
      if (objectsIn(route, 'route').length === 0)
        refuse(['spec', 'tcp', index], 'has a TCP route that leads nowhere', 'Say `route`.')
    }
  })
}

function tlsRefusals(route: JsonObject, hosts: readonly string[]): readonly Refusal[] {
  return refusals((refuse) => {
    const matches = objectsIn(route, 'match')
    if (matches.length === 0) refuse([], 'has a TLS route that matches nothing', 'Say `match` with `sniHosts`.')
    if (objectsIn(route, 'route').length === 0) refuse([], 'has a TLS route that leads nowhere', 'Say `route`.')
    for (const [index, match] of matches.entries()) {
      const names = stringsIn(match, 'sniHosts')
      if (names.length === 0) refuse(['match', index], 'matches TLS without a server name', 'Say `sniHosts`.')
      for (const [position, name] of names.entries()) {
        if (!hosts.some((host) => includesHost(host, name))) {
          refuse(
            ['match', index, 'sniHosts', position],
            `matches the server name ${name}, which is none of its hosts`,
            'Name it among the hosts too.',
          )
        }
      }
    }
  })
}

function httpRefusals(route: JsonObject): readonly Refusal[] {
  return [...conflicts(route), ...matchRefusals(route), ...headerRefusals(route), ...valueRefusals(route)]
}

function conflicts(route: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const has = (key: string) => valueIn(route, key) !== undefined
    const ends = ['redirect', 'directResponse'].find(has)
    const leads = objectsIn(route, 'route').length > 0
    if (ends === undefined && !leads && !has('delegate'))
      refuse([], 'has a route that leads nowhere', 'Say `route`, `redirect`, `directResponse` or `delegate`.')
    if (ends !== undefined && leads) refuse([], `has a route with ${ends} that leads somewhere too`, 'Keep one of the two.')
    if (ends !== undefined && has('fault'))
      refuse(['fault'], `has a fault in a route with ${ends}`, 'Remove the fault, or route on.')
    if (ends !== undefined && has('rewrite'))
      refuse(['rewrite'], `rewrites in a route with ${ends}`, 'Remove the rewrite, or route on.')
    const authorities = [
      stringIn(route, 'rewrite', 'authority'),
      ...['set', 'add'].flatMap((key) =>
        Object.entries(objectIn(route, 'headers', 'request', key))
          .filter(([name]) => /^(:authority|host)$/i.test(name))
          .map(([, value]) => String(value)),
      ),
    ].filter((value) => value !== undefined)
    if (authorities.length > 1) refuse(['headers'], `sets the host to ${authorities.join(' and to ')}`, 'Set it once.')
  })
}

function matchRefusals(route: JsonObject): readonly Refusal[] {
  return objectsIn(route, 'match').flatMap((match, index) =>
    refusals((refuse) => {
      const at = ['match', index]
      const compare = (how: JsonValue | undefined, path: ValuePath) => {
        const expression = stringIn(how, 'regex')
        const problem = expression === undefined ? undefined : expressionProblem(expression)
        if (problem !== undefined)
          refuse(
            [...at, ...path],
            `matches "${expression}", which is no RE2 expression: ${problem}`,
            'Write an expression of RE2: no look-around, no back references.',
          )
      }
      for (const key of ['uri', 'scheme', 'method', 'authority']) compare(valueIn(match, key), [key])
      for (const key of ['headers', 'withoutHeaders', 'queryParams']) {
        for (const [name, how] of Object.entries(objectIn(match, key))) compare(how, [key, name])
      }
    }),
  )
}

function headerRefusals(route: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const all = [
      { holder: route, at: [] as ValuePath },
      ...objectsIn(route, 'route').map((holder, index) => ({ holder, at: ['route', index] })),
    ]
    for (const { holder, at } of all) {
      for (const side of ['request', 'response']) {
        const change = objectIn(holder, 'headers', side)
        const told = (['set', 'add'] as const).flatMap((key) => Object.keys(objectIn(change, key)).map((name) => ({ key, name })))
        const removed = stringsIn(change, 'remove').map((name) => ({ key: 'remove' as const, name }))
        for (const { key, name } of [...told, ...removed]) {
          const authority = /^(:authority|host)$/i.test(name) && side === 'request' && key !== 'remove'
          const inner = name.startsWith(':') || /^host$/i.test(name)
          if (name === '' || (inner && !authority)) {
            refuse(
              [...at, 'headers', side, key],
              `changes the header "${name}", which proxies keep`,
              'Rewrite the host or path instead.',
            )
          }
        }
      }
    }
  })
}

function valueRefusals(route: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const time = (...path: readonly string[]) => {
      const text = stringIn(route, ...path)
      const problem = text === undefined ? undefined : shortTime(text)
      if (problem !== undefined)
        refuse(path, `says ${path.at(-1)}: ${text}, which ${problem}`, 'Write a time of whole milliseconds, such as 500ms or 2s.')
    }
    time('timeout')
    time('retries', 'perTryTimeout')
    time('fault', 'delay', 'fixedDelay')
    time('corsPolicy', 'maxAge')
    if (/\d*\.\d|ms/.test(stringIn(route, 'corsPolicy', 'maxAge') ?? '')) {
      refuse(['corsPolicy', 'maxAge'], 'keeps preflight answers for parts of a second', 'Write whole seconds.')
    }
    const fault = valueIn(route, 'fault')
    if (isJsonObject(fault) && fault.delay === undefined && fault.abort === undefined)
      refuse(['fault'], 'has a fault that does nothing', 'Say `delay` or `abort`.')
    for (const path of [['mirrorPercentage'], ['fault', 'delay', 'percentage'], ['fault', 'abort', 'percentage']]) {
      const share = numberIn(route, ...path, 'value')
      if (share !== undefined && (share < 0 || share > 100)) refuse(path, `has a share of ${share} per cent`, 'Say 0 to 100.')
    }
    for (const one of retryRefusals(objectIn(route, 'retries'))) refuse(['retries', ...one.path], one.problem, one.hint)
    const redirect = valueIn(route, 'redirect')
    if (isJsonObject(redirect)) {
      const code = numberIn(redirect, 'redirectCode') ?? 301
      if (code < 300 || code > 399)
        refuse(['redirect', 'redirectCode'], `redirects with ${code}`, 'Use 301, 302, 303, 307 or 308.')
      if (['uri', 'authority', 'scheme', 'port', 'derivePort'].every((key) => redirect[key] === undefined)) {
        refuse(['redirect'], 'redirects to nowhere', 'Say `uri`, `authority`, `scheme` or `port`.')
      }
    }
    const rewrite = valueIn(route, 'rewrite')
    if (isJsonObject(rewrite)) {
      if (rewrite.uri !== undefined && rewrite.uriRegexRewrite !== undefined)
        refuse(['rewrite'], 'rewrites the path twice', 'Keep `uri` or `uriRegexRewrite`.')
      if (['uri', 'authority', 'uriRegexRewrite'].every((key) => rewrite[key] === undefined))
        refuse(['rewrite'], 'rewrites nothing', 'Say `uri`, `authority` or `uriRegexRewrite`.')
    }
    for (const [index, origin] of objectsIn(route, 'corsPolicy', 'allowOrigins').entries()) {
      if (Object.values(origin).every((text) => text === ''))
        refuse(['corsPolicy', 'allowOrigins', index], 'allows an origin that is empty', 'Write the origin, or leave it out.')
    }
    for (const [index, method] of stringsIn(route, 'corsPolicy', 'allowMethods').entries()) {
      if (method !== '*' && !KNOWN_METHODS.has(method)) {
        refuse(
          ['corsPolicy', 'allowMethods', index],
          `allows the method ${method} to other origins`,
          'Use the methods of HTTP in capitals, or *.',
        )
      }
    }
    const status = numberIn(route, 'directResponse', 'status')
    if (status !== undefined && (status < 100 || status > 599))
      refuse(['directResponse', 'status'], `answers with ${status}`, 'Say 100 to 599.')
    const weights = objectsIn(route, 'route').map((destination) => numberIn(destination, 'weight') ?? 0)
    if (weights.length > 1 && weights.every((weight) => weight === 0))
      refuse(['route'], 'sends nothing anywhere', 'Give one destination a weight above 0.')
    for (const [index, destination] of objectsIn(route, 'route').entries()) {
      const subset = stringIn(destination, 'destination', 'subset')
      if (subset !== undefined && !isLabel(subset))
        refuse(
          ['route', index, 'destination', 'subset'],
          `leads to the subset "${subset}"`,
          'Use small letters, digits and dashes, at most 63.',
        )
    }
  })
}

function retryRefusals(retries: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const more = ['perTryTimeout', 'retryOn', 'retryRemoteLocalities'].find(
      (key) => retries[key] !== undefined && retries[key] !== '',
    )
    if ((numberIn(retries, 'attempts') ?? 0) === 0 && more !== undefined) {
      refuse([more], `retries nothing, and says ${more}`, 'Say how many `attempts`.')
    }
    const on = stringIn(retries, 'retryOn') ?? ''
    for (const word of on === '' ? [] : on.split(',')) {
      const known = RETRY_WORDS.has(word.trim()) || isNamedStatus(Number(word))
      if (!known)
        refuse(
          ['retryOn'],
          `retries on ${word}, which is no status and no condition that it knows`,
          'Use the words of Envoy, such as 5xx or connect-failure, or a status.',
        )
    }
  })
}
