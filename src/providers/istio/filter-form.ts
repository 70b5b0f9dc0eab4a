import type { ComponentOf } from '../../design/component.ts'
import type { FilterSpec } from '../../design/schema/filter.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { Scope } from '../contract.ts'
import { filterKindOf } from '../filter-kind.ts'
import { filtersAt } from '../filter-order.ts'
import { mistake } from '../mistake.ts'
import type { Draft } from '../traced-manifest.ts'
import type { FilterTarget } from './filter-target.ts'

type Filter = ComponentOf<'filters'>

/** The resource of Istio that a filter becomes. */
export type FilterResource = 'WasmPlugin' | 'EnvoyFilter'

/** A configuration as WasmPlugin has it, an object; undefined where it is a text that is no JSON object. */
export function pluginConfig(config: FilterSpec['config']): Draft {
  return typeof config === 'string' ? jsonObject(config) : (config as Draft)
}

function jsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value as JsonObject) ? (value as JsonObject) : undefined
  } catch {
    return undefined
  }
}

/** Fields that WasmPlugin has no word for. */
function beyondPlugin({ config, vmConfig, vmId, capabilities }: FilterSpec): readonly (keyof FilterSpec)[] {
  return [
    ...(typeof config === 'string' && jsonObject(config) === undefined ? (['config'] as const) : []),
    ...(vmConfig === undefined ? [] : (['vmConfig'] as const)),
    ...(vmId === undefined ? [] : (['vmId'] as const)),
    ...(capabilities === undefined ? [] : (['capabilities'] as const)),
  ]
}

/** The filter that keeps a module of a target from being a WasmPlugin, since the patch that puts it in comes after all of them. */
function patchedBefore(filter: Filter, target: string, scope: Scope): boolean {
  for (const other of filtersAt(target, scope)) {
    if (other.address === filter.address) return false
    if (other.spec.phase === 'authn' || (other.spec.protocol ?? 'http') !== (filter.spec.protocol ?? 'http')) continue
    if (filterKindOf(other.spec) !== 'wasm' || beyondPlugin(other.spec).length > 0) return true
  }
  return false
}

/**
 * What a filter becomes on a target. EnvoyFilter puts filters behind those of all WasmPlugins, so a module that follows such a
 * filter is one too: the order of the design holds.
 */
export function resourceFor(filter: Filter, target: string, scope: Scope): FilterResource {
  if (filterKindOf(filter.spec) !== 'wasm' || beyondPlugin(filter.spec).length > 0) return 'EnvoyFilter'
  const { phase = 'unspecified' } = filter.spec
  return phase === 'unspecified' && patchedBefore(filter, target, scope) ? 'EnvoyFilter' : 'WasmPlugin'
}

/** What an EnvoyFilter cannot say of a filter: where in the chain but first and last, and how its module is pulled. */
export function formMistakes(filter: Filter, target: FilterTarget, resource: FilterResource): readonly Diagnostic[] {
  if (resource === 'WasmPlugin') return []
  const { spec } = filter
  const found: Diagnostic[] = []
  const refuse = (field: keyof FilterSpec, summary: string, hint: string) =>
    found.push(mistake(filter, [field], 'MF3020', { summary, hint }))
  if (spec.phase === 'authz' || spec.phase === 'stats') {
    refuse(
      'phase',
      `An EnvoyFilter cannot put a filter into phase ${spec.phase}`,
      'Use authn, which is first, or leave `phase` out, which is last.',
    )
  }
  if (filterKindOf(spec) !== 'wasm') {
    if (spec.protocol === 'tcp' && target.contexts.includes('WAYPOINT')) {
      refuse('protocol', 'Waypoints take network filters as Wasm modules alone', 'Use sidecar mode, or a module.')
    }
    return found
  }
  const [reason] = beyondPlugin(spec)
  const why =
    reason === undefined ? 'a filter that no WasmPlugin can be goes before it' : `WasmPlugin has no word for \`${reason}\``
  if (target.contexts.includes('WAYPOINT')) {
    refuse(
      reason ?? 'workloads',
      reason === undefined
        ? `In a waypoint ${filter.address} cannot stand behind filters that are no modules`
        : `In a waypoint ${why}`,
      reason === undefined
        ? 'Put it before them in the design, or use sidecar mode.'
        : 'Use sidecar mode, or put it into `config` as an object.',
    )
    return found
  }
  if (spec.protocol === 'tcp') {
    refuse(
      reason ?? 'protocol',
      `${filter.address} would be an EnvoyFilter (${why}), which fetches modules for requests alone`,
      'Leave it out.',
    )
  }
  for (const field of ['pullPolicy', 'pullSecret'] as const) {
    if (spec[field] === undefined) continue
    refuse(
      field,
      `${filter.address} has to be an EnvoyFilter (${why}), which has no \`${field}\``,
      `Leave \`${field}\` or \`${reason ?? 'that filter'}\` out.`,
    )
  }
  return found
}
