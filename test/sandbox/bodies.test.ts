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
