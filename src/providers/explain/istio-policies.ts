import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { ROOT_NAMESPACE } from '../istio/api.ts'
import { objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'
import { clauses, labelWords, listed, scalarIn, sentence } from './words.ts'

/** What an object is attached to: pods by label, or references, or the whole namespace. */
export function subjectOf({ spec, metadata }: Manifest): string {
  const labels = labelWords(spec, 'selector', 'matchLabels') ?? labelWords(spec, 'workloadSelector', 'labels')
  if (labels !== undefined) return `pods with ${labels} in ${metadata.namespace ?? 'their namespace'}`
  const references = [
    ...objectsIn(spec, 'targetRefs'),
    ...(valueIn(spec, 'targetRef') === undefined ? [] : [objectIn(spec, 'targetRef')]),
  ]
  if (references.length > 0)
    return listed(references.map((reference) => `${stringIn(reference, 'kind')} ${stringIn(reference, 'name')}`))
  // What stands in the root namespace holds everywhere.
  if (metadata.namespace === ROOT_NAMESPACE) return 'any workload of the mesh'
  return `any workload in ${metadata.namespace ?? 'the namespace'}`
}

/** What an AuthorizationPolicy of Istio does. */
export function explainIstioAuthorization(policy: Manifest): readonly string[] {
  const { spec } = policy
  const action = stringIn(spec, 'action') ?? 'ALLOW'
  const rules = objectsIn(spec, 'rules')
  const subject = subjectOf(policy)
  if (rules.length === 0) {
    return action === 'ALLOW'
      ? [sentence(`nobody may call ${subject}, unless another policy lets them`)]
      : [sentence(`it decides nothing for ${subject}`)]
  }
  const lines = rules.map((rule) => `- ${sentence(ruleWords(rule))}`)
  if (action === 'DENY') return [sentence(`these may not call ${subject}, whatever else allows them:`), ...lines]
  return [sentence(`only these may call ${subject}, beside those that other policies let in:`), ...lines]
}

function ruleWords(rule: JsonObject): string {
  const sources = objectsIn(rule, 'from').map((from) => sourceWords(objectIn(from, 'source')))
  const operations = objectsIn(rule, 'to').map((to) => operationWords(objectIn(to, 'operation')))
  const conditions = objectsIn(rule, 'when').map((when) => {
    const values = stringsIn(when, 'values')
    const not = stringsIn(when, 'notValues')
    return `${stringIn(when, 'key') ?? ''} is ${values.length > 0 ? listed(values, 'or') : `not ${listed(not, 'or')}`}`
  })
  return clauses(
    sources.length === 0 ? 'anyone' : listed(sources, 'or'),
    operations.length > 0 && `for ${listed(operations, 'or')}`,
    conditions.length > 0 && `where ${listed(conditions)}`,
  ).replaceAll('; ', ', ')
}

function sourceWords(source: JsonObject): string {
  const principals = stringsIn(source, 'principals')
  const namespaces = stringsIn(source, 'namespaces')
  const blocks = stringsIn(source, 'ipBlocks')
  if (principals.includes('*')) return 'any identity of the mesh'
  return clauses(
    principals.length > 0 && listed(principals, 'or'),
    namespaces.length > 0 && `workloads in ${listed(namespaces, 'or')}`,
    blocks.length > 0 && `addresses in ${listed(blocks, 'or')}`,
  )
}

function operationWords(operation: JsonObject): string {
  const methods = stringsIn(operation, 'methods')
  const paths = stringsIn(operation, 'paths')
  const hosts = stringsIn(operation, 'hosts')
  const ports = stringsIn(operation, 'ports')
  return [
    methods.length > 0 ? listed(methods, 'or') : 'any method',
    paths.length > 0 ? `on ${listed(paths, 'or')}` : '',
    hosts.length > 0 ? `to host ${listed(hosts, 'or')}` : '',
    ports.length > 0 ? `at port ${listed(ports, 'or')}` : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

const MTLS: { readonly [mode: string]: string } = {
  STRICT: 'take mutual TLS only: plain text is refused',
  PERMISSIVE: 'take mutual TLS and plain text',
  DISABLE: 'take plain text only',
}

/** What a PeerAuthentication does. */
export function explainPeerAuthentication(object: Manifest): readonly string[] {
  const mode = stringIn(object, 'spec', 'mtls', 'mode') ?? 'UNSET'
  const subject = subjectOf(object).replace(/^any workload/, 'workloads')
  return [sentence(`${subject} ${MTLS[mode] ?? 'take what the mesh says of mutual TLS'}`)]
}

/** What an EnvoyFilter does: its patches, the filters that meshform makes in words. */
export function explainEnvoyFilter(object: Manifest): readonly string[] {
  return objectsIn(object, 'spec', 'configPatches').map((patch) => {
    const value = objectIn(patch, 'patch', 'value')
    const name = stringIn(value, 'name') ?? ''
    const config = objectIn(value, 'typed_config')
    const port = scalarIn(patch, 'match', 'listener', 'portNumber') ?? scalarIn(patch, 'match', 'waypoint', 'portNumber')
    const subject = `${port === undefined ? '' : `port ${port} of `}${subjectOf(object)}`
    if (name.endsWith('.local_ratelimit')) return sentence(limitWords(config, subject))
    if (name.endsWith('.ratelimit')) {
      return sentence(
        `requests to ${subject} are counted by the rate limit service ${stringIn(config, 'rate_limit_service', 'grpc_service', 'envoy_grpc', 'authority') ?? ''} under domain ${stringIn(config, 'domain') ?? ''}`,
      )
    }
    if (stringIn(patch, 'applyTo') === 'EXTENSION_CONFIG') return sentence(moduleWords(name, config))
    const context = stringIn(patch, 'match', 'context') ?? 'ANY'
    return sentence(
      `${(stringIn(patch, 'patch', 'operation') ?? '').toLowerCase().replaceAll('_', ' ')} ${stringIn(patch, 'applyTo') ?? ''} ${name} in the proxies of ${subject} (${context})`,
    )
  })
}

/** What a Wasm filter whose configuration proxies fetch by its name runs, and with what. */
function moduleWords(name: string, typed: JsonObject): string {
  const config = objectIn(typed, 'config')
  const code = objectIn(config, 'vm_config', 'code')
  const module = stringIn(code, 'remote', 'http_uri', 'uri') ?? stringIn(code, 'local', 'filename') ?? ''
  return clauses(
    `${name} is the Wasm module ${module}`,
    stringIn(config, 'configuration', 'value') === undefined ? false : 'it has a configuration of its own',
    stringIn(config, 'vm_config', 'configuration', 'value') === undefined ? false : 'its VM has one',
    failureWords(stringIn(config, 'failure_policy') ?? (config.fail_open === true ? 'FAIL_OPEN' : 'FAIL_CLOSE')),
  )
}

/** What becomes of requests when a module fails. */
function failureWords(strategy: string): string {
  if (strategy === 'FAIL_OPEN') return 'requests go on when it fails'
  return strategy === 'FAIL_RELOAD' ? 'requests fail when it fails, until it has started anew' : 'requests fail when it fails'
}

function limitWords(config: JsonObject, subject: string): string {
  const descriptors = objectsIn(config, 'descriptors')
  const bucket = objectIn(descriptors[0] ?? config, 'token_bucket')
  const key = objectsIn(descriptors[0], 'entries').flatMap((entry) => stringIn(entry, 'key') ?? [])
  const status = scalarIn(config, 'status', 'code') ?? '429'
  return clauses(
    `each proxy lets ${scalarIn(bucket, 'tokens_per_fill') ?? ''} requests to ${subject} through in ${stringIn(bucket, 'fill_interval') ?? ''}${key.length === 0 ? '' : `, counted for each ${listed(key)}`}`,
    `at most ${scalarIn(bucket, 'max_tokens') ?? ''} at once`,
    `the others are answered with ${status}`,
  )
}

/** What a WasmPlugin does. */
export function explainWasmPlugin(object: Manifest): readonly string[] {
  const { spec } = object
  const phase = stringIn(spec, 'phase')
  const priority = scalarIn(spec, 'priority')
  const modes = objectsIn(spec, 'match').map((match) => match.mode)
  const ports = objectsIn(spec, 'match').flatMap((match) =>
    objectsIn(match, 'ports').flatMap((port) => scalarIn(port, 'number') ?? []),
  )
  const what = stringIn(spec, 'type') === 'NETWORK' ? 'connections' : 'requests'
  const variables = objectsIn(spec, 'vmConfig', 'env').flatMap((variable) => stringIn(variable, 'name') ?? [])
  return [
    sentence(
      clauses(
        `the Wasm module ${stringIn(spec, 'url') ?? ''} sees ${what} ${modes.includes('CLIENT') ? 'that leave' : 'to'} ${subjectOf(object)}`,
        ports.length > 0 && `on ports ${listed(ports)}`,
        phase !== undefined && `in phase ${phase}`,
        priority !== undefined && `with priority ${priority}`,
        variables.length > 0 && `with ${listed(variables)} in its environment`,
        failureWords(stringIn(spec, 'failStrategy') ?? 'FAIL_CLOSE').replace('requests', what),
      ),
    ),
  ]
}

/** What a Telemetry does. */
export function explainTelemetry(object: Manifest): readonly string[] {
  const { spec } = object
  const subject = subjectOf(object)
  return [
    ...objectsIn(spec, 'metrics').map((metrics) =>
      sentence(
        `metrics of ${subject} are ${objectsIn(metrics, 'overrides').some((override) => override.disabled === true) ? 'off' : 'on'}`,
      ),
    ),
    ...objectsIn(spec, 'tracing').map((tracing) =>
      sentence(
        `${scalarIn(tracing, 'randomSamplingPercentage') ?? 'the usual share'}${scalarIn(tracing, 'randomSamplingPercentage') === undefined ? '' : '%'} of requests of ${subject} are traced${providerNames(tracing)}`,
      ),
    ),
    ...objectsIn(spec, 'accessLogging').map((logging) =>
      sentence(`access logs of ${subject} are ${logging.disabled === true ? 'off' : `on${providerNames(logging)}`}`),
    ),
  ]
}

function providerNames(value: JsonObject): string {
  const names = objectsIn(value, 'providers').flatMap((provider) => stringIn(provider, 'name') ?? [])
  return names.length === 0 ? '' : ` by ${listed(names)}`
}
