import type { ComponentOf } from '../../design/component.ts'
import { objectNameOf } from '../../design/object-name.ts'
import type { FilterSpec } from '../../design/schema/filter.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { JsonValue } from '../../plan/json.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { ResolvedWorkload, Scope } from '../contract.ts'
import { filterKindOf } from '../filter-kind.ts'
import { filterMistakes } from '../filter-mistakes.ts'
import { filtersAt } from '../filter-order.ts'
import { numberIn, objectIn, stringIn } from '../json-view.ts'
import { mistake } from '../mistake.ts'
import { findWorkload } from '../references.ts'
import type { Draft, DraftObject } from '../traced-manifest.ts'
import { milliseconds } from '../wire-duration.ts'

/** The filters attached to a workload, those of higher priority first. */
export function filtersOf(workload: ResolvedWorkload, scope: Scope): readonly ComponentOf<'filters'>[] {
  return filtersAt(workload.address, scope)
}

/** A filter as entries of `envoyExtensions`, one a direction; none for what `extensionMistakes` refuses. */
export function envoyExtensions(filter: ComponentOf<'filters'>): readonly Draft[] {
  const { direction = 'inbound' } = filter.spec
  return direction === 'both'
    ? [envoyExtension(filter, 'inbound'), envoyExtension(filter, 'outbound')]
    : [envoyExtension(filter, direction)]
}

function envoyExtension(filter: ComponentOf<'filters'>, listener: 'inbound' | 'outbound'): Draft {
  const { spec } = filter
  const required = spec.failOpen !== true
  switch (filterKindOf(spec)) {
    case 'wasm':
      return { name: 'builtin/wasm', required, arguments: wasmArguments(filter, listener) }
    case 'lua':
      return { name: 'builtin/lua', required, arguments: { proxyType: 'connect-proxy', listener, script: spec.code } }
    case 'local-rate-limit':
      return { name: 'builtin/http/localratelimit', required: true, arguments: rateLimitArguments(spec.config) }
    case 'ext-authz':
      return {
        name: 'builtin/ext-authz',
        required,
        arguments: { proxyType: 'connect-proxy', config: typeof spec.config === 'object' ? (spec.config as DraftObject) : {} },
      }
    default:
      return undefined
  }
}

/** Folder in the proxy where modules are looked for; an image is mounted under it by the filter's name. */
const MODULES = '/consul/extensions'

/** Envoy's configuration of its local rate limit, in the words of Consul's extension, which knows one bucket and whole seconds. */
function rateLimitArguments(config: FilterSpec['config']): DraftObject {
  const bucket = objectIn(config as JsonValue, 'token_bucket')
  const share = (name: string) => numberIn(config as JsonValue, name, 'default_value', 'numerator')
  const seconds = /^(\d+)s$/.exec(stringIn(bucket, 'fill_interval') ?? '')?.[1]
  return {
    proxyType: 'connect-proxy',
    maxTokens: numberIn(bucket, 'max_tokens'),
    tokensPerFill: numberIn(bucket, 'tokens_per_fill'),
    fillInterval: seconds === undefined ? undefined : Number(seconds),
    filterEnabled: share('filter_enabled'),
    filterEnforced: share('filter_enforced'),
  }
}

/** Why a local rate limit is none that Consul's extension can have. */
function rateLimitMistakes(filter: ComponentOf<'filters'>): readonly Diagnostic[] {
  const { config } = filter.spec
  const { maxTokens, fillInterval } = rateLimitArguments(config)
  const known = new Set(['stat_prefix', 'token_bucket', 'filter_enabled', 'filter_enforced'])
  const unknown = Object.keys(typeof config === 'object' ? config : {}).find((key) => !known.has(key))
  const refuse = (path: ValuePath, summary: string, hint: string) => [mistake(filter, path, 'MF3020', { summary, hint })]
  if (filter.spec.protocol === 'tcp' || filter.spec.direction === 'outbound' || filter.spec.direction === 'both') {
    const field = filter.spec.protocol === 'tcp' ? 'protocol' : 'direction'
    return refuse([field], 'Consul limits the requests that a service is sent, and nothing else', `Leave \`${field}\` out.`)
  }
  if (unknown !== undefined) {
    return refuse(['config', unknown], `Consul's rate limit has no \`${unknown}\``, 'Leave it out, or write the filter as Wasm.')
  }
  if (maxTokens !== undefined && fillInterval !== undefined) return []
  return refuse(
    ['config'],
    "Consul's rate limit needs a bucket filled every so many whole seconds",
    'Say `token_bucket: {max_tokens: 100, tokens_per_fill: 100, fill_interval: 60s}`.',
  )
}

function wasmArguments(filter: ComponentOf<'filters'>, listener: 'inbound' | 'outbound'): Draft {
  const { spec } = filter
  const environment = Object.entries(spec.environment ?? {})
  return {
    protocol: spec.protocol ?? 'http',
    listenerType: listener,
    pluginConfig: {
      name: objectNameOf(filter),
      rootID: spec.rootId,
      configuration: textOf(spec.config),
      capabilityRestrictionConfiguration:
        spec.capabilities === undefined
          ? undefined
          : { allowedCapabilities: Object.fromEntries(spec.capabilities.map((name) => [name, {}])) },
      vmConfig: {
        vmID: spec.vmId,
        code: moduleCode(filter),
        configuration: textOf(spec.vmConfig),
        environmentVariables:
          environment.length === 0 && spec.hostEnvironment === undefined
            ? undefined
            : {
                hostEnvKeys: spec.hostEnvironment,
                keyValues: environment.length === 0 ? undefined : Object.fromEntries(environment),
              },
      },
    },
  }
}

function textOf(config: FilterSpec['config']): string | undefined {
  return typeof config === 'object' ? JSON.stringify(config) : config
}

/** Where Envoy finds a module: a file, a service of the mesh, or the folder where an image is mounted. */
function moduleCode(filter: ComponentOf<'filters'>): Draft {
  const { source = '', sha256 } = filter.spec
  if (source.startsWith('file://')) return { local: { filename: source.slice('file://'.length) } }
  if (source.startsWith('oci://')) return { local: { filename: `${MODULES}/${objectNameOf(filter)}/plugin.wasm` } }
  return { remote: { httpURI: { service: { name: serviceOf(source) }, uri: source }, sha256 } }
}

/** Annotations that mount the images of filters into the proxy, as volumes of kind image (Kubernetes 1.33 and later). */
export function imageVolumes(filters: readonly ComponentOf<'filters'>[], prefix: string): StringMap {
  const images = filters.filter(({ spec }) => filterKindOf(spec) === 'wasm' && spec.source?.startsWith('oci://') === true)
  if (images.length === 0) return {}
  const volumes = images.map((filter) => ({
    name: objectNameOf(filter),
    image: { reference: imageReference(filter), pullPolicy: pullPolicyOf(filter) },
  }))
  const mounts = images.map((filter) => ({
    name: objectNameOf(filter),
    mountPath: `${MODULES}/${objectNameOf(filter)}`,
    readOnly: true,
  }))
  return {
    [`${prefix}/consul-sidecar-user-volume`]: JSON.stringify(volumes),
    [`${prefix}/consul-sidecar-user-volume-mount`]: JSON.stringify(mounts),
  }
}

function pullPolicyOf({ spec }: ComponentOf<'filters'>): string | undefined {
  return spec.pullPolicy === undefined ? undefined : spec.pullPolicy === 'always' ? 'Always' : 'IfNotPresent'
}

/** An image with its digest, where one is known: a tag alone could stand for another module at the next start of a pod. */
function imageReference({ spec }: ComponentOf<'filters'>): string {
  const name = (spec.source ?? '').slice('oci://'.length)
  return spec.sha256 === undefined || name.includes('@') ? name : `${name}@sha256:${spec.sha256}`
}

/** The service that serves a module: the first part of its host. */
function serviceOf(source: string): string | undefined {
  return /^https?:\/\/([^./:]+)/.exec(source)?.[1]
}

/** Why a filter cannot be an extension of Consul's Envoy. */
export function extensionMistakes(filter: ComponentOf<'filters'>, scope: Scope): readonly Diagnostic[] {
  const { spec } = filter
  const kind = filterKindOf(spec)
  const found: Diagnostic[] = [
    ...filterMistakes(filter),
    ...(spec.workloads ?? []).flatMap((name, index) => findWorkload(name, filter, ['workloads', index], scope).diagnostics),
  ]
  const refuse = (path: readonly string[], code: 'MF3019' | 'MF3020', summary: string, hint: string) =>
    found.push(mistake(filter, path, code, { summary, hint }))
  if (kind === 'wasm' && /^https?:/.test(spec.source ?? '') && spec.sha256 === undefined) {
    refuse(
      ['source'],
      'MF3019',
      'A module fetched over HTTP needs its digest',
      'Say `sha256: ...`; `meshform filter inspect` prints it.',
    )
  }
  if (kind === 'cors' || kind === 'compression' || kind === 'rbac') {
    refuse(['kind'], 'MF3020', `Consul has no built-in extension for ${kind}`, 'Use lua, wasm, ext-authz or local-rate-limit.')
  }
  if (kind === 'local-rate-limit') found.push(...rateLimitMistakes(filter))
  return found
}

/** Faults of Consul Enterprise: for all requests to a service. */
export function faultExtension(policies: readonly ComponentOf<'traffic'>[]): Draft {
  const fault = policies.flatMap((policy) => policy.spec.routes ?? []).find((route) => route.fault !== undefined)?.fault
  if (fault === undefined) return undefined
  const { delay, abort } = fault
  return {
    name: 'builtin/fault-injection',
    required: true,
    arguments: {
      config: {
        delay: delay === undefined ? undefined : { duration: milliseconds(delay.duration), percentage: delay.percent ?? 100 },
        abort: abort === undefined ? undefined : { httpStatus: abort.status, percentage: abort.percent ?? 100 },
      },
    },
  }
}
