/** Fields that a mesh takes once and for all: what its webhook would refuse at the apply is planned as a replacement, or refused. */
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { groupOf, type Manifest } from '../../src/plan/manifest.ts'
import type { Candidate } from '../../src/planner/assess.ts'
import { unchangeableFields } from '../../src/planner/unchangeable-fields.ts'
import { meshProviders } from '../../src/providers/registry.ts'
import { errorOfResponse } from '../../src/targets/kubernetes/status-error.ts'
import { newProject } from './command-runner.ts'

function design(spec: string, more = '', kind = 'VirtualNode'): string {
  return `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
resources:
  definition:
    manifest:
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: ${kind.toLowerCase()}s.appmesh.k8s.aws}
      spec:
        group: appmesh.k8s.aws
        scope: Cluster
        names: {kind: ${kind}, plural: ${kind.toLowerCase()}s}
        versions:
          - name: v1beta2
            served: true
            storage: true
            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
  it: {${more}manifest: {apiVersion: appmesh.k8s.aws/v1beta2, kind: ${kind}, metadata: {name: it}, spec: ${spec}}}
`
}

const APP_MESH = 'appmesh.k8s.aws/v1beta2'
const CONSUL = 'consul.hashicorp.com/v1alpha1'
const KUMA = 'kuma.io/v1alpha1'

/** What the rules make of an object that is there as `before` and wanted as `after`. */
function becomes(apiVersion: string, kind: string, before: JsonObject, after: JsonObject): string {
  const group = groupOf(apiVersion)
  const manifest = (spec: JsonObject): Manifest => ({ apiVersion, kind, metadata: { name: 'it' }, spec })
  const origin = { file: 'shop.yaml', line: 1, column: 1 }
  const desired = {
    id: 'it',
    key: { cluster: '', group, kind, namespace: '', name: 'it' },
    manifest: manifest(after),
    ignore: [],
  }
  const candidate = {
    kind: 'update',
    desired: { ...desired, address: 'resources.it', origin, originOf: () => origin },
    recorded: { desired: manifest(before) },
    live: manifest(before),
  } as unknown as Candidate
  const { answers, diagnostics } = unchangeableFields([candidate], meshProviders.values())
  expect(diagnostics.every(({ hint, location }) => hint !== undefined && location?.line === 1)).toBe(true)
  return answers.get('it')?.kind ?? diagnostics.map(({ code }) => code).join()
}

test.each<[string, string, JsonObject, JsonObject, string]>([
  [APP_MESH, 'VirtualNode', { awsName: 'a' }, { awsName: 'b' }, 'immutable'],
  [APP_MESH, 'VirtualNode', {}, { awsName: 'b' }, 'immutable'],
  [APP_MESH, 'VirtualNode', { awsName: 'a' }, { awsName: 'a', listeners: [] }, ''],
  [APP_MESH, 'VirtualNode', { serviceDiscovery: { awsCloudMap: { n: 1 } } }, {}, 'immutable'],
  [APP_MESH, 'VirtualNode', {}, { serviceDiscovery: { awsCloudMap: { n: 1 } } }, ''],
  [APP_MESH, 'GatewayRoute', { virtualGatewayRef: { name: 'a', uid: '1' } }, { virtualGatewayRef: { name: 'b' } }, 'immutable'],
  [APP_MESH, 'GatewayRoute', { virtualGatewayRef: { name: 'a', uid: '1' } }, { virtualGatewayRef: { name: 'a' } }, ''],
  [APP_MESH, 'Mesh', { awsName: 'a' }, { awsName: 'b' }, 'MF2038'],
  [CONSUL, 'ServiceIntentions', { destination: { name: 'a' } }, { destination: { name: 'b' } }, 'immutable'],
  [CONSUL, 'ServiceIntentions', { destination: { name: 'a' } }, { destination: { name: 'a' }, sources: [] }, ''],
  [KUMA, 'Mesh', { mtls: { enabledBackend: 'a' } }, { mtls: { enabledBackend: 'b' } }, 'MF2038'],
  [KUMA, 'Mesh', {}, { mtls: { enabledBackend: 'b' } }, ''],
  [KUMA, 'Mesh', { mtls: { enabledBackend: 'a' } }, {}, ''],
])('%s %s from %j to %j', (api, kind, before, after, answer) => {
  expect(becomes(api, kind, before, after)).toBe(answer)
})

test('such an object is made anew by the apply, unless it is protected; what the design ignores is no change', async () => {
  const project = await newProject({ 'shop.yaml': design('{awsName: a}') })
  await project.meshform('apply', '--yes')
  await project.write('shop.yaml', design('{awsName: b}', 'lifecycle: {protect: true}, '))
  expect((await project.meshform('plan')).err).toContain('protect')
  await project.write('shop.yaml', design('{awsName: b}', 'lifecycle: {ignoreChanges: [spec.awsName]}, '))
  expect((await project.meshform('plan')).out).not.toContain('awsName: b')
  await project.write('shop.yaml', design('{awsName: b}'))
  expect((await project.meshform('apply', '--yes')).out).toContain("spec.awsName can't be changed: the resource in AWS")
  expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
})

test('where making it anew would not do either, the change is refused', async () => {
  const project = await newProject({ 'shop.yaml': design('{awsName: a}', '', 'Mesh') })
  await project.meshform('apply', '--yes')
  await project.write('shop.yaml', design('{awsName: b}', '', 'Mesh'))
  const { code, err } = await project.meshform('plan')
  expect(code).toBe(1)
  expect(err).toMatchInlineSnapshot(`
    "error spec.awsName of Mesh it can't be changed [MF2038]
    │ shop.yaml:19:106  resources.it
    │ 19 │   it: {manifest: {apiVersion: appmesh.k8s.aws/v1beta2, kind: Mesh, metadata: {name: it}, spec: {awsName: b}}}
    │    │                                                                                                          ^
    │ AWS App Mesh refuses that: everything of the mesh in AWS belongs to that name.
    │ → Leave the name, or make another mesh beside this one (\`settings: {meshName: ...}\`) and move the workloads over.

    "
  `)
})

/** As controllers of meshes answer: App Mesh's with 403, that of Consul with 400. */
test.each([
  [
    403,
    'admission webhook "vvirtualnode.appmesh.k8s.aws" denied the request: VirtualNode update may not change these fields: spec.awsName',
  ],
  [
    400,
    'admission webhook "mutate-serviceintentions.consul.hashicorp.com" denied the request: spec.destination.name and spec.destination.namespace are immutable fields for ServiceIntentions',
  ],
])('a webhook that answers %i and means a field that stays is understood so', (status, message) => {
  const body = { kind: 'Status', status: 'Failure', message, reason: 'Forbidden', code: status }
  const response = { status, headers: {}, json: () => body, text: () => JSON.stringify(body), bytes: () => new Uint8Array() }
  expect(errorOfResponse(response as never)).toMatchObject({ kind: 'immutable', message })
})
