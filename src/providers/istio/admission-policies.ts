import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import { isAddressBlock } from '../address-block.ts'
import { isLabel, type Refusal, refusals } from '../admission.ts'
import { numberIn, objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'
import { hostProblem, isAddress, isPort } from './admission-values.ts'

/** Attributes that conditions of an AuthorizationPolicy know (pkg/config/security and pilot/pkg/security/authz of istio). */
const ATTRIBUTES: readonly string[] = [
  'source.ip',
  'remote.ip',
  'source.namespace',
  'source.principal',
  'source.serviceAccount',
  'source.trustDomain',
  'request.auth.principal',
  'request.auth.audiences',
  'request.auth.presenter',
  'destination.ip',
  'destination.port',
  'connection.sni',
]
const KEYED_ATTRIBUTE = /^(request\.headers|request\.auth\.claims)(\[[^[\]]+\])+$|^experimental\.envoy\.filters\..+\[.+\]$/

/** What istiod refuses of the conditions, paths and provider of an AuthorizationPolicy (validation.go, authorization policies). */
export function conditionRefusals(policy: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const provider = stringIn(policy, 'spec', 'provider', 'name') ?? ''
    const custom = stringIn(policy, 'spec', 'action') === 'CUSTOM'
    if (custom && provider === '') refuse(['spec', 'action'], 'asks nobody', 'Say `provider.name`.')
    if (!custom && valueIn(policy, 'spec', 'provider') !== undefined)
      refuse(['spec', 'provider'], 'names a provider that it does not ask', 'Say `action: CUSTOM`.')
    for (const [index, rule] of objectsIn(policy, 'spec', 'rules').entries()) {
      for (const [position, condition] of objectsIn(rule, 'when').entries()) {
        const at: ValuePath = ['spec', 'rules', index, 'when', position]
        const key = stringIn(condition, 'key') ?? ''
        if (!ATTRIBUTES.includes(key) && !KEYED_ATTRIBUTE.test(key)) {
          refuse([...at, 'key'], `compares ${key || 'nothing'}, which it does not know`, `Use ${KNOWN_ATTRIBUTES}.`)
        }
        for (const word of ['values', 'notValues']) {
          const texts = stringsIn(condition, word)
          if (key.endsWith('.ip') && !texts.every(isAddressBlock))
            refuse([...at, word], `compares an address with ${texts.join(', ')}`, 'Write addresses or blocks.')
          if (key === 'destination.port' && !texts.every(isPort))
            refuse([...at, word], `compares a port with ${texts.join(', ')}`, 'Write ports from 1 to 65535.')
        }
      }
      for (const [position, one] of objectsIn(rule, 'to').entries()) {
        for (const word of ['paths', 'notPaths']) {
          for (const [place, path] of stringsIn(one, 'operation', word).entries()) {
            const problem = templateProblem(path)
            if (problem !== undefined) {
              refuse(
                ['spec', 'rules', index, 'to', position, 'operation', word, place],
                `matches the path ${path}, ${problem}`,
                'Write {*} for one element and {**} for the rest, each as a whole element.',
              )
            }
          }
        }
      }
    }
  })
}

const KNOWN_ATTRIBUTES = `${ATTRIBUTES.slice(0, 4).join(', ')}, request.headers[...], request.auth.claims[...] or another of Istio's attributes`

/** Paths with braces are templates, of whole elements. */
function templateProblem(path: string): string | undefined {
  if (!/[{}]/.test(path)) return undefined
  const parts = path.split('/')
  if (parts.some((part) => /[{}]/.test(part) && part !== '{*}' && part !== '{**}')) return 'which is no template'
  const rest = parts.filter((part) => part === '{**}').length
  if (rest > 1 || (rest === 1 && parts.indexOf('{*}') > parts.indexOf('{**}'))) return 'whose {**} is not its last part'
  return path.replaceAll(/\{\*\*?\}/g, '').includes('*') ? 'which is a template and has a star' : undefined
}

/** What istiod refuses of a RequestAuthentication. */
export function requestAuthentication(policy: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    for (const [index, rule] of objectsIn(policy, 'spec', 'jwtRules').entries()) {
      const at: ValuePath = ['spec', 'jwtRules', index]
      if ((stringIn(rule, 'issuer') ?? '') === '') refuse([...at, 'issuer'], 'takes tokens of nobody', 'Say `issuer`.')
      if (stringsIn(rule, 'audiences').includes(''))
        refuse([...at, 'audiences'], 'has an empty audience', 'Leave the empty value out.')
      const keys = stringIn(rule, 'jwksUri') ?? stringIn(rule, 'jwks_uri')
      if (keys !== undefined && !/^https?:\/\/[^/:]+(:\d+)?(\/|$)/.test(keys))
        refuse([...at, 'jwksUri'], `fetches keys from ${keys}`, 'Write an address with http:// or https://.')
      if (keys !== undefined && (stringIn(rule, 'jwks') ?? '') !== '')
        refuse([...at, 'jwks'], 'is told its keys twice', 'Keep `jwks` or `jwksUri`.')
      for (const [position, header] of objectsIn(rule, 'fromHeaders').entries()) {
        if ((stringIn(header, 'name') ?? '') === '')
          refuse([...at, 'fromHeaders', position], 'takes tokens from a header without a name', 'Say `name`.')
      }
      for (const key of ['fromParams', 'fromCookies']) {
        if (stringsIn(rule, key).includes(''))
          refuse([...at, key], 'takes tokens from something without a name', 'Leave the empty value out.')
      }
      const told = new Set<string>()
      for (const [position, pair] of objectsIn(rule, 'outputClaimToHeaders').entries()) {
        const [header, claim] = [stringIn(pair, 'header') ?? '', stringIn(pair, 'claim') ?? '']
        const place = [...at, 'outputClaimToHeaders', position]
        if (header === '' || claim === '') refuse(place, 'puts a claim into a header, and lacks one', 'Say `header` and `claim`.')
        if (told.has(header)) refuse([...place, 'header'], `puts two claims into ${header}`, 'Use another header.')
        told.add(header)
      }
    }
  })
}

/** What istiod refuses of a Sidecar. */
export function sidecar(manifest: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const [ingress, egress] = [objectsIn(manifest, 'spec', 'ingress'), objectsIn(manifest, 'spec', 'egress')]
    const rest = ['outboundTrafficPolicy', 'inboundConnectionPool'].some((key) => valueIn(manifest, 'spec', key) !== undefined)
    if (ingress.length + egress.length === 0 && !rest) refuse(['spec'], 'says nothing', 'Say `egress` or `ingress`.')
    const ports = new Set<number>()
    for (const [index, listener] of ingress.entries()) {
      const at: ValuePath = ['spec', 'ingress', index]
      const port = numberIn(listener, 'port', 'number') ?? 0
      if (ports.has(port)) refuse([...at, 'port', 'number'], `takes port ${port} twice`, 'Remove one of the two.')
      ports.add(port)
      const end = stringIn(listener, 'defaultEndpoint') ?? ''
      if (end !== '' && !/^(127\.0\.0\.1|0\.0\.0\.0|\[::1\]|\[::\]):\d+$|^unix:\/\/./.test(end)) {
        refuse([...at, 'defaultEndpoint'], `hands requests to ${end}`, 'Write 127.0.0.1:PORT, 0.0.0.0:PORT or unix:///PATH.')
      }
      const bind = stringIn(listener, 'bind') ?? ''
      if (bind !== '' && !isAddress(bind)) refuse([...at, 'bind'], `listens at ${bind}`, 'Write an address.')
    }
    const hasMany = egress.length > 1
    for (const [index, listener] of egress.entries()) {
      const at: ValuePath = ['spec', 'egress', index]
      if (hasMany && listener.port === undefined && index < egress.length - 1)
        refuse(at, 'has a listener for any port before others', 'Put it last.')
      const hosts = stringsIn(listener, 'hosts')
      if (hosts.length === 0) refuse([...at, 'hosts'], 'lets out to no host', 'Write */* for all.')
      for (const [position, text] of hosts.entries()) {
        const problem = scopedHostProblem(text)
        if (problem !== undefined)
          refuse([...at, 'hosts', position], `lets out to ${text}, ${problem}`, 'Write <namespace>/<host>.')
      }
      const bind = stringIn(listener, 'bind') ?? ''
      if (bind !== '' && listener.port === undefined)
        refuse([...at, 'bind'], 'listens at an address without saying a port', 'Say `port`.')
    }
  })
}

/** Hosts with the namespace that they are of: `./*`, `istio-system/*`, `~/*`. */
function scopedHostProblem(text: string): string | undefined {
  const [namespace = '', host, ...rest] = text.split('/')
  if (host === undefined || rest.length > 0) return 'which names no namespace'
  if (namespace === '~' && host !== '*') return 'though ~ stands for none'
  if (!['*', '.', '~'].includes(namespace) && !isLabel(namespace)) return 'whose namespace is no label'
  if (isAddress(host)) return undefined
  const problem = hostProblem(host)
  return problem === undefined ? undefined : `which ${problem}`
}

/** What istiod refuses of a WasmPlugin. */
export function wasmPlugin(plugin: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const url = stringIn(plugin, 'spec', 'url') ?? ''
    const scheme = /^([a-z0-9+.-]+):\/\//i.exec(url)?.[1]
    if (url === '') refuse(['spec', 'url'], 'names no module', 'Say `url`, such as oci://registry.example.org/filter:1.0.')
    else if (scheme !== undefined && !['oci', 'http', 'https', 'file'].includes(scheme))
      refuse(['spec', 'url'], `fetches its module by ${scheme}`, 'Use oci, https, http or file.')
    const digest = stringIn(plugin, 'spec', 'sha256') ?? ''
    if (digest !== '' && !/^[0-9a-f]{64}$/.test(digest))
      refuse(['spec', 'sha256'], `has the digest ${digest}`, 'Write 64 digits and small letters, without sha256: before them.')
    const secret = stringIn(plugin, 'spec', 'imagePullSecret') ?? ''
    if (secret.includes('/'))
      refuse(['spec', 'imagePullSecret'], `takes the Secret ${secret}`, 'Name a Secret of its own namespace.')
    const names = new Set<string>()
    for (const [index, variable] of objectsIn(plugin, 'spec', 'vmConfig', 'env').entries()) {
      const at: ValuePath = ['spec', 'vmConfig', 'env', index]
      const name = stringIn(variable, 'name') ?? ''
      if (name === '') refuse([...at, 'name'], 'sets a variable without a name', 'Say `name`.')
      if (names.has(name)) refuse([...at, 'name'], `sets ${name} twice`, 'Set it once.')
      if (stringIn(variable, 'valueFrom') === 'HOST' && (stringIn(variable, 'value') ?? '') !== '')
        refuse([...at, 'value'], `sets ${name} and takes it from the proxy`, 'Leave `value` or `valueFrom` out.')
      names.add(name)
    }
  })
}

/** What istiod refuses of a Telemetry. */
export function telemetry(manifest: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    for (const [index, tracing] of objectsIn(manifest, 'spec', 'tracing').entries()) {
      const at: ValuePath = ['spec', 'tracing', index]
      if (objectsIn(tracing, 'providers').length > 1) refuse([...at, 'providers'], 'traces with several providers', 'Name one.')
      const share = numberIn(tracing, 'randomSamplingPercentage')
      if (share !== undefined && (share < 0 || share > 100))
        refuse([...at, 'randomSamplingPercentage'], `traces ${share} per cent of requests`, 'Say 0 to 100.')
      for (const [name, tag] of Object.entries(objectIn(tracing, 'customTags'))) {
        const place = [...at, 'customTags', name]
        const from = TAGS.filter(([kind]) => valueIn(tag, kind) !== undefined)
        if (name === '' || from.length !== 1)
          refuse(
            place,
            `has the tag "${name}" from ${from.length === 0 ? 'nowhere' : 'several places'}`,
            'Say one of `literal`, `environment` and `header`.',
          )
        for (const [kind, field] of from) {
          if ((stringIn(tag, kind, field) ?? '') === '')
            refuse([...place, kind, field], `has the tag "${name}" of nothing`, `Say \`${field}\`.`)
        }
      }
    }
    for (const [index, metrics] of objectsIn(manifest, 'spec', 'metrics').entries()) {
      for (const [position, override] of objectsIn(metrics, 'overrides').entries()) {
        for (const [tag, change] of Object.entries(objectIn(override, 'tagOverrides'))) {
          const at: ValuePath = ['spec', 'metrics', index, 'overrides', position, 'tagOverrides', tag]
          const removes = stringIn(change, 'operation') === 'REMOVE'
          const value = stringIn(change, 'value') ?? ''
          if (removes && value !== '') refuse([...at, 'value'], `removes the tag ${tag} and sets it`, 'Keep one of the two.')
          if (!removes && value === '') refuse(at, `sets the tag ${tag} to nothing`, 'Say `value`, or `operation: REMOVE`.')
        }
      }
    }
  })
}

const TAGS = [
  ['literal', 'value'],
  ['environment', 'name'],
  ['header', 'name'],
] as const

/** What istiod refuses of the TLS that clients speak, in a DestinationRule. */
export function clientTls(tls: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const mode = stringIn(tls, 'mode') ?? 'DISABLE'
    const said = (key: string) => (stringIn(tls, key) ?? '') !== ''
    const files = ['clientCertificate', 'privateKey', 'caCertificates'].filter(said)
    if (said('credentialName') && files.length > 0)
      refuse(['credentialName'], `takes certificates from a Secret and from ${files.join(', ')}`, 'Keep one of the two.')
    if (mode === 'MUTUAL' && !said('credentialName')) {
      for (const key of ['clientCertificate', 'privateKey'])
        if (!said(key)) refuse([key], `speaks mutual TLS without ${key}`, `Say \`${key}\`, or \`credentialName\`.`)
    }
    const checks = ['caCertificates', 'credentialName'].filter(said)
    if (
      mode === 'SIMPLE' &&
      tls.insecureSkipVerify === true &&
      (checks.length > 0 || stringsIn(tls, 'subjectAltNames').length > 0)
    )
      refuse(['insecureSkipVerify'], 'checks no certificate and says by what', 'Keep one of the two.')
  })
}
