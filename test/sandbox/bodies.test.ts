import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isJsonObject, type JsonValue } from '../../src/plan/json.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { openSandbox, request } from './sandbox-requests.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await openSandbox()
})
afterAll(() => sandbox.close())

const json = { 'content-type': 'application/json' }
const deployments = '/apis/apps/v1/namespaces/default/deployments'
const maps = '/api/v1/namespaces/default/configmaps'

function deployment(replicas: string, ofContainer = ''): string {
  const template = `{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"nginx:1.25"${ofContainer}}]}}`
  const spec = `{"replicas":${replicas},"selector":{"matchLabels":{"a":"b"}},"template":${template}}`
  return `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":${spec}}`
}

const misread = (given: string, field: string): string =>
  `Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal ${given} into Go struct field ${field} of type int32`

test.each([
  ['1.0', 'number 1.0'],
  ['1e3', 'number 1e3'],
  ['99999999999999999999', 'number 99999999999999999999'],
  ['3000000000', 'number 3000000000'],
  ['"x"', 'string'],
])('%s is no integer of 32 bits', async (replicas, given) => {
  const { status, body } = await request(sandbox, 'POST', `${deployments}?dryRun=All`, deployment(replicas), json)
  expect([status, body.message]).toEqual([400, misread(given, 'DeploymentSpec.spec.replicas')])
})

test('numbers that may have a fraction are taken as they are, ports may not', async () => {
  const whole = deployment('1', ',"resources":{"limits":{"cpu":1.5}}')
  expect((await request(sandbox, 'POST', `${deployments}?dryRun=All`, whole, json)).status).toBe(201)
  const port = deployment('1', ',"livenessProbe":{"httpGet":{"port":80.5}}')
  const refused = await request(sandbox, 'POST', `${deployments}?dryRun=All`, port, json)
  const field = 'HTTPGetAction.spec.template.spec.containers.livenessProbe.httpGet.port'
  expect(refused.body.message).toBe(misread('number 80.5', field))
})

test('whole numbers of custom objects keep all 64 bits, wherever they are shown, compared and kept', async () => {
  const group = 'numbers.example.org'
  const spec = {
    type: 'object',
    properties: {
      a: { type: 'string' },
      i: { type: 'integer' },
      m: { type: 'integer', multipleOf: 2 },
      n: { type: 'number', maximum: 2e6 },
    },
    'x-kubernetes-preserve-unknown-fields': true,
    'x-kubernetes-validations': [{ rule: '!has(self.i) || self.i != 9007199254740993', message: 'unlucky' }],
  }
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } }
  const names = { kind: 'Whole', plural: 'wholes', singular: 'whole', listKind: 'WholeList' }
  const columns = [{ name: 'I', type: 'integer', jsonPath: '.spec.i' }]
  const version = { name: 'v1', served: true, storage: true, schema, additionalPrinterColumns: columns }
  const definition = { metadata: { name: `wholes.${group}` }, spec: { group, names, scope: 'Namespaced', versions: [version] } }
  await request(sandbox, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)
  const path = `/apis/${group}/v1/namespaces/default/wholes`
  const whole = (text: string): string => `{"apiVersion":"${group}/v1","kind":"Whole","metadata":{"name":"a"},"spec":${text}}`
  const textOf = async (method: 'GET' | 'POST' | 'PATCH', at: string, type: string, body?: string): Promise<string> => {
    const headers = { 'content-type': type, accept: type === 'application/yaml' ? type : 'application/json' }
    const answer = await sandbox.handle({ method, path: at, headers, ...(body === undefined ? {} : { body }) })
    return answer.kind === 'answer' ? answer.text() : ''
  }
  const largest = '9223372036854775807'
  expect(await textOf('POST', path, 'application/json', whole(`{"i":${largest},"x":[-9223372036854775808,1e3]}`))).toContain(
    `"spec":{"i":${largest},"x":[-9223372036854775808,1000]}`,
  )
  expect(await textOf('GET', path, 'application/yaml')).toContain(`i: ${largest}\n`)
  const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }
  const shown = await sandbox.handle({ method: 'GET', path, headers: table })
  expect(shown.kind === 'answer' && shown.text()).toContain(`"cells":["a",${largest}]`)
  const patch = 'application/json-patch+json'
  const tested = `[{"op":"test","path":"/spec/i","value":${largest}},{"op":"add","path":"/spec/y","value":9007199254740995}]`
  expect(await textOf('PATCH', `${path}/a`, patch, tested)).toContain('"y":9007199254740995')
  const refusal = async (text: string): Promise<unknown> => (await request(sandbox, 'POST', path, whole(text), json)).body.message
  expect(await refusal('{"i":9007199254740993}')).toMatch(/unlucky$/)
  expect(await refusal('{"m":9007199254740993}')).toContain(
    'Invalid value: 9007199254740993: spec.m in body should be a multiple of 2',
  )
  expect(await refusal('{"n":2500000.5}')).toContain(
    'Invalid value: 2.5000005e+06: spec.n in body should be less than or equal to 2e+06',
  )
  expect(await refusal('{"a":9007199254740993}')).toContain('spec.a in body must be of type string: "integer"')
})

/** A kind with two versions, of which the second knows a field more. */
async function bodyKind(group: string): Promise<string> {
  const version = (name: string, storage: boolean, more: object): object => {
    const spec = {
      type: 'object',
      properties: { i: { type: 'integer' }, n: { type: 'integer' }, t: { type: 'string' }, f: { type: 'number' }, ...more },
    }
    const openAPIV3Schema = { type: 'object', properties: { spec } }
    const subresources = { scale: { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n' } }
    return { name, served: true, storage, schema: { openAPIV3Schema }, subresources }
  }
  const names = { plural: 'bodies', singular: 'body', kind: 'Body', listKind: 'BodyList' }
  await request(sandbox, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `bodies.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names,
      versions: [version('v1', true, {}), version('v2', false, { more: { type: 'string' } })] as unknown as JsonValue,
    },
  })
  return `/apis/${group}/v1/namespaces/default/bodies`
}

test('a custom object is read by the schema of its own version before it is refused', async () => {
  const path = await bodyKind('versions.example.org')
  const post = async (apiVersion: string, kind: string, query: string): Promise<unknown[]> => {
    const body = { apiVersion, kind, metadata: { name: 'a' }, spec: { more: 'x', bogus: 1 } }
    const answer = await request(sandbox, 'POST', `${path}?${query}`, body, json)
    return [answer.warning, answer.body.message]
  }
  const mismatch = (given: string): string =>
    `the API version in the data (${given}) does not match the expected API version (versions.example.org/v1)`
  const unknown = (field: string): string => `299 - "unknown field \\"${field}\\""`
  expect(await post('versions.example.org/v2', 'Body', '')).toEqual([unknown('spec.bogus'), mismatch('versions.example.org/v2')])
  expect(await post('versions.example.org/v9', 'Body', '')).toEqual([unknown('spec'), mismatch('versions.example.org/v9')])
  expect(await post('other.example.org/v1', 'Body', '')).toEqual([undefined, mismatch('other.example.org/v1')])
  expect(await post('versions.example.org/v2', 'Body', 'fieldValidation=Strict')).toEqual([
    undefined,
    'Body in version "v2" cannot be handled as a Body: strict decoding error: unknown field "spec.bogus"',
  ])
  const nameless = '{"metadata":{"name":"a"}}'
  const refused = await request(sandbox, 'POST', `${path}?fieldValidation=Ignore`, nameless, json)
  expect(refused.body.message).toBe(`Body in version "v1" cannot be handled as a Body: Object 'Kind' is missing in '${nameless}'`)
})

test.each([
  ['{"kind":5}', 422, /json: cannot unmarshal number into Go struct field \.kind of type string$/],
  ['{"kind":""}', 422, /: Object 'Kind' is missing in '\{/],
  ['{"apiVersion":"a/b/c"}', 422, /: unexpected GroupVersion string: a\/b\/c$/],
  ['{"apiVersion":null}', 500, /^Internal error occurred: Object 'apiVersion' is missing in 'object has no apiVersion field'$/],
  ['{"kind":"Other"}', 422, /^Other\.types\.example\.org "a" is invalid: kind: Invalid value: "Other": must be Body$/],
])('a patch that leaves no custom object of its type is refused: %s', async (patch, status, message) => {
  const path = await bodyKind('types.example.org')
  await request(sandbox, 'POST', path, { apiVersion: 'types.example.org/v1', kind: 'Body', metadata: { name: 'a' } })
  const type = { 'content-type': 'application/merge-patch+json' }
  const answer = await request(sandbox, 'PATCH', `${path}/a`, patch, type)
  expect([answer.status, answer.body.message]).toEqual([status, expect.stringMatching(message)])
})

test('no text is taken for a number, and numbers are read and refused as Go does', async () => {
  const path = await bodyKind('numbers.example.org')
  const text = (spec: string): string =>
    `{"apiVersion":"numbers.example.org/v1","kind":"Body","metadata":{"generateName":"a-"},"spec":${spec}}`
  const told = async (spec: string, type = 'application/json'): Promise<unknown> => {
    const { body } = await request(sandbox, 'POST', path, text(spec), { 'content-type': type })
    return body.message ?? body.spec
  }
  expect(await told('{"i":9007199254740993,"f":0.5}')).toMatchObject({ f: 0.5 })
  for (const start of ['\\u0000', '\\ud800']) {
    expect(await told(`{"i":"${start}number 5"}`)).toContain('spec.i in body must be of type integer: "string"')
    expect(await told(`{"t":"${start}number 5"}`)).toEqual({ t: start === '\\ud800' ? '\ufffdnumber 5' : '\0number 5' })
  }
  expect(await told('{"t":"\\ud83d\\ude00\\udc00\\\\ud800"}')).toEqual({ t: '\u{1f600}\ufffd\\ud800' })
  expect(await told('{"f":1e400}')).toBe(
    'Body in version "v1" cannot be handled as a Body: json: cannot unmarshal number 1e400 into Go value of type float64',
  )
  const yaml = 'application/yaml'
  expect(await told('{"i": -0o17, "f": 0B11}', yaml)).toEqual({ i: -15, f: 3 })
  expect(await told('{"t": 1e400}', yaml)).toEqual({ t: '1e400' })
  expect(await told('{"t": "\\ud83d\\ude00"}', yaml)).toContain('yaml: found invalid Unicode character escape code')
  expect(await told('{"t": \'\\ud83d\'}', yaml)).toEqual({ t: '\\ud83d' })
})

test('a body that is nested too deep is refused, as JSON, as YAML and as what a patch makes', async () => {
  const path = await bodyKind('deep.example.org')
  const told = async (body: string, type: string): Promise<unknown> =>
    (await request(sandbox, 'POST', path, body, { 'content-type': type })).body.message
  const brackets = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const refusal = (levels: number): string => `the body is nested deeper than the ${levels} levels that the sandbox reads`
  expect(await told(brackets(1001), 'application/json')).toBe(refusal(1000))
  expect(await told(brackets(10_001), 'application/json')).toContain("invalid character '[' exceeded max depth")
  expect(await told(brackets(251), 'application/yaml')).toBe(refusal(250))
  expect(await told(`${'- '.repeat(251)}a`, 'application/yaml')).toBe(refusal(250))
  const made = await request(sandbox, 'POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'deep' } })
  expect(made.status).toBe(201)
  const inner = `${'{"a":'.repeat(990)}{}${'}'.repeat(990)}`
  const operations = `[{"op":"add","path":"/data","value":${inner}},{"op":"add","path":"/data${'/a'.repeat(990)}/a","value":${inner}}]`
  const patch = { 'content-type': 'application/json-patch+json' }
  expect((await request(sandbox, 'PATCH', `${maps}/deep`, operations, patch)).body.message).toBe(refusal(1000))
})

test('of the scale of a custom object only a PUT says by its uid which object it means', async () => {
  const path = await bodyKind('scale.example.org')
  await request(sandbox, 'POST', path, {
    apiVersion: 'scale.example.org/v1',
    kind: 'Body',
    metadata: { name: 'a' },
    spec: { i: 1 },
  })
  const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'a', uid: 'x' }, spec: { replicas: 2 } }
  const put = await request(sandbox, 'PUT', `${path}/a/scale`, scale, json)
  expect([put.status, put.body.message]).toEqual([409, expect.stringContaining('UID in precondition: x, UID in object meta: ')])
  const merge = { 'content-type': 'application/merge-patch+json' }
  expect((await request(sandbox, 'PATCH', `${path}/a/scale`, scale, merge)).body.spec).toEqual({ replicas: 2 })
})

test('an apply, a deletion and a watch take from custom objects what a real server takes', async () => {
  const path = await bodyKind('takes.example.org')
  const object = (managedFields: JsonValue): JsonValue => ({
    apiVersion: 'takes.example.org/v1',
    kind: 'Body',
    metadata: { name: 'a', managedFields },
    spec: { i: 1 },
  })
  const applied = async (managedFields: JsonValue): Promise<unknown> => {
    const headers = { 'content-type': 'application/apply-patch+yaml' }
    const { status, body } = await request(sandbox, 'PATCH', `${path}/a?fieldManager=x`, object(managedFields), headers)
    return body.message ?? status
  }
  const untyped = 'failed to create typed patch object (/a; takes.example.org/v1, Kind=Body): .metadata.managedFields'
  expect(await applied('x')).toBe(`${untyped}: expected list, got &{x}`)
  expect(await applied([5])).toBe(`${untyped}[0]: expected map, got &{5}`)
  expect(await applied([])).toBe('metadata.managedFields must be nil')
  expect(await applied([null])).toBe(201)
  for (const at of [`${path}/a?resourceVersion=1`, `${path}?resourceVersion=0`]) {
    const { status, body } = await request(sandbox, 'DELETE', at)
    expect([status, String(body.message)]).toEqual([409, expect.stringContaining('the ResourceVersion in the precondition (')])
  }
  const late = await sandbox.handle({ method: 'GET', path: `${path}?resourceVersion=99999999` })
  expect([late.status, late.headers['retry-after']]).toEqual([504, '1'])
  const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'
  const watch = await sandbox.handle({ method: 'GET', path: `${path}?watch=1`, headers: { accept } })
  const events: unknown[] = []
  if (watch.kind === 'stream') for await (const event of watch.events) events.push(event)
  expect([watch.kind, events]).toEqual(['stream', []])
})

test('what is too large for a write, a message or a request is refused in the words of each', async () => {
  const large = async (length: number): Promise<unknown> => {
    const body = deployment('1', `,"env":[{"name":"A","value":"${'z'.repeat(length)}"}]`)
    return (await request(sandbox, 'POST', deployments, body, json)).body.message
  }
  expect(await large(1_600_000)).toBe('etcdserver: request is too large')
  expect(await large(2_200_000)).toMatch(/^rpc error: code = ResourceExhausted desc = trying to send message larger than max \(/)
  expect(await large(3_200_000)).toBe('Request entity too large: limit is 3145728')
})

test('a patch that makes no object is shown with its keys in order where it touched them', async () => {
  await request(sandbox, 'POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { x: '1' } })
  const type = { 'content-type': 'application/merge-patch+json' }
  const { body } = await request(sandbox, 'PATCH', `${maps}/a`, '{"data":{"x":1}}', type)
  const start =
    ' "" is invalid: patch: Invalid value: "{\\"apiVersion\\":\\"v1\\",\\"data\\":{\\"x\\":1},\\"kind\\":\\"ConfigMap\\",\\"metadata\\":{\\"name\\":'
  expect(String(body.message).slice(0, start.length)).toBe(start)
})

test.each([
  [`${maps}?fieldSelector=metadata.name%3Da%5Cx`, 'invalid field selector: invalid escape sequence: \\x'],
  [`${maps}?fieldSelector=metadata.name%3Da%3Db`, 'invalid field selector: unescaped character in value: 61'],
  ['/api/v1/nodes?fieldSelector=metadata.namespace%3Da', 'field label not supported: metadata.namespace'],
  ['/apis/apps/v9/deployments', 'the server could not find the requested resource'],
])('%s is refused', async (path, message) => {
  expect((await request(sandbox, 'GET', path)).body.message).toBe(message)
})

test('a list that can no longer go on as it began tells from where it may go on anyhow', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'meshform-lists-'))
  const first = await Sandbox.open({ directory })
  for (const name of ['a', 'b', 'c']) {
    await request(first, 'POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
  }
  const page = await request(first, 'GET', `${maps}?limit=1`)
  const next = (metadata: JsonValue | undefined): string => (isJsonObject(metadata) ? String(metadata.continue) : '')
  await request(first, 'DELETE', `${maps}/c`)
  await first.close()
  const again = await Sandbox.open({ directory })
  const refused = await request(again, 'GET', `${maps}?limit=5&continue=${next(page.body.metadata)}`)
  expect([refused.status, refused.body.reason]).toEqual([410, 'Expired'])
  const rest = await request(again, 'GET', `${maps}?limit=5&continue=${next(refused.body.metadata)}`)
  const names = Array.isArray(rest.body.items) ? rest.body.items.filter(isJsonObject).map(({ metadata }) => metadata) : []
  expect(names[0]).toMatchObject({ name: 'b' })
  expect(names).not.toContainEqual(expect.objectContaining({ name: 'c' }))
  await again.close()
  await rm(directory, { recursive: true, force: true })
})
