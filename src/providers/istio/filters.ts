import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { DesiredManifest, Scope, Translation } from '../contract.ts'
import { filterMistakes } from '../filter-mistakes.ts'
import { filterPriority, withOrder } from '../filter-order.ts'
import { findGateway, findWorkload } from '../references.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { WASM_PLUGIN_API } from './api.ts'
import { envoyFilter } from './envoy-filter.ts'
import { formMistakes, pluginConfig, resourceFor } from './filter-form.ts'
import type { FilterTarget } from './filter-target.ts'
import { gatewaySelector } from './gateway.ts'
import { gatewayNamespace } from './gateway-place.ts'

const PHASES = { authn: 'AUTHN', authz: 'AUTHZ', stats: 'STATS', unspecified: undefined } as const
const PULL_POLICIES = { 'if-not-present': 'IfNotPresent', always: 'Always' } as const
const SIDECAR_CONTEXTS = {
  inbound: ['SIDECAR_INBOUND'],
  outbound: ['SIDECAR_OUTBOUND'],
  both: ['SIDECAR_INBOUND', 'SIDECAR_OUTBOUND'],
} as const

/** The sidecars and gateway pods a filter is attached to. */
export function sidecarTargets(
  filter: ComponentOf<'filters'>,
  scope: Scope,
): { readonly targets: readonly FilterTarget[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const workloads = (filter.spec.workloads ?? []).flatMap((name, index): FilterTarget[] => {
    const path = ['workloads', index]
    const found = findWorkload(name, filter, path, scope)
    diagnostics.push(...found.diagnostics)
    if (found.value === undefined) return []
    const { name: workload, address, namespace, selector } = found.value
    const contexts = SIDECAR_CONTEXTS[filter.spec.direction ?? 'inbound']
    return [{ name: workload, address, namespace, contexts, attachment: { labels: selector }, path }]
  })
  const gateways = (filter.spec.gateways ?? []).flatMap((name, index): FilterTarget[] => {
    const path = ['gateways', index]
    const found = findGateway(name, filter, path, scope)
    diagnostics.push(...found.diagnostics)
    if (found.value === undefined) return []
    return [
      {
        name: objectNameOf(found.value),
        address: found.value.address,
        namespace: gatewayNamespace(found.value, scope),
        contexts: ['GATEWAY'],
        attachment: { labels: gatewaySelector(found.value) },
        path,
      },
    ]
  })
  return { targets: [...workloads, ...gateways], diagnostics }
}

/** A filter as WasmPlugin or EnvoyFilter, one for each target. */
export function istioFilter(filter: ComponentOf<'filters'>, targets: readonly FilterTarget[], scope: Scope): Translation {
  const incomplete = filterMistakes(filter)
  if (incomplete.length > 0) return { manifests: [], diagnostics: incomplete }
  const diagnostics: Diagnostic[] = []
  const manifests = targets.flatMap((target): readonly DesiredManifest[] => {
    const resource = resourceFor(filter, target.address, scope)
    const mistakes = formMistakes(filter, target, resource)
    // What is wrong with one target is wrong with all of them, and told once.
    if (diagnostics.length === 0) diagnostics.push(...mistakes)
    if (mistakes.some(({ severity }) => severity === 'error')) return []
    const name = filterName(filter, target)
    if (resource === 'EnvoyFilter') return [envoyFilter(filter, target, name, filterPriority(filter, scope))]
    return [wasmPlugin(withOrder(filter, scope), target, name)]
  })
  return { manifests, diagnostics }
}

function filterName(filter: ComponentOf<'filters'>, target: FilterTarget): string {
  const name = objectNameOf(filter)
  return target.name === name ? name : joinName(target.name, name)
}

function wasmPlugin(filter: ComponentOf<'filters'>, target: FilterTarget, name: string): DesiredManifest {
  const { spec } = filter
  const { attachment } = target
  return traceManifest(
    {
      apiVersion: WASM_PLUGIN_API,
      kind: 'WasmPlugin',
      metadata: { name, namespace: target.namespace },
      spec: {
        ...('labels' in attachment ? { selector: { matchLabels: attachment.labels } } : attachment),
        url: from(['source'], spec.source),
        sha256: from(['sha256'], spec.sha256),
        imagePullPolicy: spec.pullPolicy === undefined ? undefined : from(['pullPolicy'], PULL_POLICIES[spec.pullPolicy]),
        imagePullSecret: from(['pullSecret'], spec.pullSecret),
        type: spec.protocol === 'tcp' ? from(['protocol'], 'NETWORK') : undefined,
        phase: spec.phase === undefined ? undefined : from(['phase'], PHASES[spec.phase]),
        priority: from(['priority'], spec.priority),
        pluginName: from(['rootId'], spec.rootId),
        pluginConfig: from(['config'], pluginConfig(spec.config)),
        failStrategy: failStrategy(filter),
        match: trafficSelectors(filter, target),
        vmConfig: virtualMachine(filter),
      },
    },
    target.path,
  )
}

function failStrategy({ spec }: ComponentOf<'filters'>): Draft {
  if (spec.reloadOnFailure === true) return from(['reloadOnFailure'], 'FAIL_RELOAD')
  return spec.failOpen === undefined ? undefined : from(['failOpen'], spec.failOpen ? 'FAIL_OPEN' : 'FAIL_CLOSE')
}

/** Which listeners of a proxy get the plugin: without a mode, a sidecar's listeners of both directions do. */
function trafficSelectors({ spec }: ComponentOf<'filters'>, { contexts }: FilterTarget): Draft {
  const [only, ...others] = contexts
  const mode =
    others.length > 0 ? undefined : only === 'SIDECAR_INBOUND' ? 'SERVER' : only === 'SIDECAR_OUTBOUND' ? 'CLIENT' : undefined
  const ports =
    spec.ports === undefined
      ? undefined
      : from(
          ['ports'],
          spec.ports.map((number) => ({ number })),
        )
  if (mode === undefined && ports === undefined) return undefined
  return [{ mode: spec.direction === undefined ? mode : from(['direction'], mode), ports }]
}

function virtualMachine({ spec }: ComponentOf<'filters'>): Draft {
  const inline = Object.entries(spec.environment ?? {}).map(([name, value]) =>
    from(['environment', name], { name, value, valueFrom: 'INLINE' }),
  )
  const host = (spec.hostEnvironment ?? []).map((name, index) => from(['hostEnvironment', index], { name, valueFrom: 'HOST' }))
  return inline.length + host.length === 0 ? undefined : { env: [...inline, ...host] }
}
