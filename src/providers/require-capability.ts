import type { Component, ComponentOf } from '../design/component.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { ValuePath } from '../plan/source.ts'
import type { MeshProvider } from './contract.ts'
import { type CapabilityTable, FEATURES, type Feature, type Support } from './features.ts'
import { featuresOf } from './features-of.ts'
import { UNTOLD_CHANNEL } from './gateway-api/channel.ts'
import { mistake } from './mistake.ts'
import { compareVersions } from './version.ts'

/** The capability table that holds for a mesh: that of its mode, without what its cluster's Gateway API lacks. */
export function capabilitiesOf(provider: MeshProvider, mesh: ComponentOf<'meshes'>): CapabilityTable {
  const { mode, settings } = mesh.spec
  const table = (mode === undefined ? undefined : provider.modes?.[mode]?.capabilities) ?? provider.capabilities
  const { standardChannel } = provider
  if (settings?.gatewayChannel !== 'standard' || standardChannel?.modes.includes(mode) !== true) return table
  const lacks = Object.entries(standardChannel.lacks).filter(([feature]) => table[feature as Feature].level !== 'no')
  return { ...table, ...Object.fromEntries(lacks) }
}

/** The mesh as people name it, with its mode where that is not the usual one. */
export function titleOf(provider: MeshProvider, mesh: ComponentOf<'meshes'>): string {
  const { mode } = mesh.spec
  return (mode === undefined ? undefined : provider.modes?.[mode]?.title) ?? provider.title
}

/**
 * Every refusal and reservation there is about a component on a mesh, driven by the capability table alone: an error for what the
 * mesh cannot do, or not yet in its version, a warning for what it does in part. The only place refusals of features come from.
 */
export function requireCapabilities(
  component: Component,
  provider: MeshProvider,
  mesh: ComponentOf<'meshes'>,
): readonly Diagnostic[] {
  const table = capabilitiesOf(provider, mesh)
  const uses = featuresOf(component)
  const told = new Set<string>()
  const judged = uses.flatMap(({ feature, path }) => {
    const support = table[feature]
    // A reservation is said once for a component and all that it holds for; a refusal at every place, since each must be changed.
    if (support.level !== 'partial') return judge(component, path, [feature], support, provider, mesh)
    if (told.has(support.note)) return []
    told.add(support.note)
    const alike = uses.map((use) => use.feature).filter((other) => sameReservation(table[other], support))
    return judge(component, path, [...new Set(alike)], support, provider, mesh)
  })
  const whole = [...judged, ...untoldChannel(component, provider, mesh, uses)]
  return component.section === 'meshes' ? [...unknownMode(component, provider), ...whole] : whole
}

/** What only the experimental channel of the Gateway API has, where nobody can tell which one the cluster has. */
function untoldChannel(
  component: Component,
  provider: MeshProvider,
  mesh: ComponentOf<'meshes'>,
  uses: ReturnType<typeof featuresOf>,
): readonly Diagnostic[] {
  const { standardChannel } = provider
  const { mode, settings } = mesh.spec
  if (settings?.gatewayChannel !== UNTOLD_CHANNEL || standardChannel?.modes.includes(mode) !== true) return []
  const table = capabilitiesOf(provider, mesh)
  const lacking = uses.filter(({ feature }) => standardChannel.lacks[feature] !== undefined && table[feature].level !== 'no')
  const [first] = lacking
  if (first === undefined) return []
  const features = [...new Set(lacking.map(({ feature }) => feature))]
  return [
    mistake(component, first.path, 'MF3040', {
      severity: 'warning',
      summary: `Only the experimental channel of the Gateway API can ${features.map((feature) => verbal(FEATURES[feature])).join(' and ')} (${features.join(', ')})`,
      detail: `Which channel cluster "${mesh.cluster}" has cannot be told; the standard one refuses these fields.`,
      hint: 'Say `settings: {gatewayChannel: experimental}` in the mesh if it has that one; `standard` shows what it would refuse.',
    }),
  ]
}

function sameReservation(other: Support, support: Support): boolean {
  return other.level === 'partial' && support.level === 'partial' && other.note === support.note && other.since === support.since
}

function judge(
  component: Component,
  path: ValuePath,
  features: readonly Feature[],
  support: Support,
  provider: MeshProvider,
  mesh: ComponentOf<'meshes'>,
): readonly Diagnostic[] {
  const what = features.map((feature) => verbal(FEATURES[feature])).join(' and ')
  const names = `(${features.join(', ')})`
  const title = titleOf(provider, mesh)
  if (support.level === 'no') {
    return [
      mistake(component, path, 'MF3001', {
        summary: `${title} cannot ${what} ${names}`,
        detail: sentence(support.note),
        hint: support.alternative === undefined ? 'Leave it out, or choose another mesh.' : sentence(support.alternative),
      }),
    ]
  }
  const version = mesh.spec.version
  if (
    support.since !== undefined &&
    version !== undefined &&
    compareVersions(provider.releaseOf?.(version) ?? version, support.since) < 0
  ) {
    return [
      mistake(component, path, 'MF3003', {
        summary: `${title} can ${what} only from version ${support.since} ${names}`,
        detail: `The version is ${version}.${support.note === undefined ? '' : ` ${sentence(support.note)}`}`,
        hint: `Upgrade the mesh to ${support.since} or later, or leave it out.`,
      }),
    ]
  }
  if (support.level === 'yes') return []
  return [
    mistake(component, path, 'MF3002', {
      severity: 'warning',
      summary: `${title} can ${what} only in part ${names}`,
      detail: sentence(support.note),
    }),
  ]
}

function unknownMode(mesh: ComponentOf<'meshes'>, provider: MeshProvider): readonly Diagnostic[] {
  const { mode } = mesh.spec
  const known = [...(provider.defaultMode === undefined ? [] : [provider.defaultMode]), ...Object.keys(provider.modes ?? {})]
  if (mode === undefined || known.includes(mode)) return []
  return [
    mistake(mesh, ['mode'], 'MF3018', {
      summary: `${provider.title} has no mode "${mode}"`,
      ...(known.length === 0 ? {} : { detail: `Modes are ${known.join(', ')}.` }),
      hint: known.length === 0 ? 'Remove `mode`.' : `Use one of ${known.join(', ')}.`,
    }),
  ]
}

/** A feature's description as it follows "can": nouns get a verb. */
function verbal(what: string): string {
  return /^(take|keep|choose|split|send|hold|match|limit|retry|pause|inject|mirror|rewrite|redirect|change|route|close|eject|fail|warm|allow|require|accept|turn|deny|authorize|protect|let|join|call|switch|install)\b/.test(
    what,
  )
    ? what
    : `have ${what}`
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(first) ? first : `${first}.`
}
