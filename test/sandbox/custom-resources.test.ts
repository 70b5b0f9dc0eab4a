import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { isJsonObject, type JsonObject } from '../../src/plan/json.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { apply, openSandbox, request } from './sandbox-requests.ts'

const definitions = join(import.meta.dirname, '../fixtures/crds')
const examples = join(import.meta.dirname, '../fixtures/mesh-examples')

function documents(path: string): readonly JsonObject[] {
  return parseAllDocuments(readFileSync(path, 'utf8'))
    .map((document): unknown => document.toJS())
    .filter(isJsonObject)
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(folder, name))
}

const families = readdirSync(definitions, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)

async function install(sandbox: Sandbox, family: string): Promise<readonly string[]> {
  const refusals: string[] = []
  for (const object of filesIn(join(definitions, family)).flatMap(documents)) {
    const { status, body } = await apply(sandbox, object, 'tests', 'fieldValidation=Strict')
    if (status > 201) refusals.push(`${String(object.kind)}: ${String(body.message)}`)
  }
  return refusals
}

/** Which families of definitions an example stands on. Those of SofaMesh are lost, so its example has nothing to stand on. */
const familiesOf: Readonly<Record<string, readonly string[]>> = {
  _workloads: [],
  'app-mesh': ['app-mesh'],
  'cilium-cec': ['cilium'],
  cilium: ['cilium', 'gateway-api-experimental'],
  'citrix-cpx': ['istio'],
  consul: ['consul'],
  'gateway-api': ['gateway-api-experimental'],
  'istio-ambient': ['istio', 'gateway-api-experimental'],
  istio: ['istio'],
  'kuma-legacy-mtls': ['kuma'],
  kuma: ['kuma'],
  linkerd: ['linkerd', 'gateway-api-standard'],
  'nginx-sm': ['nginx-sm', 'traefik-mesh'],
  nsm: ['nsm'],
  osm: ['osm'],
  smi: ['smi'],
  'traefik-mesh': ['traefik-mesh'],
}

describe('definitions of the meshes', () => {
  test.each(families)('%s is served at once', async (family) => {
    const sandbox = await openSandbox()
    expect(await install(sandbox, family)).toEqual([])
    const list = await vi.waitFor(async () => {
      const answer = await request(sandbox, 'GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions')
      const items = answer.body.items as readonly JsonObject[]
      expect(items.every(({ status }) => Array.isArray((status as JsonObject).conditions))).toBe(true)
      return answer
    }, 10_000)
    const conditions = (list.body.items as readonly JsonObject[]).map((item) => {
      const status = item.status as JsonObject
      return (status.conditions as readonly JsonObject[]).map(({ type, status: value }) => `${String(type)}=${String(value)}`)
    })
    // Groups of Kubernetes' own tell first that their API was agreed upon.
    const usual = conditions.map((text) => String(text).replace('KubernetesAPIApprovalPolicyConformant=True,', ''))
    expect(new Set(usual)).toEqual(new Set(['NamesAccepted=True,Established=True']))
    await sandbox.close()
  })

  test.each(Object.entries(familiesOf))('objects of %s are accepted', async (example, needed) => {
    const sandbox = await openSandbox()
    for (const family of needed) await install(sandbox, family)
    const refusals: string[] = []
    for (const object of documents(join(examples, `${example}.yaml`))) {
      const { status, body } = await apply(sandbox, object, 'tests', 'fieldValidation=Strict')
      if (status > 201) refusals.push(`${status} ${String(object.kind)}: ${String(body.message)}`)
    }
    expect(refusals).toEqual([])
    await sandbox.close()
  })
})
