import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { jsonAnswer, type SandboxRequest, type SandboxResponse } from '../../src/sandbox/api/exchange.ts'
import { startTestServer, type TestServer } from '../sandbox/served.ts'
import { Project } from './project.ts'

// What users may do is decided here, in RBAC's words; the sandbox itself lets its one user do everything.
let server: TestServer
let project: Project
let mayDo: (verb: string, namespace: string | undefined, resource: string) => boolean = () => true
const wire = ['-f', 'design.yaml', '--context', 'team', '--kubeconfig', 'kubeconfig']

const design = (value: string) => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: rights, version: 1.0.0}
resources:
  one: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: team}, data: {key: ${value}}}}
  two: {manifest: {apiVersion: v1, kind: ServiceAccount, metadata: {name: two, namespace: team}}}
`

beforeAll(async () => {
  server = await startTestServer()
  const { sandbox, served } = server
  const { handle } = sandbox
  sandbox.handle = (request) => {
    const denied = request.headers?.['user-agent']?.startsWith('meshform') === true ? denial(request) : undefined
    return denied === undefined ? handle.call(sandbox, request) : Promise.resolve(denied)
  }
  await sandbox.handle({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'team' } } })
  project = new Project({ 'design.yaml': design('first') })
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'team', cluster: { server: served.url } }],
    users: [{ name: 'team', user: { token: served.token } }],
    contexts: [{ name: 'team', context: { cluster: 'team', user: 'team' } }],
  }
  project.write({ kubeconfig: JSON.stringify(kubeconfig) })
})

afterAll(async () => {
  project.dispose()
  await server.end()
})

afterEach(() => {
  mayDo = () => true
})

function denial(request: SandboxRequest): SandboxResponse | undefined {
  const [path = '', query = ''] = request.path.split('?')
  const match = /^\/api\/v1(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+))?$/.exec(path)
  if (match === null) return undefined
  const [, inside, resource = '', name] = match
  const namespace = resource === 'namespaces' ? name : inside
  const reading = name !== undefined ? 'get' : query.includes('watch=') ? 'watch' : 'list'
  const verb = request.method === 'GET' ? reading : request.method.toLowerCase()
  if (mayDo(verb, namespace, resource)) return undefined
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const message = `${resource} is forbidden: User "dev" cannot ${verb} resource "${resource}" in API group "" ${where}`
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Forbidden', code: 403, message }
  return jsonAnswer(403, status)
}

describe.sequential('those who may not do everything', () => {
  test('plan without the right to patch, told that it is approximate', async () => {
    mayDo = (verb) => verb !== 'patch'
    const plan = await project.run(['plan', ...wire])
    expect(plan).toMatchObject({ code: 0 })
    expect(plan.stdout).toContain('ConfigMap team/one  (approximate: it may not be patched)')
    expect(plan.stdout).toContain('Plan: 2 to create.')
    expect(plan.stderr).toContain('May be read and not patched: configmaps in team, serviceaccounts in team.')
    const applied = await project.run(['apply', ...wire, '--yes'])
    expect(applied).toMatchObject({ code: 1 })
    expect(applied.stderr).toContain('"dev" may not patch configmaps in namespace team on cluster team')
  })

  test.each([
    ['inside one namespace', (_verb: string, namespace: string | undefined) => namespace === 'team'],
    [
      'without looking at the namespace',
      (_: string, namespace: string | undefined, kind: string) => namespace === 'team' && kind !== 'namespaces',
    ],
    ['without lists', (verb: string, namespace: string | undefined) => namespace === 'team' && verb !== 'list'],
  ])('apply, plan and destroy %s', async (_, rule) => {
    mayDo = rule
    project.write({ 'design.yaml': design('first') })
    expect(await project.run(['apply', ...wire, '--yes'])).toMatchObject({ code: 0 })
    project.write({ 'design.yaml': design('second') })
    expect((await project.run(['plan', ...wire])).stdout).toContain('data.key: first → second')
    expect(await project.run(['destroy', ...wire, '--yes'])).toMatchObject({ code: 0 })
  })

  test('who may not even read is told which right is missing', async () => {
    mayDo = (verb) => verb === 'patch'
    const { code, stderr } = await project.run(['plan', ...wire])
    expect(code).toBe(1)
    expect(stderr).toContain('"dev" may not get configmaps in namespace team on cluster team [MF5005]')
    expect(stderr).toContain('`kubectl auth can-i get configmaps -n team`')
  })
})
