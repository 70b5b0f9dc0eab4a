import type { ComponentOf } from '../../design/component.ts'
import { objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { ResolvedWorkload, Scope } from '../contract.ts'
import { filterKindOf } from '../filter-kind.ts'
import { filterMistakes } from '../filter-mistakes.ts'
import { filtersAt } from '../filter-order.ts'
import { mistake } from '../mistake.ts'
import { findWorkload } from '../references.ts'
import type { Draft, DraftObject } from '../traced-manifest.ts'
import { milliseconds } from '../wire-duration.ts'

/** The filters attached to a workload, those of higher priority first. */
export function filtersOf(workload: ResolvedWorkload, scope: Scope): readonly ComponentOf<'filters'>[] {
  return filtersAt(workload.address, scope)
}

/** A filter as an entry of `envoyExtensions`; undefined for what `extensionMistakes` refuses. */
export function envoyExtension(filter: ComponentOf<'filters'>): Draft {
  const { spec } = filter
  const listener = spec.direction ?? 'inbound'
  const required = spec.failOpen !== true
  switch (filterKindOf(spec)) {
    case 'wasm':
      return { name: 'builtin/wasm', required, arguments: wasmArguments(filter, listener) }
    case 'lua':
      return { name: 'builtin/lua', required, arguments: { proxyType: 'connect-proxy', listener, script: spec.code } }
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

function wasmArguments(filter: ComponentOf<'filters'>, listener: 'inbound' | 'outbound'): Draft {
  const { spec } = filter
  const environment = Object.entries(spec.environment ?? {})
  return {
    protocol: 'http',
    listenerType: listener,
    pluginConfig: {
      name: objectNameOf(filter),
      rootID: spec.rootId,
      configuration: typeof spec.config === 'object' ? JSON.stringify(spec.config) : spec.config,
      vmConfig: {
        code: moduleCode(filter),
        environmentVariables: environment.length === 0 ? undefined : { keyValues: Object.fromEntries(environment) },
      },
    },
  }
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
    image: { reference: imageReference(filter) },
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
  if (kind === 'cors' || kind === 'compression' || kind === 'local-rate-limit') {
    refuse(['kind'], 'MF3020', `Consul has no built-in extension for ${kind}`, 'Use lua, wasm or ext-authz.')
  }
  if (spec.phase !== undefined && spec.phase !== 'unspecified') {
    found.push(
      mistake(filter, ['phase'], 'MF3008', {
        severity: 'warning',
        summary: 'Consul knows no phases: extensions run in the order of their priority, after intentions',
        hint: 'Leave `phase` out.',
      }),
    )
  }
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
