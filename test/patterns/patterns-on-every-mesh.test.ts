import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { providerCatalog } from '../../src/cli/provider-catalog.ts'
import { loadDesign } from '../../src/design/load-design.ts'
import type { Diagnostic } from '../../src/plan/diagnostic.ts'
import { groupOf, type Manifest } from '../../src/plan/manifest.ts'
import { expandDesign } from '../../src/planner/expand.ts'
import { meshProviders } from '../../src/providers/registry.ts'
import { type MeshApi, openMeshApi } from '../providers/conformance/mesh-api.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DEFINITIONS = fileURLToPath(new URL('../fixtures/crds/', import.meta.url))

/** Shipped patterns that name no mesh of their own. */
const PATTERNS = ['header-canary-mirror', 'fault-injection', 'egress-host', 'deny-by-default', 'client-rate-limit']

const FOLDERS = readdirSync(DEFINITIONS, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
const apis = new Map<string, Promise<MeshApi>>()

function apiOf(folder: string): Promise<MeshApi> {
  const known = apis.get(folder) ?? openMeshApi([folder])
  apis.set(folder, known)
  return known
}

/** Why no API would take the object; a kind is defined by the project whose folder takes it. */
async function refusals(manifest: Manifest): Promise<readonly string[]> {
  // Entries of a Consul agent are no objects of Kubernetes: its own suite sends them to an agent.
  if (groupOf(manifest.apiVersion).endsWith('consul.io') || manifest.apiVersion.startsWith('consul/')) return []
  const reasons: string[] = []
  for (const folder of FOLDERS) {
    const found = await (await apiOf(folder)).refusals(manifest)
    if (found.length === 0) return []
    reasons.push(...found.filter((reason) => !reason.startsWith('no definition of')))
  }
  return reasons.length === 0 ? [`no definition of ${manifest.apiVersion} ${manifest.kind}`] : reasons
}

async function expand(pattern: string, provider: string) {
  const loaded = await loadDesign({
    paths: [`patterns/${pattern}`],
    inputs: { cli: { provider, definitions: 'false' }, files: [], environment: {} },
    cwd: ROOT,
  })
  if (loaded.design === undefined) throw new Error(`${pattern}: ${loaded.diagnostics.map(({ summary }) => summary).join('; ')}`)
  const expansion = expandDesign({
    ...providerCatalog,
    design: loaded.design,
    owner: { design: loaded.design.name, workspace: 'default' },
    served: () => undefined,
  })
  return { objects: expansion.objects, diagnostics: [...loaded.diagnostics, ...expansion.diagnostics] }
}

const errorsOf = (diagnostics: readonly Diagnostic[]) => diagnostics.filter(({ severity }) => severity === 'error')

describe.each(PATTERNS)('the pattern %s', (pattern) => {
  test.each([...meshProviders.keys()])('comes out valid or refused on %s', async (provider) => {
    const { objects, diagnostics } = await expand(pattern, provider)
    const errors = errorsOf(diagnostics)
    for (const error of errors) {
      expect(error.code, error.summary).toBe('MF3001')
      expect(error.hint, error.summary).toBeTruthy()
      expect(error.location?.file).toBe(`patterns/${pattern}/design.yaml`)
    }
    if (errors.length > 0) return
    const found: string[] = []
    for (const { manifest } of objects) {
      for (const reason of await refusals(manifest)) found.push(`${manifest.kind} ${manifest.metadata.name}: ${reason}`)
    }
    expect(found).toEqual([])
  })

  test('is whole on Istio', async () => {
    expect(errorsOf((await expand(pattern, 'istio')).diagnostics)).toEqual([])
  })
})
