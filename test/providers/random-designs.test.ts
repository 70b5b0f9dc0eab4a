import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import { isJsonObject } from '../../src/plan/json.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import { objectKeyOf, objectKeyText } from '../../src/plan/manifest.ts'
import type { LintFinding } from '../../src/providers/contract.ts'
import { openMeshApi } from './conformance/mesh-api.ts'
import { wrongWords } from './consul-words.ts'
import { type Sections, translate } from './design-fixture.ts'
import { randomSections } from './random-sections.ts'

/** The same designs on each mesh each time, so that a change is judged by what it changes; MESHFORM_RANDOM_RUNS=100 tries so many others. */
const { MESHFORM_RANDOM_RUNS } = process.env
const RUNS = MESHFORM_RANDOM_RUNS === undefined ? { numRuns: 10, seed: 1 } : { numRuns: Number(MESHFORM_RANDOM_RUNS) }

type Column = readonly [title: string, mesh: ComponentSpecs['meshes'], definitions: readonly string[]]

/** Every mesh and mode, and the definitions that its objects are held against. */
const MESHES: readonly Column[] = [
  ['Istio', { provider: 'istio', mtls: 'strict' }, ['istio']],
  ['Istio, a revision', { provider: 'istio', revision: 'canary' }, ['istio']],
  ['Istio in ambient mode', { provider: 'istio', mode: 'ambient' }, ['istio', 'gateway-api-experimental']],
  ['Consul', { provider: 'consul' }, ['consul', 'gateway-api-experimental']],
  ['Consul Enterprise', { provider: 'consul', mode: 'enterprise' }, ['consul', 'gateway-api-standard']],
  ['Consul on virtual machines', { provider: 'consul-vm' }, []],
  ['Consul Enterprise on virtual machines', { provider: 'consul-vm', mode: 'enterprise' }, []],
  ['Gateway API', { provider: 'gateway-api' }, ['gateway-api-standard', 'envoy-gateway']],
  ['Gateway API, experimental', { provider: 'gateway-api', mode: 'experimental' }, ['gateway-api-experimental', 'envoy-gateway']],
  ['Linkerd', { provider: 'linkerd', mtls: 'strict' }, ['linkerd', 'gateway-api-experimental']],
  ['Kuma', { provider: 'kuma' }, ['kuma']],
  ['Kong Mesh', { provider: 'kong-mesh' }, ['kuma']],
  ['Cilium', { provider: 'cilium', mtls: 'strict' }, ['cilium', 'gateway-api-experimental']],
  ['Cilium by CiliumEnvoyConfig', { provider: 'cilium', mode: 'envoy-config' }, ['cilium', 'gateway-api-experimental']],
  ['Traefik Mesh', { provider: 'traefik' }, ['traefik-mesh']],
  ['Open Service Mesh', { provider: 'osm' }, ['osm']],
  ['NGINX Service Mesh', { provider: 'nginx' }, ['nginx-sm']],
  ['AWS App Mesh', { provider: 'app-mesh' }, ['app-mesh']],
  ['Network Service Mesh', { provider: 'nsm' }, ['nsm']],
  ['NetScaler CPX', { provider: 'citrix-cpx' }, ['istio']],
  ['Tanzu', { provider: 'tanzu' }, ['istio']],
  ['SMI', { provider: 'smi' }, ['smi']],
  ['SMI of older versions', { provider: 'smi', settings: { split: 'v1alpha2', specs: 'v1alpha2', access: 'v1alpha1' } }, ['smi']],
  [
    'SMI of middle versions',
    { provider: 'smi', settings: { split: 'v1alpha3', specs: 'v1alpha3', access: 'v1alpha2' } },
    ['smi'],
  ],
]

describe('whatever a design asks for is refused, or comes out as objects that the mesh’s definitions take', () => {
  test.each(MESHES)('%s', async (_title, mesh, definitions) => {
    const api = await openMeshApi(definitions, mesh.provider === 'smi')
    await fc.assert(
      fc.asyncProperty(randomSections(mesh), async (design) => {
        const { objects, provider, scope } = translate(partsThatWork(design, mesh))
        provider.install(scope.mesh, [...scope.gateways.values()])
        const keys = objects.map((object) => keyText(object.manifest))
        expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([])
        const refused = refusedByMesh(provider.lint(objects.map(({ manifest }) => manifest)))
        for (const { manifest } of objects) {
          if (manifest.kind === 'Deployment' || refused.has(keyText(manifest))) continue
          const refusals = manifest.apiVersion === 'consul/v1' ? refusedByConsul(manifest) : await api.refusals(manifest)
          expect(refusals, JSON.stringify(manifest)).toEqual([])
        }
      }),
      RUNS,
    )
  })
})

function keyText(manifest: Manifest): string {
  return objectKeyText(objectKeyOf('sandbox', manifest))
}

/** The objects that a mesh's own checks refuse, at the lines of the design that asks for them. */
function refusedByMesh(findings: readonly LintFinding[]): ReadonlySet<string> {
  return new Set(
    findings.flatMap(({ severity, object }) => (severity === 'error' ? [objectKeyText({ cluster: 'sandbox', ...object })] : [])),
  )
}

function refusedByConsul({ kind, spec }: Manifest): readonly string[] {
  return wrongWords(kind, isJsonObject(spec) ? spec : {})
}

/** The design without the components that it would be refused for: nothing of a refused design is ever applied. */
function partsThatWork(design: Sections, mesh: ComponentSpecs['meshes']): Sections {
  const refused = new Set(
    translate(design).diagnostics.flatMap(({ severity, address }) =>
      severity === 'error' && address !== undefined ? [address] : [],
    ),
  )
  const kept = <Spec>(section: string, all: { readonly [name: string]: Spec } | undefined) =>
    Object.fromEntries(Object.entries(all ?? {}).filter(([name]) => !refused.has(`${section}.${name}`)))
  if (refused.size === 0) return design
  const rest: Sections = {
    meshes: refused.has('meshes.mesh') ? { mesh } : (design.meshes ?? {}),
    workloads: kept('workloads', design.workloads),
    gateways: kept('gateways', design.gateways),
    traffic: kept('traffic', design.traffic),
    authorization: kept('authorization', design.authorization),
    external: kept('external', design.external),
    filters: kept('filters', design.filters),
  }
  expect(rest, 'a mesh that says nothing more is not refused').not.toEqual(design)
  return partsThatWork(rest, mesh)
}
