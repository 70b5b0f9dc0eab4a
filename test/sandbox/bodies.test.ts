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
