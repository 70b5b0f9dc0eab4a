import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { JsonObject } from '../../src/plan/json.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { openSandbox, request } from './sandbox-requests.ts'

const registration = '/apis/admissionregistration.k8s.io/v1'
const configMaps = '/api/v1/namespaces/default/configmaps'
const merge = { 'content-type': 'application/merge-patch+json' }

/** A policy on ConfigMaps and what binds it. */
async function bound(sandbox: Sandbox, policy: JsonObject, binding: JsonObject = {}): Promise<void> {
  const resourceRules = [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['configmaps'] },
  ]
  const made = await request(sandbox, 'POST', `${registration}/validatingadmissionpolicies`, {
    metadata: { name: 'p' },
    spec: { matchConstraints: { resourceRules }, ...policy },
  })
  expect(made.body.message).toBeUndefined()
  const { status } = await request(sandbox, 'POST', `${registration}/validatingadmissionpolicybindings`, {
    metadata: { name: 'b' },
    spec: { policyName: 'p', validationActions: ['Deny'], ...binding },
  })
  expect(status).toBe(201)
}

test('what a bound policy denies is refused in its words', async () => {
  const sandbox = await openSandbox()
  await bound(sandbox, { validations: [{ expression: "object == null || object.data.size() < 2 || request.name == 'free'" }] })
  const message =
    "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: object == null || object.data.size() < 2 || request.name == 'free'"
  const data = { a: '1', b: '2' }
  expect((await request(sandbox, 'POST', configMaps, { metadata: { name: 'many' }, data })).body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `configmaps "many" is forbidden: ${message}`,
    reason: 'Invalid',
    details: { name: 'many', kind: 'configmaps', causes: [{ message }] },
    code: 422,
  })
  expect((await request(sandbox, 'POST', configMaps, { metadata: { name: 'free' }, data })).status).toBe(201)
  expect((await request(sandbox, 'POST', configMaps, { metadata: { name: 'few' }, data: { a: '1' } })).status).toBe(201)
  expect((await request(sandbox, 'PATCH', `${configMaps}/few`, { data }, merge)).status).toBe(422)
  expect((await request(sandbox, 'PATCH', `${configMaps}/few?dryRun=All`, { data }, merge)).status).toBe(422)
  expect((await request(sandbox, 'DELETE', `${configMaps}/few`)).status).toBe(200)
  await sandbox.close()
})

test('variables, conditions, messages, reasons and parameters count', async () => {
  const sandbox = await openSandbox()
  await request(sandbox, 'POST', configMaps, { metadata: { name: 'limits' }, data: { most: '1' } })
  await bound(
    sandbox,
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConditions: [{ name: 'not-limits', expression: "request.name != 'limits'" }],
      variables: [{ name: 'most', expression: 'int(params.data.most)' }],
      validations: [
        {
          expression: 'oldObject == null || object == null || object.data.size() <= variables.most',
          messageExpression: "'at most ' + string(variables.most) + ' keys in ' + object.metadata.name",
          reason: 'Forbidden',
        },
      ],
    },
    { paramRef: { name: 'limits', namespace: 'default', parameterNotFoundAction: 'Deny' } },
  )
  await request(sandbox, 'POST', configMaps, { metadata: { name: 'a' } })
  const refused = await request(sandbox, 'PATCH', `${configMaps}/a`, { data: { b: '1', c: '2' } }, merge)
  expect([refused.status, refused.body.reason, refused.body.message]).toEqual([
    403,
    'Forbidden',
    `configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: at most 1 keys in a`,
  ])
  await request(sandbox, 'DELETE', `${configMaps}/limits`)
  expect((await request(sandbox, 'PATCH', `${configMaps}/a`, { data: { b: '1' } }, merge)).body.message).toBe(
    `configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
  )
  await sandbox.close()
})

/** What of an expression only a request can tell is let through. */
test.each<readonly [string, JsonObject, string]>([
  [
    'a name that means nothing',
    { validations: [{ expression: 'foo == 1' }] },
    "spec.validations[0].expression: Invalid value: \"foo == 1\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo == 1\n | ^",
  ],
  [
    'parameters of no kind',
    { validations: [{ expression: 'params.x' }] },
    "spec.validations[0].expression: Invalid value: \"params.x\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params.x\n | ^",
  ],
  [
    'a validation that is no yes or no',
    { validations: [{ expression: 'size(object.data)' }] },
    'spec.validations[0].expression: Invalid value: "size(object.data)": must evaluate to bool but got int',
  ],
  [
    'a variable that comes later',
    {
      variables: [
        { name: 'a', expression: 'variables.b' },
        { name: 'b', expression: '1' },
      ],
      validations: [{ expression: 'true' }],
    },
    'spec.variables[0].expression: Invalid value: "variables.b": compilation failed: ERROR: <input>:1:10: undefined field \'b\'\n | variables.b\n | .........^',
  ],
])('%s is refused with the policy', async (_what, policy, message) => {
  const sandbox = await openSandbox()
  const resourceRules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
  const { body } = await request(sandbox, 'POST', `${registration}/validatingadmissionpolicies`, {
    metadata: { name: 'p' },
    spec: { matchConstraints: { resourceRules }, ...policy },
  })
  expect(body.message).toBe(`ValidatingAdmissionPolicy.admissionregistration.k8s.io "p" is invalid: ${message}`)
  await sandbox.close()
})

test('a binding may only warn, and speak of some namespaces', async () => {
  const sandbox = await openSandbox()
  await request(sandbox, 'POST', '/api/v1/namespaces', { metadata: { name: 'strict', labels: { strict: 'yes' } } })
  await bound(
    sandbox,
    { validations: [{ expression: 'has(object.data)', message: 'no data' }] },
    { validationActions: ['Warn'], matchResources: { namespaceSelector: { matchLabels: { strict: 'yes' } } } },
  )
  expect((await request(sandbox, 'POST', configMaps, { metadata: { name: 'a' } })).warning).toBeUndefined()
  const warned = await request(sandbox, 'POST', '/api/v1/namespaces/strict/configmaps', { metadata: { name: 'a' } })
  expect([warned.status, warned.warning]).toEqual([
    201,
    `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': no data"`,
  ])
  await sandbox.close()
})

test('the guard of the Gateway API keeps its experimental channel from taking the place of the standard one', async () => {
  const sandbox = await openSandbox()
  const file = join(import.meta.dirname, '../fixtures/crds/gateway-api-standard/gateway.networking.k8s.io_vap_safeupgrades.yaml')
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
    const object = document.toJS() as { readonly kind: string }
    const plural = object.kind.endsWith('Binding') ? 'validatingadmissionpolicybindings' : 'validatingadmissionpolicies'
    expect((await request(sandbox, 'POST', `${registration}/${plural}`, object)).status).toBe(201)
  }
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const annotations = (channel: string, version: string): JsonObject => ({
    'api-approved.kubernetes.io': 'https://example.org',
    'gateway.networking.k8s.io/bundle-version': version,
    'gateway.networking.k8s.io/channel': channel,
  })
  const definition = (channel: string, version = 'v1.6.1'): JsonObject => ({
    metadata: { name: 'things.gateway.networking.k8s.io', annotations: annotations(channel, version) },
    spec: {
      group: 'gateway.networking.k8s.io',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  })
  const old = await request(sandbox, 'POST', path, definition('standard', 'v1.4.0'))
  expect([old.status, old.body.message]).toEqual([422, expect.stringContaining('Installing CRDs with version before v1.5.0')])
  expect((await request(sandbox, 'POST', path, definition('standard'))).status).toBe(201)
  const changed = await request(
    sandbox,
    'PATCH',
    `${path}/things.gateway.networking.k8s.io`,
    { metadata: { annotations: annotations('experimental', 'v1.6.1') } },
    merge,
  )
  expect([changed.status, changed.body.reason, changed.body.message]).toEqual([
    422,
    'Invalid',
    expect.stringContaining('Installing experimental CRDs on top of standard channel CRDs is prohibited by default.'),
  ])
  await sandbox.close()
})

test('the authorizer allows everything, with and without the resource of the request', async () => {
  const sandbox = await openSandbox()
  const asked = "authorizer.group('').resource('secrets').namespace('default').check('get')"
  await bound(sandbox, {
    validations: [
      { expression: `${asked}.allowed() && !${asked}.errored()` },
      {
        expression: "authorizer.requestResource.check('create').allowed() && authorizer.path('/healthz').check('get').allowed()",
      },
      { expression: `object.metadata.name != 'b' || !${asked}.allowed()`, message: 'may see secrets' },
    ],
  })
  expect((await request(sandbox, 'POST', configMaps, { metadata: { name: 'a' } })).status).toBe(201)
  const refused = await request(sandbox, 'POST', configMaps, { metadata: { name: 'b' } })
  expect([refused.status, String(refused.body.message)]).toEqual([
    422,
    expect.stringContaining('denied request: may see secrets'),
  ])
  await sandbox.close()
})
