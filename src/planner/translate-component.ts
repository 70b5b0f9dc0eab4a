import type { Component, ComponentOf } from '../design/component.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { DesiredManifest, MeshProvider, ResolvedWorkload, Scope, Translation } from '../providers/contract.ts'
import { addressIn, onlyMesh } from '../providers/references.ts'
import { KEEP_ANNOTATION } from './owner-labels.ts'

/** What a component's translation may look at. */
export interface TranslationContext {
  /** The scope of a mesh, by the mesh's address. */
  readonly scopes: ReadonlyMap<string, Scope>
  readonly providers: ReadonlyMap<string, MeshProvider>
  readonly workloads: ReadonlyMap<string, ResolvedWorkload>
  /** Refusals of what a mesh can't do, from its capability table. */
  readonly refuse: (component: Component, provider: MeshProvider, mesh: ComponentOf<'meshes'>) => readonly Diagnostic[]
}

const NOTHING: Translation = { manifests: [], diagnostics: [] }

/** The address of the mesh that carries a component out; undefined for components that need none. */
export function meshAddressOf(component: Component, workloads: ReadonlyMap<string, ResolvedWorkload>): string | undefined {
  switch (component.section) {
    case 'meshes':
      return component.address
    case 'workloads':
    case 'gateways':
    case 'external':
      return referTo('meshes', component.spec.mesh, component.scope)
    case 'traffic': {
      const workload = workloads.get(referTo('workloads', component.spec.workload, component.scope) ?? '')
      return referTo('meshes', component.spec.mesh, component.scope) ?? workload?.mesh
    }
    case 'authorization': {
      const workload = workloads.get(referTo('workloads', component.spec.workload, component.scope) ?? '')
      return referTo('meshes', component.spec.mesh, component.scope) ?? workload?.mesh ?? onlyMesh(component)
    }
    case 'filters': {
      const first = component.spec.workloads?.[0]
      return (
        referTo('meshes', component.spec.mesh, component.scope) ??
        workloads.get(referTo('workloads', first, component.scope) ?? '')?.mesh ??
        onlyMesh(component)
      )
    }
    case 'perfChecks':
    case 'resources':
    case 'patterns':
      return undefined
  }
}

/** The address that a name means, as `addressIn` has it; undefined where none is given. */
export function referTo(section: 'workloads' | 'meshes', name: string | undefined, scope: string): string | undefined {
  return name === undefined ? undefined : addressIn(section, name, scope)
}

/** The objects a component comes down to, or why there are none. */
export function translateComponent(component: Component, context: TranslationContext): Translation {
  if (component.section === 'resources') return { manifests: resourceManifests(component), diagnostics: [] }
  if (component.section === 'patterns' || component.section === 'perfChecks') return NOTHING
  const meshAddress = meshAddressOf(component, context.workloads)
  const scope = meshAddress === undefined ? undefined : context.scopes.get(meshAddress)
  const provider = scope === undefined ? undefined : context.providers.get(scope.mesh.spec.provider)
  if (scope === undefined || provider === undefined) return withoutMesh(component, meshAddress, context)
  const refusals = context.refuse(component, provider, scope.mesh)
  if (refusals.some((refusal) => refusal.severity === 'error')) return { manifests: [], diagnostics: refusals }
  const translation = byProvider(component, provider, scope, context)
  return { manifests: translation.manifests, diagnostics: [...refusals, ...translation.diagnostics] }
}

function byProvider(
  component: Exclude<Component, { section: 'resources' | 'patterns' | 'perfChecks' }>,
  provider: MeshProvider,
  scope: Scope,
  context: TranslationContext,
): Translation {
  switch (component.section) {
    case 'meshes': {
      const own = provider.mesh(scope)
      return { manifests: [...controlPlane(component), ...afterwards(component, own.manifests)], diagnostics: own.diagnostics }
    }
    case 'workloads': {
      const workload = context.workloads.get(component.address)
      return workload === undefined ? NOTHING : provider.onboard(workload, scope)
    }
    case 'traffic':
      return provider.traffic(component, scope)
    case 'authorization':
      return provider.authorization(component, scope)
    case 'gateways':
      return provider.gateway(component, scope)
    case 'external':
      return provider.external(component, scope)
    case 'filters':
      return withBehaviour(component, provider.filter(component, scope))
  }
}

/**
 * Says on each object what its filter does, in words: so a plan shows what another module changes, and not only that its digest
 * did.
 */
function withBehaviour(filter: ComponentOf<'filters'>, translation: Translation): Translation {
  const { behaviour } = filter.spec
  if (behaviour === undefined) return translation
  const key = `filter.meshform.dev/${filter.name}`
  const manifests = translation.manifests.map((desired): DesiredManifest => {
    const { metadata } = desired.manifest
    const annotations = { ...metadata.annotations, [key]: behaviour }
    return { ...desired, manifest: { ...desired.manifest, metadata: { ...metadata, annotations } } }
  })
  return { ...translation, manifests }
}

function withoutMesh(component: Component, meshAddress: string | undefined, context: TranslationContext): Translation {
  if (component.section === 'workloads' && meshAddress === undefined) {
    return { manifests: context.workloads.get(component.address)?.objects ?? [], diagnostics: [] }
  }
  // A mesh with an unknown provider has its own diagnostic; what hangs on it would only repeat it.
  if (meshAddress !== undefined) return NOTHING
  return {
    manifests: [],
    diagnostics: [
      {
        severity: 'error',
        code: 'MF2004',
        summary: `${component.address} belongs to no mesh`,
        detail: 'Its workload is in no mesh, and it names none itself, so there is nobody to carry it out.',
        address: component.address,
        location: component.location,
        hint: 'Give the workload `mesh: <name>`, or name the mesh here.',
      },
    ],
  }
}

function resourceManifests(component: ComponentOf<'resources'>): readonly DesiredManifest[] {
  const own = component.spec.manifest
  if (own === undefined) return fileManifests(component)
  const written: DesiredManifest = { manifest: own as DesiredManifest['manifest'], origins: WRITTEN_OUT }
  return component.files.length === 0 ? [written] : [written, ...fileManifests(component)]
}

/** The origins of an object that stands in its component as it is: one table for all of them. */
const WRITTEN_OUT: DesiredManifest['origins'] = { '': ['manifest'] }

/**
 * The objects that install a mesh; its definitions stay when it is uninstalled, unless the design says otherwise, and so does what
 * a chart marks to be kept.
 */
function controlPlane(mesh: ComponentOf<'meshes'>): readonly DesiredManifest[] {
  const definitions = mesh.spec.install?.keepCrds !== false
  return fileManifests(mesh).map((object) => {
    const { kind, metadata } = object.manifest
    const stays = kind === 'CustomResourceDefinition' ? definitions : metadata.annotations?.['helm.sh/resource-policy'] === 'keep'
    return stays ? kept(object) : object
  })
}

function kept(object: DesiredManifest): DesiredManifest {
  const { manifest } = object
  const annotations = { ...manifest.metadata.annotations, [KEEP_ANNOTATION]: 'true' }
  return { ...object, manifest: { ...manifest, metadata: { ...manifest.metadata, annotations } } }
}

/** A mesh's own objects, once its control plane is there to check and carry them out. */
function afterwards(mesh: ComponentOf<'meshes'>, objects: readonly DesiredManifest[]): readonly DesiredManifest[] {
  if (mesh.files.length === 0) return objects
  const stage = Math.max(...mesh.files.map((file) => file.stage ?? 0)) + 1
  return objects.map((object) => ({ ...object, stage }))
}

/** Objects read from files; their origins lead into the file itself (`files`, index, path). */
function fileManifests(component: Component): readonly DesiredManifest[] {
  return component.files.map((file, index) => ({
    manifest: file.manifest,
    origins: { '': ['files', index] },
    ...(file.stage === undefined ? {} : { stage: file.stage }),
    ...(file.namespace === undefined ? {} : { namespace: file.namespace }),
  }))
}
