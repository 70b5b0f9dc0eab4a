import type { ComponentOf } from '../design/component.ts'
import type { FilterSpec } from '../design/schema/filter.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { type FilterKind, filterKindOf } from './filter-kind.ts'
import { mistake } from './mistake.ts'

type Filter = ComponentOf<'filters'>

/** Fields that only some kinds know what to do with. */
const FIELDS_OF_KINDS: readonly {
  readonly field: keyof FilterSpec
  readonly kinds: readonly FilterKind[]
  readonly words: string
}[] = [
  ...(
    [
      'sha256',
      'verificationKeys',
      'pullPolicy',
      'pullSecret',
      'rootId',
      'environment',
      'hostEnvironment',
      'vmConfig',
      'vmId',
      'capabilities',
      'reloadOnFailure',
    ] as const
  ).map((field) => ({ field, kinds: ['wasm'] as const, words: 'Wasm modules' })),
  { field: 'code', kinds: ['lua'], words: 'Lua scripts' },
  { field: 'failOpen', kinds: ['wasm', 'ext-authz'], words: 'Wasm modules and ext-authz' },
]

/** Kinds that Envoy has as network filters too. */
const ON_CONNECTIONS: readonly FilterKind[] = ['wasm', 'local-rate-limit', 'ext-authz', 'rbac']

/** What a filter lacks or says in vain, whichever mesh it is for: targets, a source that proxies can fetch, code, fields of other kinds. */
export function filterMistakes(filter: Filter): readonly Diagnostic[] {
  const { spec } = filter
  const kind = filterKindOf(spec)
  const diagnostics: Diagnostic[] = []
  const refuse = (path: readonly string[], summary: string, hint: string) =>
    diagnostics.push(mistake(filter, path, 'MF3019', { summary, hint }))
  if ((spec.workloads ?? []).length + (spec.gateways ?? []).length === 0) {
    refuse([], `${filter.address} is attached to nothing`, 'Say `workloads: [...]` or `gateways: [...]`.')
  }
  if (kind === 'wasm' && spec.source === undefined) {
    refuse([], `${filter.address} has no source`, 'Say `source: oci://...`.')
  }
  if (kind === 'wasm' && spec.source !== undefined && !/^(oci|https?|file):\/\//.test(spec.source)) {
    refuse(
      ['source'],
      'The proxies cannot fetch the module from a path of this machine',
      'Push it to a registry (`meshform filter push`) and name it as oci://..., or serve it over https.',
    )
  }
  if (kind === 'lua' && spec.code === undefined) {
    refuse(['source'], `${filter.address} has no Lua code`, 'Write it under `code: |`.')
  }
  for (const { field, kinds, words } of FIELDS_OF_KINDS) {
    if (spec[field] === undefined || kinds.includes(kind)) continue
    refuse([field], `\`${field}\` is for ${words}, and ${filter.address} is of kind ${kind}`, `Leave \`${field}\` out.`)
  }
  if (spec.protocol === 'tcp' && !ON_CONNECTIONS.includes(kind)) {
    refuse(
      ['protocol'],
      `A filter of kind ${kind} sees requests, not connections`,
      `Leave \`protocol\` out, or use one of ${ON_CONNECTIONS.join(', ')}.`,
    )
  }
  if (kind !== 'wasm' && kind !== 'lua' && typeof spec.config === 'string') {
    refuse(['config'], `The configuration of a filter of kind ${kind} is Envoy's own, a mapping`, 'Write it as a mapping.')
  }
  if (spec.failOpen === true && spec.reloadOnFailure === true) {
    refuse(
      ['reloadOnFailure'],
      'A filter lets requests through when it fails, or starts anew and fails them meanwhile',
      'Leave `failOpen` or `reloadOnFailure` out.',
    )
  }
  return diagnostics
}
