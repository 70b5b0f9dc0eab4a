import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { statePlace } from '../../src/cli/state-address.ts'
import { startHttpStateServer } from '../state/backends/http-state-server.ts'
import { newProject } from './command-runner.ts'

const MAP = '{manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default}, data: {a: "1"}}}'

function design(state: string): string {
  return `apiVersion: meshform.dev/v1\nkind: Design\nmetadata: {name: shop}\n${state}\nresources:\n  a: ${MAP}\n`
}

describe('a state that is kept elsewhere', () => {
  test('is found by whoever reads the design, on any machine', async () => {
    const server = await startHttpStateServer()
    const text = design(`state: {address: "${server.url}/states"}`)
    const first = await newProject({ 'shop.yaml': text })
    expect((await first.meshform('apply', '--yes')).code).toBe(0)
    const locks = () => server.requests.filter((request) => request.startsWith('LOCK'))
    const locked = locks()
    const second = await newProject({ 'shop.yaml': text })
    expect((await second.meshform('state', 'list')).out).toMatchInlineSnapshot(`
      "resources.a  ConfigMap default/a  sandbox
      "
    `)
    expect((await second.meshform('state', 'history')).out).toContain('1 create')
    expect((await second.meshform('state', 'list', '--state', './elsewhere')).err).toContain('Nothing is recorded')
    // Whoever only looks takes no lock.
    expect(new Set(locked)).toEqual(new Set(['LOCK /states/default/shop']))
    expect(locks()).toEqual(locked)
    expect((await second.meshform('workspace', 'list')).err).toContain('has no list of states')
  })

  test('that must be encrypted is not written without a key', async () => {
    const project = await newProject({ 'shop.yaml': design('state: {address: ./states, encrypted: true}') })
    expect(await project.meshform('apply', '--yes')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "error Invalid state settings [MF8009]
      │ shop.yaml:4:18
      │ 4 │ state: {address: ./states, encrypted: true}
      │   │                  ^
      │ The design says that its state is encrypted: set MESHFORM_STATE_KEY or MESHFORM_STATE_PASSPHRASE.

      ",
        "out": "",
      }
    `)
    const keyed = project.with({ env: { MESHFORM_STATE_KEY: 'nonsense' } })
    expect((await keyed('apply', '--yes')).err).toContain('MESHFORM_STATE_KEY: An encryption key is 64 hex digits')
  })

  test('and a cluster, by a kubeconfig that the design names, are found beside the design', async () => {
    const kubeconfig = JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:9' } }],
      contexts: [{ name: 'c', context: { cluster: 'c' } }],
    })
    const clusters = 'clusters: {east: {context: c, kubeconfig: access.json}}'
    const state = 'state: {address: "kubernetes://c/default?kubeconfig=access.json"}'
    const project = await newProject({})
    await mkdir(join(project.folder, 'mesh'))
    await project.write('mesh/shop.yaml', design(`${clusters}\n${state}`))
    await project.write('mesh/access.json', kubeconfig)
    const unreachable = 'connect ECONNREFUSED 127.0.0.1:9'
    const run = project.with({ env: {} })
    expect((await run('plan', '-f', 'mesh')).err).toContain(`The state in http://127.0.0.1:9: ${unreachable}`)
    expect((await run('plan', '-f', 'mesh/shop.yaml', '--state', 'here')).err).toContain(unreachable)
    expect((await run('plan', '-f', 'mesh', '--state', 'kubernetes://c/default?kubeconfig=access.json')).err).toContain(
      'access.json does not exist',
    )
  })

  test('that can not be reached stops the run before anything is done', async () => {
    const project = await newProject({ 'shop.yaml': design('') })
    const { code, err } = await project.meshform('apply', '--yes', '--state', 'postgres://127.0.0.1:1/none')
    expect([code, err]).toEqual([1, expect.stringContaining('MF8014')])
    expect((await project.meshform('state', 'list')).err).toContain('Nothing is recorded')
    const missing = await project.meshform('state', 'list', '--state', 'postgres://db.example.org/x?sslrootcert=none.pem')
    expect(missing.err).toContain('The certificate of sslrootcert can not be read')
    const context = await project.meshform('state', 'list', '--state', 'kubernetes://nowhere/meshform')
    expect([context.code, context.err]).toEqual([1, expect.stringContaining('MF8009')])
  })
})

test('a sandbox whose folder can not be made is said at once, with what to do', async () => {
  const project = await newProject({ 'shop.yaml': design('') })
  const { code, err } = await project.with({ env: { MESHFORM_SANDBOX: join(project.folder, 'shop.yaml/sandbox') } })('plan')
  expect(code).toBe(1)
  expect(err).toContain("error Cluster sandbox can't be reached [MF5001]")
  expect(err.replace(/\s+│?\s*/g, ' ')).toContain('ENOTDIR: not a directory')
  expect(err.replace(/\s+│?\s*/g, ' ')).toContain('MESHFORM_SANDBOX names another folder for it.')
})

describe('the address of a state', () => {
  const io = (env: Readonly<Record<string, string>>) => ({
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env,
    signal: new AbortController().signal,
    cwd: '/project',
    setExitCode: () => {},
  })
  const placeOf = (address: string, env: Readonly<Record<string, string>> = {}) => {
    const place = statePlace(io(env), { address, settings: undefined, directory: '.', context: undefined })
    return place.ok ? place.value : place.error.message
  }

  test.each([
    ['states'],
    ['https://host/states'],
    ['postgres://ann@db/app?schema=team'],
    ['kubernetes://kind-east/meshform'],
    ['kubernetes:///meshform?context=arn:aws:eks:eu-central-1:1:cluster/east'],
    ['s3://bucket/team/states?region=eu-central-1'],
    ['s3://bucket?endpoint=https://minio.example.org'],
    ['gcs://bucket/team/states'],
    ['gs://bucket?endpoint=http://127.0.0.1:4443'],
    ['gcs://B'],
    ['azurerm://shop/states/team'],
    ['azurerm://devstoreaccount1/states?endpoint=http://127.0.0.1:10000/devstoreaccount1'],
    ['azurerm://shop'],
    ['consul://consul.example.org:8501/team?scheme=https&datacenter=east'],
    ['consul:///'],
    ['consul://a b/x'],
    ['oss://states/team?region=cn-hangzhou'],
    ['oss://states?region=cn-hangzhou&endpoint=https://oss-cn-hangzhou-internal.aliyuncs.com'],
    ['oss://states?region=cn-hangzhou&endpoint=http://example.org'],
    ['oss://states'],
    ['oss://S'],
    ['cos://states-1250000000/team?region=ap-guangzhou'],
    ['cos://states-1250000000?region=ap.evil.example'],
    ['cos://states?region=ap-guangzhou'],
    ['ocistore://tenancy/States/team?region=us-phoenix-1'],
    ['ocistore://tenancy/states?endpoint=https://objectstorage.us-gov-ashburn-1.oraclegovcloud.com'],
    ['ocistore://tenancy'],
    ['oci://tenancy/states'],
    ['ftp://host'],
    ['kubernetes://kind-east'],
    ['s3://bucket/x'],
    ['s3://B'],
  ])('%s', (address) => {
    expect(placeOf(address)).toMatchSnapshot()
  })

  test('takes the variables of each store’s own tools', () => {
    expect(placeOf('gcs://bucket', { STORAGE_EMULATOR_HOST: '127.0.0.1:4443' })).toMatchObject({
      settings: { endpoint: 'http://127.0.0.1:4443' },
    })
    expect(placeOf('azurerm://shop/states', { ARM_ENVIRONMENT: 'china' })).toMatchObject({
      settings: { endpoint: 'https://shop.blob.core.chinacloudapi.cn' },
    })
    expect(placeOf('azurerm://shop/states', { ARM_ENVIRONMENT: 'moon' })).toContain('public, usgovernment, china')
    expect(
      placeOf('oss://states', { ALICLOUD_REGION: 'cn-hangzhou', OSS_ENDPOINT: 'oss-cn-hangzhou-internal.aliyuncs.com' }),
    ).toMatchObject({
      settings: { region: 'cn-hangzhou', endpoint: 'https://oss-cn-hangzhou-internal.aliyuncs.com' },
    })
    expect(placeOf('cos://states-1250000000', { TENCENTCLOUD_REGION: 'ap-guangzhou' })).toMatchObject({
      settings: { endpoint: 'https://cos.ap-guangzhou.myqcloud.com' },
    })
    expect(placeOf('consul:///x', { CONSUL_HTTP_ADDR: 'https://consul.example.org' })).toMatchObject({
      settings: { address: 'https://consul.example.org', prefix: 'x' },
    })
    expect(placeOf('consul://host:8501', { CONSUL_HTTP_SSL: 'true', CONSUL_NAMESPACE: 'team' })).toMatchObject({
      settings: { address: 'https://host:8501', namespace: 'team' },
    })
  })

  test('takes Terraform’s variables for the protocol that it shares', () => {
    const env = { TF_HTTP_LOCK_ADDRESS: 'https://host/lock', TF_HTTP_LOCK_METHOD: 'POST', MESHFORM_HTTP_LOCK_EXPIRY: '30m' }
    expect(placeOf('https://host/states', env)).toMatchObject({
      settings: { lockAddress: 'https://host/lock', lockMethod: 'POST', lockExpiryMs: 1_800_000 },
    })
    expect(placeOf('https://host/states', { MESHFORM_HTTP_LOCK_EXPIRY: 'soon' })).toContain('such as 30m')
  })
})

test('what is wrong with a place is told where it is named, in the design or by an option; a key is nobody’s place', async () => {
  const project = await newProject({
    'shop.yaml': `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
state:
  encrypted: false
  address: ftp://nowhere
clusters:
  east: {context: nowhere, kubeconfig: ./none}
resources:
  a: {cluster: east, manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}}
`,
  })
  const told = async (env: Readonly<Record<string, string>>, ...argv: readonly string[]) => {
    const { err } = await project.with({ env })(...argv)
    return err.split('\n').filter((line) => /^(error|│ shop)|that of/.test(line))
  }
  expect(await told({}, 'plan')).toMatchInlineSnapshot(`
    [
      "error Invalid state settings [MF8009]",
      "│ shop.yaml:6:12",
    ]
  `)
  expect(await told({}, 'state', 'list', '--state', 'zip://x')).toMatchInlineSnapshot(`
    [
      "error Invalid state settings [MF8009]",
      "│ cos://BUCKET-APPID/PREFIX, ocistore://NAMESPACE/BUCKET/PREFIX or consul://HOST:PORT/PREFIX. The place is that of",
    ]
  `)
  expect(await told({ MESHFORM_STATE_KEY: 'short' }, 'output', '--state', './here')).toMatchInlineSnapshot(`
    [
      "error Invalid state settings [MF8009]",
    ]
  `)
  expect(await told({}, 'plan', '--state', './here')).toMatchInlineSnapshot(`
    [
      "error Cluster east: the kubeconfig can't be used [MF5007]",
      "│ shop.yaml:8:3",
    ]
  `)
})

test('whoever only looks at the state, or takes a lock away, gives no inputs, unless the place of the state is made of them', async () => {
  const text = (state: string) => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
inputs: {pw: {type: string, sensitive: true}}
resources:
  a: {manifest: {apiVersion: v1, kind: Secret, metadata: {name: a, namespace: default}, stringData: {pw: "\${inputs.pw}"}}}
outputs: {here: {value: yes it is}}
${state}
`
  const project = await newProject({ 'shop.yaml': text('') })
  expect(await project.meshform('apply', '--yes', '--input', 'pw=correct-horse')).toMatchObject({ code: 0 })
  for (const argv of [['state', 'list'], ['state', 'history'], ['state', 'pull'], ['output'], ['workspace', 'list']]) {
    expect(await project.meshform(...argv)).toMatchObject({ code: 0, err: '' })
  }
  expect((await project.meshform('force-unlock', 'none')).err).toContain('MF8010')
  expect((await project.meshform('plan')).err).toContain('MF1501')
  await project.write('shop.yaml', text('state: {address: "./${inputs.pw}"}'))
  expect((await project.meshform('state', 'list')).err).toContain('MF1501')
  expect(await project.meshform('state', 'list', '--state', '.meshform/state')).toMatchObject({ code: 0 })
  await project.write('shop.yaml', `${text('')}nonsense: 1\n`)
  expect((await project.meshform('state', 'list')).err).toContain('nonsense')
})
