import type { Component, ComponentOf, ComponentSpecs, Section } from '../../src/design/component.ts'
import type { Diagnostic } from '../../src/plan/diagnostic.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import type { ValuePath } from '../../src/plan/source.ts'
import type { DesiredManifest, MeshProvider, ResolvedWorkload, Scope } from '../../src/providers/contract.ts'
import type { FieldsOf } from '../../src/providers/field-schema.ts'
import { findProvider } from '../../src/providers/registry.ts'
import { requireCapabilities } from '../../src/providers/require-capability.ts'
import { resolveWorkload } from '../../src/providers/resolve-workload.ts'
import { indexOf } from '../../src/providers/scope-index.ts'

/** Sections of a design as a person writes them, evaluated. */
export type Sections = { readonly [Name in Section]?: { readonly [name: string]: ComponentSpecs[Name] } }

/** A component whose locations spell the path they were asked for: column 1, line 1, the path as the file. */
export function componentOf<Name extends Section>(
  section: Name,
  name: string,
  spec: ComponentSpecs[Name],
  files: readonly Manifest[] = [],
): ComponentOf<Name> {
  const locate = (path: ValuePath) => ({ file: path.join('.'), line: 1, column: 1 })
  return {
    section,
    address: `${section}.${name}`,
    name,
    key: undefined,
    scope: '',
    spec,
    cluster: 'sandbox',
    dependencies: [],
    location: locate([]),
    locate,
    files: files.map((manifest) => ({ manifest, location: locate([]), locate })),
  }
}

/** Everything a design comes down to in one mesh. */
export interface Translated {
  readonly scope: Scope
  readonly provider: MeshProvider
  readonly objects: readonly DesiredManifest[]
  readonly diagnostics: readonly Diagnostic[]
}

function sectionOf<Name extends Section>(sections: Sections, section: Name): ReadonlyMap<string, ComponentOf<Name>> {
  return new Map(
    Object.entries(sections[section] ?? {}).map(([name, spec]) => [
      `${section}.${name}`,
      componentOf(section, name, spec as ComponentSpecs[Name]),
    ]),
  )
}

/** The scope of a design's only mesh. */
export function scopeOf(sections: Sections): { readonly scope: Scope; readonly diagnostics: readonly Diagnostic[] } {
  const [mesh] = sectionOf(sections, 'meshes').values()
  if (mesh === undefined) throw new Error('the design has no mesh')
  const diagnostics: Diagnostic[] = []
  const workloads = new Map<string, ResolvedWorkload>()
  for (const component of sectionOf(sections, 'workloads').values()) {
    const resolved = resolveWorkload(component)
    diagnostics.push(...resolved.diagnostics)
    if (resolved.workload !== undefined) workloads.set(component.address, resolved.workload)
  }
  const scope: Scope = {
    mesh,
    workloads,
    gateways: sectionOf(sections, 'gateways'),
    external: sectionOf(sections, 'external'),
    traffic: sectionOf(sections, 'traffic'),
    authorization: sectionOf(sections, 'authorization'),
    filters: sectionOf(sections, 'filters'),
  }
  return { scope, diagnostics }
}

/** Translates a whole design, as the planner does: capabilities first, then the provider. Namespaces carry the mesh's marks. */
export function translate(sections: Sections, fieldsOf?: FieldsOf): Translated {
  const { scope: plain, diagnostics } = scopeOf(sections)
  const scope: Scope = fieldsOf === undefined ? plain : { ...plain, fieldsOf }
  const { provider } = findProvider(scope.mesh.spec.provider)
  if (provider === undefined) throw new Error(`no provider ${scope.mesh.spec.provider}`)
  const found: Diagnostic[] = [...diagnostics]
  const objects: DesiredManifest[] = namespacesOf(scope, provider)
  const take = (component: Component, make: () => ReturnType<MeshProvider['mesh']>) => {
    const refusals = requireCapabilities(component, provider, scope.mesh)
    found.push(...refusals)
    if (refusals.some((refusal) => refusal.severity === 'error')) return
    const translation = make()
    objects.push(...translation.manifests)
    found.push(...translation.diagnostics)
  }
  take(scope.mesh, () => provider.mesh(scope))
  for (const workload of scope.workloads.values()) take(workload.component, () => provider.onboard(workload, scope))
  for (const gateway of scope.gateways.values()) take(gateway, () => provider.gateway(gateway, scope))
  for (const external of scope.external.values()) take(external, () => provider.external(external, scope))
  for (const policy of scope.traffic.values()) take(policy, () => provider.traffic(policy, scope))
  for (const policy of scope.authorization.values()) take(policy, () => provider.authorization(policy, scope))
  for (const filter of scope.filters.values()) take(filter, () => provider.filter(filter, scope))
  return { scope, provider, objects, diagnostics: found }
}

function namespacesOf(scope: Scope, provider: MeshProvider): DesiredManifest[] {
  const whole = [...indexOf(scope).byNamespace].filter(([, workloads]) =>
    workloads.some((workload) => (workload.component.spec.onboard ?? 'namespace') === 'namespace'),
  )
  const { labels, annotations } = provider.namespaceMetadata(scope.mesh.spec)
  return whole.map(([name]) => ({
    manifest: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        ...(Object.keys(labels).length === 0 ? {} : { labels }),
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      },
    },
    origins: {},
  }))
}

/** The manifests that are not the workloads' own. */
export function meshObjects(translated: Translated): readonly Manifest[] {
  const own = new Set(['Deployment', 'ServiceAccount'])
  return translated.objects.map((object) => object.manifest).filter((manifest) => !own.has(manifest.kind))
}

/** The one object of a kind, and name where several are. */
export function only(translated: Translated, kind: string, name?: string): Manifest {
  const found = translated.objects
    .map((object) => object.manifest)
    .filter((manifest) => manifest.kind === kind && (name === undefined || manifest.metadata.name === name))
  const [first] = found
  if (first === undefined || found.length > 1) {
    throw new Error(
      `${found.length} of kind ${kind}: ${translated.objects.map(({ manifest }) => `${manifest.kind}/${manifest.metadata.name}`).join(', ')}`,
    )
  }
  return first
}

/** Two workloads in namespace shop, the backend in two versions. */
export const SHOP: NonNullable<Sections['workloads']> = {
  frontend: { mesh: 'mesh', namespace: 'shop', image: 'example.invalid/frontend:1', ports: [{ name: 'http', port: 8080 }] },
  backend: {
    mesh: 'mesh',
    namespace: 'shop',
    image: 'example.invalid/backend:v1',
    ports: [{ name: 'http', port: 8080 }],
    versions: { v1: {}, v2: { image: 'example.invalid/backend:v2' } },
  },
}

/** The pattern that every file of test/fixtures/mesh-examples says in its mesh's words. */
export function canonical(mesh: ComponentSpecs['meshes']): Sections {
  return {
    meshes: { mesh },
    workloads: SHOP,
    traffic: {
      backend: {
        workload: 'backend',
        routes: [{ name: 'canary', to: { v1: 90, v2: 10 }, timeout: '2s', retries: { attempts: 3, on: ['5xx'] } }],
      },
    },
    authorization: { 'backend-allow-frontend': { workload: 'backend', allow: [{ from: ['workloads.frontend'] }] } },
  }
}
