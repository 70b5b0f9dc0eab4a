import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeWorkspace, type Workspace } from '../../engine/mesh/run-command.ts'
import { startFakeConsul } from './fake-consul.ts'
import { findConsul, startAgent } from './real-agent.ts'

const design = (address: string, version: string, weight: number) => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
clusters:
  vms: {consul: {address: "${address}"}}
meshes:
  consul:
    provider: consul-vm
    cluster: vms
    version: ${version}
    settings: {instances: [{workload: backend, version: v1}, {workload: backend, version: v2, port: 8081}]}
workloads:
  frontend: {mesh: consul, cluster: vms, image: example.invalid/frontend:1, ports: [{name: http, port: 8080}]}
  backend:
    mesh: consul
    cluster: vms
    image: example.invalid/backend:1
    ports: [{name: http, port: 8080}]
    versions: {v1: {}, v2: {}}
traffic:
  backend:
    workload: backend
    routes: [{to: {v1: ${100 - weight}, v2: ${weight}}, timeout: 2s, retries: {attempts: 3, on: [5xx]}}]
authorization:
  backend: {workload: backend, allow: [{from: [workloads.frontend]}]}
`

/** A design of virtual machines, from the first plan to nothing left. */
function lives(title: string, version: string, start: () => Promise<{ readonly address: string; stop(): Promise<void> }>): void {
  describe(title, () => {
    let address: string
    let stop: () => Promise<void>
    let workspace: Workspace
    const ask = async (path: string) => (await fetch(`${address}${path}`)).json()
    const plan = async () => {
      const { stdout, exitCode } = await workspace.meshform('plan', '-f', 'design.yaml', '--detailed-exitcode')
      return { last: stdout.trimEnd().split('\n').at(-1), stdout, exitCode }
    }
    beforeAll(async () => {
      const server = await start()
      address = server.address
      stop = server.stop
      workspace = makeWorkspace()
      await workspace.write('design.yaml', design(address, version, 10))
    }, 60_000)
    afterAll(async () => {
      workspace.remove()
      await stop()
    })

    test('a server that exists tells its version, and a design that needs more is refused', async () => {
      const existing = (asked: string) =>
        design(address, version, 25)
          .replace(`version: ${version}`, `existing: true${asked}`)
          .replace('{name: shop}', '{name: other}')
      await workspace.write('existing.yaml', existing(''))
      const plain = await workspace.meshform('plan', '-f', 'existing.yaml')
      // Before 1.14 retries name statuses.
      expect(plain.stdout.includes('RetryOnStatusCodes')).toBe(version.startsWith('1.8'))
      expect(plain.stdout).not.toContain('+ proxy-defaults')
      await workspace.write('existing.yaml', existing('\n    version: 9.0.0'))
      const refused = await workspace.meshform('plan', '-f', 'existing.yaml')
      expect(refused.exitCode).toBe(1)
      expect(refused.stderr + refused.stdout).toContain('MF4102')
    })

    test('is planned, applied, and then as designed', async () => {
      expect(await plan()).toMatchObject({ last: 'Plan: 9 to create.', exitCode: 2 })
      const applied = await workspace.meshform('apply', '-f', 'design.yaml', '--yes')
      expect(applied.exitCode, applied.stderr).toBe(0)
      expect(await plan()).toMatchObject({ last: 'No changes. 9 objects as designed.', exitCode: 0 })
      const splitter: unknown = await ask('/v1/config/service-splitter/backend')
      expect(splitter).toMatchObject({
        Splits: [
          { Weight: 90, ServiceSubset: 'v1' },
          { Weight: 10, ServiceSubset: 'v2' },
        ],
      })
      expect(Object.keys((await ask('/v1/agent/services')) as object).sort()).toEqual(
        ['backend-v1', 'backend-v1-sidecar-proxy', 'backend-v2', 'backend-v2-sidecar-proxy'].sort(),
      )
    })

    test('a change and a drift are told apart', async () => {
      await fetch(`${address}/v1/config`, {
        method: 'PUT',
        body: JSON.stringify({ Kind: 'service-defaults', Name: 'frontend', Protocol: 'grpc' }),
      })
      await workspace.write('design.yaml', design(address, version, 25))
      const { stdout, last } = await plan()
      expect(last).toBe('Plan: 2 to change; 7 unchanged.')
      expect(stdout).toContain('1 object changed outside since the last apply')
      expect(stdout).toContain('spec.Splits[1].Weight: 10 → 25')
      expect(stdout).toContain('spec.Protocol: grpc → http')
      const applied = await workspace.meshform('apply', '-f', 'design.yaml', '--yes')
      expect(applied.exitCode, applied.stderr).toBe(0)
      expect(await plan()).toMatchObject({ last: 'No changes. 9 objects as designed.' })
    })

    test('destroy leaves nothing', async () => {
      const destroyed = await workspace.meshform('destroy', '-f', 'design.yaml', '--yes')
      expect(destroyed.exitCode, destroyed.stderr).toBe(0)
      for (const kind of ['service-splitter', 'service-router', 'service-resolver', 'service-defaults', 'proxy-defaults']) {
        expect(await ask(`/v1/config/${kind}`), kind).toEqual([])
      }
      expect(await ask('/v1/agent/services')).toEqual({})
    })
  })
}

lives('a design on a fake of Consul 2.0', '2.0.3', async () => {
  const fake = await startFakeConsul({ version: '2.0.3' })
  return { address: fake.address, stop: () => fake.close() }
})

const binary = findConsul()
if (binary === undefined) {
  process.stderr.write('No consul binary: designs are not tried on a real agent; scripts/fetch-consul.sh unpacks one.\n')
} else {
  // The binary of scripts/fetch-consul.sh is 1.8, whose entries every later server takes too.
  lives('a design on a real agent', '1.8.7', () => startAgent(binary))
}
