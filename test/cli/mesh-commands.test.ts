import picocolors from 'picocolors'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { terminalDetail } from '../../src/cli/meshes/terminal-matrix.ts'
import { FEATURE_NAMES } from '../../src/providers/features.ts'
import { findProvider } from '../../src/providers/registry.ts'
import { makeWorkspace, type Workspace } from '../engine/mesh/run-command.ts'

const DESIGN = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
meshes:
  istio: {provider: istio}
workloads:
  backend:
    mesh: istio
    namespace: shop
    image: example.invalid/backend:1
    ports: [{name: http, port: 8080}]
    versions: {v1: {}, v2: {}}
traffic:
  backend:
    workload: backend
    routes:
      - to: {v1: 90, v2: 10}
        timeout: 2s
        retries: {attempts: 3, perTry: 500ms, on: [5xx]}
`

describe('commands about meshes', () => {
  let workspace: Workspace
  beforeEach(() => {
    workspace = makeWorkspace()
  })
  afterEach(() => workspace.remove())

  test('explain says what the objects of a component will do, each with its line', async () => {
    await workspace.write('design.yaml', DESIGN)
    const { stdout, stderr, exitCode } = await workspace.meshform('explain', 'traffic.backend')
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    expect(stdout).toMatchInlineSnapshot(`
      "traffic.backend

      DestinationRule shop/backend  design.yaml:15:15
        backend.shop.svc.cluster.local has the versions v1 (pods with version=v1) and v2 (pods with version=v2).

      VirtualService shop/backend  design.yaml:17:7
        Requests to backend.shop.svc.cluster.local from workloads of the mesh take the first of these routes that matches:
        1. Every request goes 90% to v1 of backend.shop:8080 and 10% to v2 of backend.shop:8080; it has 2s in all; it is tried again up to 3 times on 5xx, each try with 500ms.
      "
    `)
  })

  test('explain as JSON, and of an address that is not there', async () => {
    await workspace.write('design.yaml', DESIGN)
    const json = await workspace.meshform('explain', 'traffic.backend', '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({
      address: 'traffic.backend',
      objects: [{ kind: 'DestinationRule' }, { kind: 'VirtualService', namespace: 'shop', name: 'backend', cluster: 'sandbox' }],
    })
    const missed = await workspace.meshform('explain', 'traffic.backnd')
    expect(missed.exitCode).toBe(1)
    expect(missed.stdout).toBe('')
    expect(missed.stderr).toContain('Did you mean "traffic.backend"?')
  })

  test('explain of what a mesh cannot do says so', async () => {
    await workspace.write('design.yaml', DESIGN.replace('provider: istio', 'provider: smi'))
    const refused = await workspace.meshform('explain', 'traffic.backend')
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toContain('MF3001')
  })

  test('providers shows the matrix, one mesh, and both as data', async () => {
    const matrix = await workspace.meshform('providers')
    expect(matrix.stdout).toMatch(/^traffic\.split .*●/m)
    const istio = await workspace.meshform('providers', 'show', 'istio')
    expect(istio.stdout).toContain('what it can do: Istio ambient')
    expect(istio.stdout).toContain('webhooks[*].clientConfig.caBundle')
    expect(istio.stdout).toContain('what is applied before what')
    const json: unknown = JSON.parse((await workspace.meshform('providers', 'show', 'istio', '--json')).stdout)
    expect(json).toMatchObject({
      name: 'istio',
      capabilities: { 'traffic.split': { level: 'yes' } },
      modes: { ambient: { capabilities: { 'traffic.tcp': { level: 'partial' } } } },
      rules: { ignore: expect.any(Array) },
    })
    expect((await workspace.meshform('providers', 'show', 'istio', '--markdown')).stdout).toMatch(/^# Istio\n/)
    expect((await workspace.meshform('providers', '--markdown')).stdout).toMatch(/^# Meshes and what they can do\n/)
  })

  test('providers list has a line for each mesh and mode', async () => {
    const { stdout } = await workspace.meshform('providers', 'list')
    expect(stdout).toMatch(/^linkerd +Linkerd +active +edge-\S+ +\d+ of \d+$/m)
    expect(stdout).toMatch(/^osm +Open Service Mesh +archived +/m)
    const json: unknown = JSON.parse((await workspace.meshform('providers', 'list', '--json')).stdout)
    expect(json).toContainEqual(expect.objectContaining({ name: 'linkerd', status: 'active' }))
  })

  test.each([80, 50])('one mesh in %i columns: no line is longer, and nothing is left out', (width) => {
    const { provider } = findProvider('istio')
    if (provider === undefined) throw new Error('no provider istio')
    const lines = terminalDetail(provider, { colors: picocolors.createColors(false), width }).split('\n')
    // A single word may be longer than a narrow terminal is wide; what has spaces is broken.
    expect(lines.slice(1).filter((line) => line.startsWith(' ') && line.length > width && line.trim().includes(' '))).toEqual([])
    for (const feature of FEATURE_NAMES) expect(lines.some((line) => line.includes(` ${feature}`))).toBe(true)
  })

  test('providers show of a mesh that is not known names the nearest', async () => {
    const { stderr, exitCode } = await workspace.meshform('providers', 'show', 'istoi')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('Did you mean "istio"?')
  })
})
