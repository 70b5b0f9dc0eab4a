import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import type { Component, ComponentOf, ManifestSource } from '../../design/component.ts'
import type { Design } from '../../design/design.ts'
import { parseManifests } from '../../design/evaluate/read-manifests.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { PlannedCluster } from '../../plan/plan.ts'
import { referTo } from '../../planner/translate-component.ts'
import type { MeshProvider } from '../../providers/contract.ts'
import { type PlannedChart, plannedCharts } from '../../providers/planned-charts.ts'
import type { Connection } from '../refresh.ts'
import { chartCapabilities } from './chart-capabilities.ts'
import { findMesh } from './find-mesh.ts'
import { helmArguments } from './helm.ts'
import { hookOffset, isWanted } from './helm-hooks.ts'
import { meshMistake } from './mesh-mistake.ts'
import { missingDefinitions } from './missing-definitions.ts'
import { renderCharts } from './render-charts.ts'
import { withServedBundle } from './served-bundle.ts'

/** What preparing the meshes of a design needs. */
export interface PrepareMeshesRequest {
  readonly design: Design
  readonly providers: ReadonlyMap<string, MeshProvider>
  readonly connections: ReadonlyMap<string, Connection>
  readonly clusters: readonly PlannedCluster[]
  /** Folder that the design's file names are relative to. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

/** A design whose meshes are ready to be planned: looked up where they exist, rendered where they are installed. */
export interface PreparedDesign {
  readonly design: Design
  readonly diagnostics: readonly Diagnostic[]
}

interface PreparedMesh {
  readonly mesh: ComponentOf<'meshes'>
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Brings in what only the world outside the design knows of its meshes: the version of one that exists, the objects of charts and
 * of manifests that have an address. A mesh whose cluster can't be reached is taken as the design says it.
 */
export async function prepareMeshes(request: PrepareMeshesRequest): Promise<PreparedDesign> {
  const prepared = new Map<string, PreparedMesh>()
  await Promise.all(
    request.design.components.map(async (component) => {
      if (component.section !== 'meshes') return
      const provider = request.providers.get(component.spec.provider)
      if (provider === undefined) return
      prepared.set(component.address, await prepareMesh(component, provider, request))
    }),
  )
  if (prepared.size === 0) return { design: request.design, diagnostics: [] }
  const components = request.design.components.map((component): Component => {
    return prepared.get(component.address)?.mesh ?? component
  })
  const design = { ...request.design, components }
  return {
    design,
    diagnostics: [
      ...[...prepared.values()].flatMap(({ diagnostics }) => diagnostics),
      ...missingDefinitions(design, request.providers, request.connections),
    ],
  }
}

async function prepareMesh(
  written: ComponentOf<'meshes'>,
  provider: MeshProvider,
  request: PrepareMeshesRequest,
): Promise<PreparedMesh> {
  const existing = written.spec.existing === true
  const fetched = existing ? { manifests: [], diagnostics: [] } : await fetchAll(written, request)
  const whole = { ...written, files: [...written.files, ...fetched.manifests] }
  const mesh = await withServedBundle(
    whole,
    provider,
    request.connections.get(written.cluster),
    others(request, whole),
    request.signal,
  )
  if (existing) {
    const found = await findMesh(mesh, provider, request.connections.get(mesh.cluster), request.signal)
    const spec = found.version === undefined ? mesh.spec : { ...mesh.spec, version: found.version }
    // Nothing of a mesh that exists is ours to apply.
    return { mesh: { ...mesh, spec, files: [] }, diagnostics: found.diagnostics }
  }
  const charts = plannedCharts(mesh, provider, gatewaysOf(mesh, request.design))
  const rendered = await renderAll(mesh, charts, request)
  if (fetched.manifests.length + rendered.manifests.length === 0) {
    return { mesh, diagnostics: [...fetched.diagnostics, ...rendered.diagnostics] }
  }
  const spec = { ...mesh.spec, namespace: mesh.spec.namespace ?? provider.install(mesh).namespace }
  const files = [...mesh.files, ...rendered.manifests]
  return { mesh: { ...mesh, spec, files }, diagnostics: [...fetched.diagnostics, ...rendered.diagnostics] }
}

/** The gateways that belong to a mesh. */
function gatewaysOf(mesh: ComponentOf<'meshes'>, design: Design): readonly ComponentOf<'gateways'>[] {
  return design.components.filter(
    (component): component is ComponentOf<'gateways'> =>
      component.section === 'gateways' && referTo('meshes', component.spec.mesh, component.scope) === mesh.address,
  )
}

/** The components of the design, with this mesh as it is known by now. */
function others({ design }: PrepareMeshesRequest, mesh: ComponentOf<'meshes'>): readonly Component[] {
  return design.components.map((component) => (component.address === mesh.address ? mesh : component))
}

interface Brought {
  readonly manifests: readonly ManifestSource[]
  readonly diagnostics: readonly Diagnostic[]
}

async function fetchAll(mesh: ComponentOf<'meshes'>, request: PrepareMeshesRequest): Promise<Brought> {
  const parts = await Promise.all(
    (mesh.spec.install?.manifests ?? []).map(async (address, index): Promise<Brought> => {
      if (!/^https?:\/\//.test(address)) return { manifests: [], diagnostics: [] }
      const path = ['install', 'manifests', index]
      const [url = address, pinned] = address.split('#sha256=')
      // Loaded when something is fetched: most plans fetch nothing.
      const { fetchManifests } = await import('./fetch-manifests.ts')
      const fetched = await fetchManifests(url, request.env, request.signal)
      const refused = (summary: string, detail: string, hint: string): Brought => ({
        manifests: [],
        diagnostics: [meshMistake(mesh, path, 'MF4105', { summary, detail, hint })],
      })
      if (!fetched.ok) {
        return refused(
          `${url} could not be fetched`,
          `${fetched.message}.`,
          'Save it beside the design and name the file instead.',
        )
      }
      const digest = createHash('sha256').update(fetched.text).digest('hex')
      if (pinned !== undefined && pinned.toLowerCase() !== digest) {
        return refused(
          `${url} is not what the design pins`,
          `Its sha256 is ${digest}, and the design says ${pinned}.`,
          `See what changed; then say \`#sha256=${digest}\`.`,
        )
      }
      return placed(mesh, path, fetched.text, url, 0)
    }),
  )
  return joined(parts)
}

/** Charts stand in stages: each is applied when what the one before it started is healthy. */
async function renderAll(
  mesh: ComponentOf<'meshes'>,
  charts: readonly PlannedChart[],
  request: PrepareMeshesRequest,
): Promise<Brought> {
  const directory = dirname(resolve(request.cwd, mesh.location.file))
  const cluster = request.clusters.find(({ name }) => name === mesh.cluster)
  const kubernetesVersion = /\d+\.\d+(\.\d+)?/.exec(cluster?.version ?? '')?.[0]
  const apiVersions = chartCapabilities(request.connections.get(mesh.cluster), others(request, mesh), mesh.cluster)
  const environment = { directory, env: request.env, kubernetesVersion, apiVersions, signal: request.signal }
  const renderings = await renderCharts(charts, environment)
  if (renderings.some(({ kind }) => kind === 'no-helm')) return { manifests: [], diagnostics: [withoutHelm(mesh, charts)] }
  const parts = charts.map((chart, index): Brought => {
    const rendering = renderings[index]
    if (rendering?.kind === 'rendered') {
      const brought = placed(mesh, chart.path, rendering.text, `helm template ${chart.release}`, index + 1, chart.namespace)
      const unpinned = chart.version === undefined && chart.repository !== undefined
      return unpinned ? { ...brought, diagnostics: [...brought.diagnostics, notPinned(mesh, chart)] } : brought
    }
    const message = rendering?.kind === 'failed' ? rendering.message : 'helm did not run'
    return {
      manifests: [],
      diagnostics: [
        meshMistake(mesh, chart.path, 'MF4104', {
          summary: `The chart ${chart.name} could not be rendered`,
          detail: `helm says: ${message}`,
          hint: `Try it by hand: ${commandOf(chart)}`,
        }),
      ],
    }
  })
  return joined(parts)
}

function placed(
  mesh: ComponentOf<'meshes'>,
  path: readonly (string | number)[],
  text: string,
  name: string,
  stage: number,
  namespace?: string,
): Brought {
  const parsed = parseManifests(text, name)
  const location = mesh.locate(path)
  return {
    manifests: parsed.manifests
      .filter(({ manifest }) => isWanted(manifest))
      .map(({ manifest }) => ({
        manifest,
        location,
        locate: () => location,
        stage: stage + hookOffset(manifest),
        ...(namespace === undefined ? {} : { namespace }),
      })),
    diagnostics: parsed.diagnostics.map((diagnostic) => ({ ...diagnostic, address: mesh.address })),
  }
}

function joined(parts: readonly Brought[]): Brought {
  return {
    manifests: parts.flatMap(({ manifests }) => manifests),
    diagnostics: parts.flatMap(({ diagnostics }) => diagnostics),
  }
}

function notPinned(mesh: ComponentOf<'meshes'>, chart: PlannedChart): Diagnostic {
  return meshMistake(mesh, chart.path, 'MF4107', {
    severity: 'warning',
    summary: `The version of the chart ${chart.name} is not pinned`,
    hint: 'Say `version` on the mesh, or on the chart.',
  })
}

/** The command that renders a chart without its values, for a person to run. */
function commandOf(chart: PlannedChart): string {
  return `helm ${helmArguments(chart, 'values.yaml').join(' ')}`
}

function withoutHelm(mesh: ComponentOf<'meshes'>, charts: readonly PlannedChart[]): Diagnostic {
  const commands = charts.map((chart) => `${commandOf(chart)} > ${chart.release}.yaml`)
  return meshMistake(mesh, charts[0]?.path ?? ['install'], 'MF4103', {
    summary: `${mesh.address} is installed from charts, and there is no helm to render them`,
    detail: `Charts are rendered by the helm program, and none is in the PATH. Elsewhere: ${commands.join('; ')}.`,
    hint: `Install helm (https://helm.sh/docs/intro/install), or render the charts elsewhere and name them: \`install: {manifests: [${charts.map(({ release }) => `${release}.yaml`).join(', ')}]}\`.`,
  })
}
