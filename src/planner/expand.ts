import type { Component, ComponentOf } from '../design/component.ts'
import type { Design } from '../design/design.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { parseDuration } from '../plan/duration.ts'
import { describeObject, groupOf, type Manifest, objectKeyOf, objectKeyText } from '../plan/manifest.ts'
import { type SensitiveTexts, sensitiveTexts } from '../plan/sensitive-text.ts'
import type { MeshProvider, ResolvedWorkload, Scope } from '../providers/contract.ts'
import type { FieldsOf } from '../providers/field-schema.ts'
import type { IgnoreRule } from '../providers/rules.ts'
import { checkRules } from './check-rules.ts'
import { type ScopeOf, scopeLookup, withNamespace } from './cluster-scoped-kinds.ts'
import { barrierOf, type ComponentNode, type DesiredObject } from './desired-object.ts'
import type { Draft } from './draft.ts'
import { groupReservations } from './group-reservations.ts'
import { healthRulesOf } from './health-rules.ts'
import { ignoreRulesOf, lifecycleRules, saidRules, webhookRulesOf } from './ignore-rules.ts'
import { implicitNamespaces, mergeNamespaceMetadata } from './implicit-namespaces.ts'
import { lintObjects } from './lint-objects.ts'
import { locateOrigin } from './locate-origin.ts'
import { objectDigest } from './object-digest.ts'
import { orderObjects } from './order-objects.ts'
import { type Owner, withOwner } from './owner-labels.ts'
import { rulesAround } from './rules-around.ts'
import { meshAddressOf, type TranslationContext, translateComponent } from './translate-component.ts'
import { withVersions } from './version-names.ts'

/** Default of `timeouts`, in milliseconds. */
export const DEFAULT_TIMEOUT = 300_000

/** What expansion needs beside the design: pure functions and look-ups. */
export interface ExpandRequest {
  readonly design: Design
  readonly owner: Owner
  readonly providers: ReadonlyMap<string, MeshProvider>
  readonly resolveWorkload: (component: ComponentOf<'workloads'>) => {
    readonly workload: ResolvedWorkload | undefined
    readonly diagnostics: readonly Diagnostic[]
  }
  readonly refuse: TranslationContext['refuse']
  /** Nearest known provider names, for a hint. */
  readonly nearestProvider: (name: string) => string | undefined
  /** The fields of kinds, where settings are to be held against them. */
  readonly fieldsOf?: FieldsOf
  /** What the servers say of a kind: namespaced or not, or undefined when they don't serve it or can't be asked. */
  readonly served: (cluster: string, group: string, kind: string) => boolean | undefined
}

/** A design come down to objects. */
export interface Expansion {
  readonly objects: readonly DesiredObject[]
  readonly components: readonly ComponentNode[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Brings every component down to the objects it wants, each with its owner's marks, its origin and its place in the order. */
export function expandDesign(request: ExpandRequest): Expansion {
  const diagnostics: Diagnostic[] = []
  const workloads = resolveWorkloads(request, diagnostics)
  const meshes = usableMeshes(request, diagnostics)
  const context: TranslationContext = {
    scopes: scopesOf(request, meshes, workloads),
    providers: request.providers,
    workloads,
    refuse: request.refuse,
  }
  const drafts = request.design.components.flatMap((component): Draft[] => {
    const translation = translateComponent(component, context)
    diagnostics.push(...translation.diagnostics)
    return translation.manifests.map((source) => ({
      component,
      address: component.address,
      cluster: component.cluster,
      source,
      implicit: false,
    }))
  })
  const scopeOf = clusterScopes(request, drafts)
  const placed = mergeNamespaceMetadata(placeAll(drafts, scopeOf), workloads, context)
  const named = withVersions(placed, diagnostics)
  const complete = [...implicitNamespaces(named, workloads, context), ...named]
  const rules = { meshes: ignoreRules(meshes, request), webhooks: foreignWebhooks(meshes, request) }
  diagnostics.push(...checkRules(request.design))
  const sensitive = sensitiveTexts(request.design.sensitiveValues)
  const objects = uniqueObjects(complete, diagnostics).map((draft) => finish(draft, request, rules, context, sensitive))
  diagnostics.push(...furtherRefusals(lintObjects(objects, meshes, request.providers), diagnostics))
  const components = componentNodes(request.design)
  const ordered = orderObjects(objects, components, request.providers, diagnostics)
  return { objects: ordered, components, diagnostics: groupReservations(diagnostics) }
}

function resolveWorkloads(request: ExpandRequest, diagnostics: Diagnostic[]): ReadonlyMap<string, ResolvedWorkload> {
  const workloads = new Map<string, ResolvedWorkload>()
  for (const component of request.design.components) {
    if (component.section !== 'workloads') continue
    const resolved = request.resolveWorkload(component)
    diagnostics.push(...resolved.diagnostics)
    if (resolved.workload !== undefined) workloads.set(component.address, resolved.workload)
  }
  return workloads
}

function usableMeshes(request: ExpandRequest, diagnostics: Diagnostic[]): readonly ComponentOf<'meshes'>[] {
  return request.design.components.filter((component): component is ComponentOf<'meshes'> => {
    if (component.section !== 'meshes') return false
    const name = component.spec.provider
    const provider = request.providers.get(name)
    if (provider === undefined) {
      const nearest = request.nearestProvider(name)
      diagnostics.push({
        severity: 'error',
        code: 'MF2002',
        summary: `There is no provider "${name}"`,
        detail: `Providers are ${[...request.providers.keys()].sort().join(', ')}.`,
        address: component.address,
        location: component.locate(['provider']),
        hint: nearest === undefined ? 'Run `meshform providers` for the list.' : `Did you mean "${nearest}"?`,
      })
      return false
    }
    return true
  })
}

function scopesOf(
  { design, fieldsOf }: ExpandRequest,
  meshes: readonly ComponentOf<'meshes'>[],
  workloads: ReadonlyMap<string, ResolvedWorkload>,
): ReadonlyMap<string, Scope> {
  const bySection = <Name extends Component['section']>(section: Name): ReadonlyMap<string, ComponentOf<Name>> =>
    new Map(
      design.components
        .filter((component): component is Extract<Component, { section: Name }> => component.section === section)
        .map((component) => [component.address, component as unknown as ComponentOf<Name>]),
    )
  const shared = {
    workloads,
    gateways: bySection('gateways'),
    external: bySection('external'),
    traffic: bySection('traffic'),
    authorization: bySection('authorization'),
    filters: bySection('filters'),
    ...(fieldsOf === undefined ? {} : { fieldsOf }),
  }
  return new Map(meshes.map((mesh) => [mesh.address, { mesh, ...shared }]))
}

/** Only the root cause is told: what a mesh would refuse in the objects of a component is no news where the component is refused. */
function furtherRefusals(findings: readonly Diagnostic[], told: readonly Diagnostic[]): readonly Diagnostic[] {
  const refused = refusedAmong(told)
  return findings.filter(({ severity, address }) => severity !== 'error' || address === undefined || !refused.has(address))
}

function refusedAmong(told: readonly Diagnostic[]): ReadonlySet<string> {
  return new Set(told.flatMap(({ severity, address }) => (severity === 'error' && address !== undefined ? [address] : [])))
}

function clusterScopes(request: ExpandRequest, drafts: readonly Draft[]): (cluster: string) => ScopeOf {
  const byCluster = new Map<string, ScopeOf>()
  return (cluster) => {
    let scopeOf = byCluster.get(cluster)
    if (scopeOf === undefined) {
      const manifests = drafts.filter((draft) => draft.cluster === cluster).map((draft) => draft.source.manifest)
      scopeOf = scopeLookup(manifests, (group, kind) => request.served(cluster, group, kind))
      byCluster.set(cluster, scopeOf)
    }
    return scopeOf
  }
}

function placeAll(drafts: readonly Draft[], scopeOf: (cluster: string) => ScopeOf): readonly Draft[] {
  return drafts.map((draft) => {
    const manifest = withNamespace(
      draft.source.manifest,
      draft.source.namespace ?? namespaceFor(draft.component),
      scopeOf(draft.cluster),
    )
    return manifest === draft.source.manifest ? draft : { ...draft, source: { ...draft.source, manifest } }
  })
}

/** The namespace for an object of a component that names none itself. */
function namespaceFor(component: Component | undefined): string {
  if (component === undefined) return 'default'
  switch (component.section) {
    case 'meshes':
    case 'workloads':
    case 'authorization':
    case 'gateways':
    case 'external':
      return component.spec.namespace ?? 'default'
    default:
      return 'default'
  }
}

function uniqueObjects(drafts: readonly Draft[], diagnostics: Diagnostic[]): readonly Draft[] {
  const owners = new Map<string, Draft>()
  const refused = refusedAmong(diagnostics)
  return drafts.filter((draft) => {
    const key = objectKeyOf(draft.cluster, draft.source.manifest)
    const id = objectKeyText(key)
    const first = owners.get(id)
    if (first === undefined) {
      owners.set(id, draft)
      return true
    }
    if (refused.has(draft.address)) return false
    const at = draftOrigin(first)
    diagnostics.push({
      severity: 'error',
      code: 'MF2001',
      summary: `${describeObject(key)} is claimed by ${first.address} and by ${draft.address}`,
      detail: `The first claim is at ${at === undefined ? first.address : `${at.file}:${at.line}`}. An object has one owner.`,
      address: draft.address,
      ...(draftOrigin(draft) === undefined ? {} : { location: draftOrigin(draft) }),
      hint: 'Remove one of the two, or give the object another name or namespace.',
    } as Diagnostic)
    return false
  })
}

function draftOrigin(draft: Draft) {
  return draft.component === undefined ? undefined : locateOrigin(draft.component, draft.source.origins, [])
}

/** The rules for webhooks on a cluster where the design has no mesh: what the mesh there is, it does not say. */
function foreignWebhooks(meshes: readonly ComponentOf<'meshes'>[], { providers, design }: ExpandRequest) {
  const ruled = new Set(meshes.map(({ cluster }) => cluster))
  const rules = webhookRulesOf(providers.values(), design.rules.ignore)
  return (cluster: string): readonly IgnoreRule[] => (ruled.has(cluster) ? [] : rules)
}

interface RulesAtHand {
  readonly meshes: readonly MeshRules[]
  readonly webhooks: (cluster: string) => readonly IgnoreRule[]
}

interface MeshRules {
  readonly mesh: ComponentOf<'meshes'>
  readonly provider: MeshProvider
  readonly ignore: readonly IgnoreRule[]
}

function ignoreRules(meshes: readonly ComponentOf<'meshes'>[], { providers, design }: ExpandRequest): readonly MeshRules[] {
  return meshes.flatMap((mesh) => {
    const provider = providers.get(mesh.spec.provider)
    if (provider === undefined) return []
    return [{ mesh, provider, ignore: ignoreRulesOf(mesh, provider, rulesAround(design.rules.ignore, mesh)) }]
  })
}

/** True when a rule for fields that others write holds for this object. */
export function ruleHolds(rule: IgnoreRule, manifest: Manifest): boolean {
  if (rule.group !== '*' && rule.group !== groupOf(manifest.apiVersion)) return false
  if (!rule.kinds.includes('*') && !rule.kinds.includes(manifest.kind)) return false
  if (rule.names === undefined) return true
  const name = manifest.metadata.name
  return rule.names.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name))
}

function finish(
  draft: Draft,
  request: ExpandRequest,
  rules: RulesAtHand,
  context: TranslationContext,
  sensitive: SensitiveTexts,
): DesiredObject {
  const { component, source } = draft
  const spec = component?.spec
  const manifest = withOwner(source.manifest, request.owner, draft.address, request.design.labels)
  const key = objectKeyOf(draft.cluster, manifest)
  const meshAddress = component === undefined ? undefined : meshAddressOf(component, context.workloads)
  const onCluster = rules.meshes.filter(({ mesh }) => mesh.cluster === draft.cluster)
  const ignoredByDesign = [...saidRules(rulesAround(request.design.rules.ignore, component)), ...lifecycleRules(component)]
  const id = objectKeyText(key)
  return {
    id,
    key,
    address: draft.address,
    manifest,
    digest: objectDigest(id, manifest, sensitive),
    origin: (component === undefined ? undefined : locateOrigin(component, source.origins, [])) ?? component?.location ?? NOWHERE,
    originOf: (path) => (component === undefined ? undefined : locateOrigin(component, source.origins, path)),
    dependencies: (component?.dependencies ?? []).map(barrierOf),
    stage: source.stage ?? 0,
    wait: component?.section === 'resources' ? (component.spec.wait ?? true) : true,
    applyTimeout: parseDuration(spec?.timeouts?.apply ?? '') ?? DEFAULT_TIMEOUT,
    deleteTimeout: parseDuration(spec?.timeouts?.delete ?? '') ?? DEFAULT_TIMEOUT,
    conflict: spec?.conflict ?? 'fail',
    adoption: spec?.adoption ?? 'adopt',
    protect: spec?.lifecycle?.protect ?? false,
    createBeforeDestroy: spec?.lifecycle?.createBeforeDestroy ?? false,
    ignore: [...rules.webhooks(draft.cluster), ...onCluster.flatMap(({ ignore }) => ignore), ...ignoredByDesign].filter((rule) =>
      ruleHolds(rule, manifest),
    ),
    health: [
      ...healthRulesOf(component, rulesAround(request.design.rules.health, component), manifest),
      ...onCluster.flatMap((rules) =>
        meshAddress === undefined || rules.mesh.address === meshAddress ? rules.provider.rules.health : [],
      ),
    ],
    implicit: draft.implicit,
  }
}

const NOWHERE = { file: '', line: 1, column: 1 }

function componentNodes(design: Design): readonly ComponentNode[] {
  return design.components.map((component) => ({
    address: component.address,
    origin: component.location,
    dependencies: component.dependencies,
  }))
}
