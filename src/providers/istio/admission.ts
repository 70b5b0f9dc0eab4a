import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { isAddressBlock } from '../address-block.ts'
import { type AdmissionTable, isLabel, type Refusal, refusals } from '../admission.ts'
import { numberIn, objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'
import { clientTls, conditionRefusals, requestAuthentication, sidecar, telemetry, wasmPlugin } from './admission-policies.ts'
import { virtualServiceRefusals } from './admission-routes.ts'
import { hostProblem, isAddress, isPort, shortTime } from './admission-values.ts'

/** What istiod refuses beyond the schemas (istio.io/istio pkg/config/validation). */
export const ISTIO_ADMISSION: AdmissionTable = {
  by: "Istio's admission webhook",
  checks: {
    'networking.istio.io/VirtualService': virtualServiceRefusals,
    'networking.istio.io/DestinationRule': destinationRule,
    'networking.istio.io/Gateway': gateway,
    'networking.istio.io/ServiceEntry': serviceEntry,
    'networking.istio.io/EnvoyFilter': envoyFilter,
    'security.istio.io/AuthorizationPolicy': (policy) => [...authorizationPolicy(policy), ...conditionRefusals(policy)],
    'security.istio.io/RequestAuthentication': requestAuthentication,
    'networking.istio.io/Sidecar': sidecar,
    'extensions.istio.io/WasmPlugin': wasmPlugin,
    'security.istio.io/PeerAuthentication': peerAuthentication,
    'telemetry.istio.io/Telemetry': telemetry,
  },
}

function destinationRule(rule: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const host = stringIn(rule, 'spec', 'host') ?? ''
    const problem = hostProblem(host)
    if (problem !== undefined)
      refuse(['spec', 'host'], `is for a host that ${problem}`, 'Write a host name; a star may stand at its beginning alone.')
    const policies: readonly (readonly [JsonObject, readonly (string | number)[]])[] = [
      [objectIn(rule, 'spec'), ['spec']],
      ...objectsIn(rule, 'spec', 'subsets').map((subset, index) => [subset, ['spec', 'subsets', index]] as const),
    ]
    const names = new Set<string>()
    for (const [index, subset] of objectsIn(rule, 'spec', 'subsets').entries()) {
      const name = stringIn(subset, 'name') ?? ''
      if (!isLabel(name))
        refuse(
          ['spec', 'subsets', index, 'name'],
          `has a subset "${name}", which is no label`,
          'Use small letters, digits and dashes, at most 63.',
        )
      if (names.has(name)) refuse(['spec', 'subsets', index, 'name'], `has two subsets "${name}"`, 'Keep one of them.')
      names.add(name)
    }
    for (const [holder, path] of policies) {
      if (!isJsonObject(holder.trafficPolicy)) continue
      for (const one of trafficPolicy(holder.trafficPolicy))
        refuse([...path, 'trafficPolicy', ...one.path], one.problem, one.hint)
    }
  })
}

const TIMES = [
  ['connectionPool', 'tcp', 'connectTimeout'],
  ['connectionPool', 'tcp', 'idleTimeout'],
  ['connectionPool', 'http', 'idleTimeout'],
  ['outlierDetection', 'interval'],
  ['outlierDetection', 'baseEjectionTime'],
] as const

function trafficPolicy(policy: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    if (Object.keys(policy).length === 0)
      refuse([], 'has a traffic policy that says nothing', 'Say something in it, or leave it out.')
    for (const path of TIMES) {
      const text = stringIn(policy, ...path)
      const problem = text === undefined ? undefined : shortTime(text)
      if (problem !== undefined)
        refuse(path, `says ${path.at(-1)}: ${text}, which ${problem}`, 'Write a time of whole milliseconds, such as 500ms or 2s.')
    }
    for (const key of ['maxEjectionPercent', 'minHealthPercent']) {
      const share = numberIn(policy, 'outlierDetection', key)
      if (share !== undefined && (share < 0 || share > 100))
        refuse(['outlierDetection', key], `says ${key}: ${share}`, 'Say 0 to 100.')
    }
    const pool = valueIn(policy, 'connectionPool')
    if (isJsonObject(pool) && pool.tcp === undefined && pool.http === undefined) {
      refuse(['connectionPool'], 'has a connection pool that says nothing', 'Say `tcp` or `http` in it, or leave it out.')
    }
    const setting = objectIn(policy, 'loadBalancer', 'localityLbSetting')
    for (const one of clientTls(objectIn(policy, 'tls'))) refuse(['tls', ...one.path], one.problem, one.hint)
    for (const [index, one] of objectsIn(setting, 'distribute').entries()) {
      const shares = Object.values(objectIn(one, 'to')).reduce<number>((sum, share) => sum + Number(share), 0)
      if (shares !== 100) {
        refuse(
          ['loadBalancer', 'localityLbSetting', 'distribute', index],
          `gives ${shares} per cent to places`,
          'Let the shares make 100.',
        )
      }
    }
    const hash = objectIn(policy, 'loadBalancer', 'consistentHash')
    if (hash.ringHash !== undefined && hash.maglev !== undefined)
      refuse(['loadBalancer', 'consistentHash'], 'hashes by a ring and by maglev', 'Keep one of the two.')
    const cookie = valueIn(policy, 'loadBalancer', 'consistentHash', 'httpCookie')
    if (isJsonObject(cookie) && (stringIn(cookie, 'name') ?? '') === '') {
      refuse(['loadBalancer', 'consistentHash', 'httpCookie', 'name'], 'hashes a cookie without a name', 'Say `name`.')
    }
    const ways = ['distribute', 'failover', 'failoverPriority'].filter(
      (key) => (valueIn(setting, key) ?? undefined) !== undefined,
    )
    if (ways.includes('distribute') && ways.length > 1) {
      refuse(['loadBalancer', 'localityLbSetting'], `says ${ways.join(' and ')}, of which one can hold`, 'Keep one of them.')
    }
    for (const [index, pair] of objectsIn(setting, 'failover').entries()) {
      const at = ['loadBalancer', 'localityLbSetting', 'failover', index]
      if (pair.from === pair.to) refuse(at, 'fails over from a region to itself', 'Name another region in `to`.')
      if (String(pair.to).includes('*'))
        refuse([...at, 'to'], `fails over to ${String(pair.to)}, which names no region`, 'Name the region.')
    }
  })
}

function gateway(manifest: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const { name } = manifest.metadata
    if (!isLabel(name))
      refuse(
        ['metadata', 'name'],
        'has a name that is no label: without dots, at most 63 characters',
        'Give it a name of one label.',
      )
    const servers = objectsIn(manifest, 'spec', 'servers')
    if (servers.length === 0) refuse(['spec', 'servers'], 'serves nothing', 'Name a server, with its port and hosts.')
    const ports = new Set<string>()
    for (const [index, server] of servers.entries()) {
      const at = ['spec', 'servers', index]
      const port = stringIn(server, 'port', 'name') ?? ''
      if (port === '') refuse([...at, 'port', 'name'], 'has a port without a name', 'Say `port.name`.')
      if (ports.has(port)) refuse([...at, 'port', 'name'], `has two ports called ${port}`, 'Give each listener a `name`.')
      ports.add(port)
      if (stringsIn(server, 'hosts').length === 0)
        refuse([...at, 'hosts'], 'has a server for no host', 'Name hosts, or * for any.')
      for (const [position, text] of stringsIn(server, 'hosts').entries()) {
        const [namespace, host = text] = text.includes('/') ? text.split('/') : ['.', text]
        const problem =
          host !== '*' && !host.includes('.') && !isAddress(host)
            ? 'is a short name'
            : isAddress(host)
              ? undefined
              : hostProblem(host)
        if (problem !== undefined) {
          refuse([...at, 'hosts', position], `serves ${text}, which ${problem}`, 'Write the whole host name, or * for any.')
        }
        if (!['*', '.'].includes(namespace ?? '') && !isLabel(namespace ?? '')) {
          refuse(
            [...at, 'hosts', position],
            `serves ${text}, whose namespace is no label`,
            'Use small letters, digits and dashes, at most 63.',
          )
        }
      }
      for (const one of serverTls(server)) refuse([...at, ...one.path], one.problem, one.hint)
    }
  })
}

function serverTls(server: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const protocol = (stringIn(server, 'port', 'protocol') ?? '').toUpperCase()
    const tls = valueIn(server, 'tls')
    const speaksTls = protocol === 'HTTPS' || protocol === 'TLS'
    if (speaksTls && tls === undefined) refuse(['tls'], `speaks ${protocol} and has no tls`, 'Say `tls`, or speak HTTP or TCP.')
    const mode = stringIn(tls, 'mode') ?? 'PASSTHROUGH'
    if (!speaksTls && tls !== undefined) {
      const http = ['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB'].includes(protocol)
      if (!http || mode !== 'PASSTHROUGH')
        refuse(['tls'], `speaks ${protocol} and has tls`, 'Remove `tls`, or speak HTTPS or TLS.')
    }
    const named = ['credentialName', 'credentialNames'].some((key) => valueIn(tls, key) !== undefined)
    if (['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'].includes(mode) && !named && stringIn(tls, 'serverCertificate') === undefined) {
      if (valueIn(tls, 'tlsCertificates') === undefined)
        refuse(['tls'], `ends TLS (${mode}) without a certificate`, 'Say `credentialName`.')
    }
  })
}

function serviceEntry(entry: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const hosts = stringsIn(entry, 'spec', 'hosts')
    const ports = objectsIn(entry, 'spec', 'ports')
    const endpoints = objectsIn(entry, 'spec', 'endpoints')
    const resolution = stringIn(entry, 'spec', 'resolution') ?? 'NONE'
    if (hosts.length === 0) refuse(['spec', 'hosts'], 'names no host', 'Name the host.')
    for (const [index, host] of hosts.entries()) {
      const problem = host === '*' ? 'is every host there is' : hostProblem(host)
      if (problem !== undefined)
        refuse(
          ['spec', 'hosts', index],
          `names ${host}, which ${problem}`,
          'Write a host name; a star may stand at its beginning alone.',
        )
      if (resolution.startsWith('DNS') && endpoints.length === 0 && host.startsWith('*')) {
        refuse(['spec', 'hosts', index], `looks ${host} up, which names no one host`, 'Name one host, or say the addresses.')
      }
    }
    const [names, numbers] = [new Set<string>(), new Set<number>()]
    for (const [index, port] of ports.entries()) {
      const [name, number] = [stringIn(port, 'name') ?? '', numberIn(port, 'number') ?? 0]
      if (!isLabel(name))
        refuse(
          ['spec', 'ports', index, 'name'],
          `has a port called "${name}", which is no label`,
          'Use small letters, digits and dashes, at most 63.',
        )
      if (names.has(name))
        refuse(['spec', 'ports', index, 'name'], `has two ports called ${name}`, 'Give each port a name of its own.')
      if (numbers.has(number)) refuse(['spec', 'ports', index, 'number'], `has port ${number} twice`, 'Remove one of the two.')
      names.add(name)
      numbers.add(number)
    }
    const blocks = stringsIn(entry, 'spec', 'addresses')
    for (const [index, address] of blocks.entries()) {
      if (!isAddressBlock(address))
        refuse(
          ['spec', 'addresses', index],
          `has ${address}, which is no address`,
          'Write an address or a block, such as 10.0.0.1 or 10.0.0.0/8.',
        )
      if (address.includes('/') && resolution.startsWith('DNS')) {
        refuse(
          ['spec', 'addresses', index],
          `has the block ${address}, though its hosts are looked up`,
          'Name single addresses, or use resolution STATIC or NONE.',
        )
      }
    }
    if (resolution === 'DNS_ROUND_ROBIN' && endpoints.length > 1)
      refuse(['spec', 'endpoints'], 'is looked up in turn and has several endpoints', 'Keep one, or use resolution DNS.')
    if (resolution === 'NONE' && endpoints.length > 0)
      refuse(
        ['spec', 'endpoints'],
        'has endpoints and resolution NONE',
        'Say resolution STATIC or DNS, or leave the endpoints out.',
      )
    for (const [index, { address }] of endpoints.entries()) {
      if (resolution === 'STATIC' && typeof address === 'string' && !isAddress(address) && !address.startsWith('unix://')) {
        refuse(
          ['spec', 'endpoints', index, 'address'],
          `has the endpoint ${address}, which is no single address`,
          'Name each address.',
        )
      }
    }
    const told = ports.every(({ protocol }) => /^(HTTP|HTTP2|GRPC|GRPC-WEB|HTTPS|TLS)$/i.test(String(protocol)))
    if (resolution !== 'NONE' && hosts.length > 1 && !told) {
      refuse(['spec', 'hosts'], 'names several hosts for a port that tells none apart', 'Write one external host for each.')
    }
  })
}

function envoyFilter(filter: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const both = ['workloadSelector', 'targetRefs'].filter((key) => valueIn(filter, 'spec', key) !== undefined)
    if (both.length > 1) refuse(['spec'], 'has a workloadSelector and targetRefs', 'Keep one of the two.')
    for (const [index, patch] of objectsIn(filter, 'spec', 'configPatches').entries()) {
      const at = ['spec', 'configPatches', index]
      const applyTo = stringIn(patch, 'applyTo') ?? 'INVALID'
      const operation = stringIn(patch, 'patch', 'operation') ?? 'INVALID'
      if (applyTo === 'INVALID')
        refuse([...at, 'applyTo'], 'has a patch that applies to nothing', 'Say `applyTo`, such as HTTP_FILTER.')
      if (operation === 'INVALID')
        refuse(
          [...at, 'patch', 'operation'],
          'has a patch without operation',
          'Say `patch.operation`, such as MERGE or INSERT_BEFORE.',
        )
      if (operation !== 'REMOVE' && valueIn(patch, 'patch', 'value') === undefined) {
        refuse([...at, 'patch', 'value'], 'has a patch without value', 'Say `patch.value`, or REMOVE.')
      }
      const matched = ['listener', 'routeConfiguration', 'cluster'].filter((key) => valueIn(patch, 'match', key) !== undefined)
      const wanted = MATCHED_BY[applyTo]
      if (wanted !== undefined && matched.some((key) => key !== wanted)) {
        refuse([...at, 'match'], `matches ${matched.join(' and ')} where it patches ${applyTo}`, `Match by ${wanted}.`)
      }
    }
  })
}

const MATCHED_BY: { readonly [applyTo: string]: string } = {
  LISTENER: 'listener',
  FILTER_CHAIN: 'listener',
  NETWORK_FILTER: 'listener',
  HTTP_FILTER: 'listener',
  ROUTE_CONFIGURATION: 'routeConfiguration',
  VIRTUAL_HOST: 'routeConfiguration',
  HTTP_ROUTE: 'routeConfiguration',
  CLUSTER: 'cluster',
}

function authorizationPolicy(policy: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const rules = objectsIn(policy, 'spec', 'rules')
    if (stringIn(policy, 'spec', 'action') === 'DENY' && rules.length === 0)
      refuse(['spec', 'rules'], 'denies nothing', 'Say what is denied; an empty rule denies everything.')
    for (const [index, rule] of rules.entries()) {
      const at = ['spec', 'rules', index]
      for (const key of ['from', 'to'] as const) {
        const list = valueIn(rule, key)
        if (Array.isArray(list) && list.length === 0)
          refuse([...at, key], `has an empty \`${key}\``, `Leave \`${key}\` out, or say something in it.`)
        const inner = key === 'from' ? 'source' : 'operation'
        for (const [position, one] of objectsIn(rule, key).entries()) {
          const words = Object.entries(objectIn(one, inner))
          if (words.every(([, values]) => !Array.isArray(values) || values.length === 0)) {
            refuse([...at, key, position], `has an empty ${inner}`, `Leave it out, or say something in it.`)
          }
          for (const [word, values] of words) {
            const texts = Array.isArray(values) ? values.map(String) : []
            const place = [...at, key, position, inner, word]
            if (texts.includes('')) refuse(place, `has an empty value among ${word}`, 'Leave the empty value out.')
            if (/blocks$/i.test(word) && !texts.every(isAddressBlock))
              refuse(place, `has ${texts.join(', ')} among ${word}`, 'Write addresses or blocks, such as 10.0.0.0/8.')
            if (/ports$/i.test(word) && !texts.every(isPort))
              refuse(place, `has ${texts.join(', ')} among ${word}`, 'Write ports from 1 to 65535.')
          }
        }
      }
      for (const [position, condition] of objectsIn(rule, 'when').entries()) {
        if (stringsIn(condition, 'values').length + stringsIn(condition, 'notValues').length === 0) {
          refuse([...at, 'when', position], `compares ${String(condition.key)} with nothing`, 'Say `values` or `notValues`.')
        }
      }
    }
  })
}

function peerAuthentication(policy: Manifest): readonly Refusal[] {
  const ports = valueIn(policy, 'spec', 'portLevelMtls')
  const everywhere = Object.keys(objectIn(policy, 'spec', 'selector', 'matchLabels')).length === 0
  if (ports === undefined || !everywhere) return []
  return [
    { path: ['spec', 'portLevelMtls'], problem: 'sets mutual TLS by port for a whole namespace', hint: 'Give it a selector.' },
  ]
}
