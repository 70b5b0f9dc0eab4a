import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import { isAddressBlock } from '../address-block.ts'
import { type AdmissionCheck, type AdmissionTable, goDuration, isNamedStatus, type Refusal, refusals } from '../admission.ts'
import { numberIn, objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'
import { externalService, meshTls, proxyPatch } from './admission-proxies.ts'
import { routeRefusals } from './admission-routes.ts'

type Refuse = Parameters<Parameters<typeof refusals>[0]>[0]

const OUTBOUND: readonly string[] = ['Mesh', 'MeshService', 'MeshExternalService', 'MeshMultiZoneService', 'MeshHTTPRoute']

/** What the control plane refuses beyond the schemas (kuma pkg/plugins/policies/<policy>/api/v1alpha1/validator.go). */
export const KUMA_ADMISSION: AdmissionTable = {
  by: "Kuma's admission webhook",
  checks: {
    'kuma.io/MeshHTTPRoute': routeRefusals,
    'kuma.io/MeshTCPRoute': ofPolicy(['MeshService', 'MeshExternalService', 'MeshMultiZoneService'], () => undefined),
    'kuma.io/MeshTimeout': ofPolicy(OUTBOUND, timeout),
    'kuma.io/MeshRetry': ofPolicy(OUTBOUND, retry),
    'kuma.io/MeshCircuitBreaker': ofPolicy(['Mesh', 'MeshService', 'MeshExternalService', 'MeshMultiZoneService'], breaker),
    'kuma.io/MeshLoadBalancingStrategy': ofPolicy(OUTBOUND, balancing),
    'kuma.io/MeshRateLimit': ofPolicy(['Mesh'], rateLimit),
    'kuma.io/MeshFaultInjection': ofPolicy(['Mesh'], faults),
    'kuma.io/MeshTrafficPermission': ofPolicy([], permission),
    'kuma.io/MeshPassthrough': passthrough,
    'kuma.io/MeshIdentity': identity,
    'kuma.io/MeshProxyPatch': proxyPatch,
    'kuma.io/MeshTLS': meshTls,
    'kuma.io/MeshExternalService': externalService,
  },
}

/** A policy's target and what each of its entries says. `targets` are the kinds that `to` may name. */
function ofPolicy(
  targets: readonly string[],
  check: (conf: JsonObject, at: ValuePath, refuse: Refuse, target: string) => void,
): AdmissionCheck {
  return (policy) =>
    refusals((refuse) => {
      targetRefusals(objectIn(policy, 'spec', 'targetRef'), ['spec', 'targetRef'], refuse)
      for (const [index, entry] of objectsIn(policy, 'spec', 'to').entries()) {
        const kind = stringIn(entry, 'targetRef', 'kind') ?? 'Mesh'
        if (!targets.includes(kind))
          refuse(
            ['spec', 'to', index, 'targetRef', 'kind'],
            `is about requests to a ${kind}`,
            `Use ${targets.join(', ') || '`rules`'}.`,
          )
        targetRefusals(objectIn(entry, 'targetRef'), ['spec', 'to', index, 'targetRef'], refuse)
        check(objectIn(entry, 'default'), ['spec', 'to', index, 'default'], refuse, kind)
      }
      for (const [index, entry] of objectsIn(policy, 'spec', 'rules').entries()) {
        check(objectIn(entry, 'default'), ['spec', 'rules', index, 'default'], refuse, 'Mesh')
      }
    })
}

function targetRefusals(target: JsonObject, at: ValuePath, refuse: Refuse): void {
  const named = target.name !== undefined || target.namespace !== undefined
  if (named && target.labels !== undefined) refuse(at, 'names its target and selects it by labels too', 'Keep one of the two.')
  if (target.kind === 'Mesh' && (named || target.labels !== undefined))
    refuse(at, 'is for the whole Mesh and for part of it', 'Remove what it names, or use kind Dataplane.')
}

function positive(conf: JsonObject, keys: readonly string[], at: ValuePath, refuse: Refuse): void {
  for (const key of keys) {
    const value = numberIn(conf, key)
    if (value !== undefined && value < 1)
      refuse([...at, key], `says ${key}: ${value}, which must be above 0`, 'Say a number above 0, or leave it out.')
  }
}

function times(conf: JsonObject, keys: readonly string[], least: number, at: ValuePath, refuse: Refuse): void {
  for (const key of keys) {
    const text = stringIn(conf, key)
    const time = text === undefined ? undefined : goDuration(text)
    if (text !== undefined && (time === undefined || time < least)) {
      refuse(
        [...at, key],
        `says ${key}: ${text}, which ${time === undefined ? 'is no time' : 'is too short'}`,
        'Write a time such as 500ms or 2s.',
      )
    }
  }
}

function share(value: JsonValue | undefined, at: ValuePath, refuse: Refuse): void {
  if (value === undefined) return
  const number = Number(value)
  if (!(number >= 0 && number <= 100)) refuse(at, `has a share of ${String(value)} per cent`, 'Say 0 to 100.')
}

function timeout(conf: JsonObject, at: ValuePath, refuse: Refuse, target: string): void {
  const http = objectIn(conf, 'http')
  if (['connectionTimeout', 'idleTimeout', 'http'].every((key) => conf[key] === undefined))
    refuse(at, 'has an entry without a timeout', 'Say `connectionTimeout`, `idleTimeout` or `http`.')
  if (target === 'MeshHTTPRoute') {
    const whole = ['connectionTimeout', 'idleTimeout'].find((key) => conf[key] !== undefined)
    if (whole !== undefined)
      refuse([...at, whole], `says ${whole} of a route, which belongs to connections`, 'Say it for the MeshService.')
  }
  if (isJsonObject(conf.http) && Object.keys(conf.http).length === 0)
    refuse([...at, 'http'], 'has a section without a timeout', 'Say `requestTimeout`, or leave it out.')
  times(conf, ['connectionTimeout'], 1e-6, at, refuse)
  times(conf, ['idleTimeout'], 0, at, refuse)
  times(http, ['requestTimeout', 'streamIdleTimeout', 'maxStreamDuration', 'maxConnectionDuration'], 0, [...at, 'http'], refuse)
}

const RETRIED: ReadonlySet<string> = new Set([
  ...[
    '5xx',
    'GatewayError',
    'Reset',
    'Retriable4xx',
    'ConnectFailure',
    'EnvoyRatelimited',
    'RefusedStream',
    'Http3PostConnectFailure',
  ],
  ...['Connect', 'Delete', 'Get', 'Head', 'Options', 'Patch', 'Post', 'Put', 'Trace'].map((method) => `HttpMethod${method}`),
])

function retry(conf: JsonObject, at: ValuePath, refuse: Refuse): void {
  if (['tcp', 'http', 'grpc'].every((key) => conf[key] === undefined))
    refuse(at, 'retries nothing: tcp, http or grpc is missing', 'Say `http`.')
  for (const key of ['http', 'grpc']) {
    const part = conf[key]
    if (!isJsonObject(part)) continue
    if (Object.keys(part).length === 0) refuse([...at, key], 'has retries that say nothing', 'Say `numRetries`, or leave it out.')
    if (isJsonObject(part.backOff) && Object.keys(part.backOff).length === 0)
      refuse([...at, key, 'backOff'], 'has a pause that says nothing', 'Say `baseInterval`.')
  }
  for (const [index, word] of stringsIn(conf, 'http', 'retryOn').entries()) {
    if (!RETRIED.has(word) && !isNamedStatus(Number(word))) {
      refuse(
        [...at, 'http', 'retryOn', index],
        `retries on ${word}, which is no status and no condition that it knows`,
        'Use 5xx, GatewayError, ConnectFailure, HttpMethodGet or a status.',
      )
    }
  }
}

function breaker(conf: JsonObject, at: ValuePath, refuse: Refuse): void {
  const [limits, detection] = [objectIn(conf, 'connectionLimits'), valueIn(conf, 'outlierDetection')]
  if (conf.connectionLimits === undefined && detection === undefined)
    refuse(at, 'has an entry that limits nothing', 'Say `connectionLimits` or `outlierDetection`.')
  positive(
    limits,
    ['maxConnections', 'maxConnectionPools', 'maxPendingRequests', 'maxRetries', 'maxRequests'],
    [...at, 'connectionLimits'],
    refuse,
  )
  if (!isJsonObject(detection) || detection.disabled === true) return
  const place = [...at, 'outlierDetection']
  const detectors = objectIn(detection, 'detectors')
  if (Object.keys(detectors).length === 0)
    refuse([...place, 'detectors'], 'ejects endpoints, and does not say when', 'Say `consecutiveErrors`.')
  for (const [name, detector] of Object.entries(detectors)) {
    if (isJsonObject(detector))
      positive(detector, ['consecutive', 'minimumHosts', 'requestVolume'], [...place, 'detectors', name], refuse)
  }
  times(detection, ['interval', 'baseEjectionTime'], 1e-6, place, refuse)
  share(detection.maxEjectionPercent, [...place, 'maxEjectionPercent'], refuse)
}

function balancing(conf: JsonObject, at: ValuePath, refuse: Refuse, target: string): void {
  const zones = valueIn(conf, 'localityAwareness', 'crossZone')
  if (zones !== undefined && target !== 'MeshMultiZoneService') {
    refuse(
      [...at, 'localityAwareness', 'crossZone'],
      `fails over between zones for a ${target}, which belongs to one zone`,
      'Make it a MeshMultiZoneService.',
    )
  }
  for (const [index, pair] of objectsIn(zones, 'failover').entries()) {
    const [type, named] = [stringIn(pair, 'to', 'type') ?? '', stringsIn(pair, 'to', 'zones').length]
    const place = [...at, 'localityAwareness', 'crossZone', 'failover', index, 'to']
    if (['Any', 'None'].includes(type) && named > 0)
      refuse(place, `fails over to ${type} zone, and names some`, 'Leave `zones` out, or use Only.')
    if (['AnyExcept', 'Only'].includes(type) && named === 0)
      refuse(place, `fails over to ${type} the zones it names, and names none`, 'Say `zones`, or use Any.')
  }
  for (const [index, policy] of objectsIn(conf, 'hashPolicies').entries()) {
    const type = stringIn(policy, 'type') ?? ''
    const key = `${type.charAt(0).toLowerCase()}${type.slice(1)}`
    if (policy[key] === undefined)
      refuse([...at, 'hashPolicies', index], `hashes by ${type} and does not say which`, `Say \`${key}\`.`)
  }
}

function rateLimit(conf: JsonObject, at: ValuePath, refuse: Refuse): void {
  const local = objectIn(conf, 'local')
  if (local.http === undefined && local.tcp === undefined)
    refuse([...at, 'local'], 'limits nothing: http or tcp is missing', 'Say `http.requestRate`.')
  const rates: readonly (readonly [string, string])[] = [
    ['http', 'requestRate'],
    ['tcp', 'connectionRate'],
  ]
  for (const [part, key] of rates) {
    const rate = objectIn(local, part, key)
    positive(rate, ['num'], [...at, 'local', part, key], refuse)
    times(rate, ['interval'], 50.000001, [...at, 'local', part, key], refuse)
  }
}

function faults(conf: JsonObject, at: ValuePath, refuse: Refuse): void {
  for (const [index, fault] of objectsIn(conf, 'http').entries()) {
    const place = [...at, 'http', index]
    const status = numberIn(fault, 'abort', 'httpStatus')
    if (status !== undefined && (status < 100 || status > 599))
      refuse([...place, 'abort', 'httpStatus'], `answers with ${status}`, 'Say 100 to 599.')
    for (const kind of ['abort', 'delay', 'responseBandwidth'])
      share(valueIn(fault, kind, 'percentage'), [...place, kind, 'percentage'], refuse)
    times(objectIn(fault, 'delay'), ['value'], 0, [...place, 'delay'], refuse)
  }
}

function permission(conf: JsonObject, at: ValuePath, refuse: Refuse): void {
  const lists = ['allow', 'deny', 'allowWithShadowDeny']
  if (lists.every((key) => objectsIn(conf, key).length === 0) && conf.action === undefined)
    refuse(at, 'neither allows nor denies anybody', 'Say `allow` or `deny`.')
  for (const key of lists) {
    for (const [index, match] of objectsIn(conf, key).entries()) {
      const value = stringIn(match, 'spiffeID', 'value')
      if (value !== undefined && !/^spiffe:\/\/[a-z0-9._-]+(\/.*)?$/.test(value)) {
        refuse(
          [...at, key, index, 'spiffeID', 'value'],
          `names ${value}, which is no SPIFFE id`,
          'Write it as spiffe://<trust domain>/ns/<ns>/sa/<name>.',
        )
      }
    }
  }
}

const ONE_AT_A_PORT: ReadonlySet<string> = new Set(['http', 'http2', 'grpc'])

function passthrough(policy: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const seen = new Map<number, string>()
    const told = new Set<string>()
    for (const [index, match] of objectsIn(policy, 'spec', 'default', 'appendMatch').entries()) {
      const at = ['spec', 'default', 'appendMatch', index]
      const [type, value, protocol] = ['type', 'value', 'protocol'].map((key) => stringIn(match, key) ?? '')
      const port = numberIn(match, 'port')
      if (value === undefined || protocol === undefined) continue
      const key = `${port ?? ''} ${protocol} ${value}`
      if (port !== undefined && told.has(key))
        refuse([...at, 'value'], `names ${value} twice for port ${port}`, 'Remove one of the two.')
      told.add(key)
      if (type === 'Domain') {
        if (protocol === 'tcp' || protocol === 'mysql')
          refuse(
            [...at, 'protocol'],
            `tells the host ${value} by ${protocol}, which has none`,
            'Say tls, http, http2 or grpc, or name addresses.',
          )
        if (/^\*[^.]+/.test(value) || value.slice(1).includes('*'))
          refuse([...at, 'value'], `names ${value}, whose star is no whole label`, 'Write it as *.example.org.')
        if (!/^(\*\.)?[A-Za-z0-9_]([-A-Za-z0-9_.]*[A-Za-z0-9_])?$|^\*$/.test(value))
          refuse([...at, 'value'], `names ${value}, which is no host`, 'Write a host name.')
      } else if (!isAddressBlock(value) || (type === 'IP') === value.includes('/'))
        refuse(
          [...at, 'value'],
          `names ${value}, which is no ${type}`,
          `Write ${type === 'IP' ? 'an address such as 10.0.0.1' : 'a block such as 10.0.0.0/8'}.`,
        )
      if (port === undefined || !ONE_AT_A_PORT.has(protocol)) continue
      const rival = seen.get(port)
      if (rival !== undefined && rival !== protocol)
        refuse(
          [...at, 'protocol'],
          `speaks ${rival} and ${protocol} at port ${port}`,
          'Use another port for one of them, or one protocol.',
        )
      seen.set(port, protocol)
    }
  })
}

function identity(manifest: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const bundled = objectIn(manifest, 'spec', 'provider', 'bundled')
    const type = stringIn(manifest, 'spec', 'provider', 'type')
    if (type === 'Bundled' && valueIn(manifest, 'spec', 'provider', 'bundled') === undefined)
      refuse(['spec', 'provider'], 'has no bundled provider', 'Say `provider.bundled`.')
    if (type !== 'Bundled') return
    const generated = valueIn(bundled, 'autogenerate', 'enabled') === true
    for (const key of ['certificate', 'privateKey', 'ca']) {
      if (generated && bundled[key] !== undefined)
        refuse(
          ['spec', 'provider', 'bundled', key],
          `makes its certificates itself and is given ${key}`,
          `Remove \`${key}\`, or do not say \`autogenerate\`.`,
        )
    }
  })
}
