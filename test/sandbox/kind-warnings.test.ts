import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { openSandbox, request } from './sandbox-requests.ts'

/** What is told of a request beside its answer, one by one. */
async function warningsOf(path: string, body?: JsonObject): Promise<readonly string[]> {
  const answer = await request(sandbox, body === undefined ? 'GET' : 'POST', path, body)
  expect(answer.status).toBeLessThan(300)
  const header = answer.warning ?? ''
  return [...header.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'))
}

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await openSandbox()
})
afterAll(() => sandbox.close())

const core = '/api/v1/namespaces/default'
const named = { name: 'x' }
const pem = (text: string): string => Buffer.from(text).toString('base64')
const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'

function tls(certificate: string, secretKey: string): JsonObject {
  return { metadata: named, type: 'kubernetes.io/tls', data: { 'tls.crt': pem(certificate), 'tls.key': pem(secretKey) } }
}

function service(spec: JsonObject): JsonObject {
  return { metadata: named, spec: { ports: [{ port: 80 }], ...spec } }
}

const dryRun = '?dryRun=All'
const cases: readonly (readonly [name: string, path: string, body: JsonObject, warnings: readonly string[]])[] = [
  ['a certificate that is none', `${core}/secrets`, tls('x', 'y'), ['tls: failed to find any PEM data in certificate input']],
  [
    'a key for a certificate',
    `${core}/secrets`,
    tls(key, key),
    [
      'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
    ],
  ],
  ['a key that is none', `${core}/secrets`, tls(broken, 'y'), ['tls: failed to find any PEM data in key input']],
  [
    'a certificate for a key',
    `${core}/secrets`,
    tls(broken, broken),
    ['tls: found a certificate rather than a key in the PEM for the private key'],
  ],
  ['a certificate that can not be read', `${core}/secrets`, tls(broken, key), ['x509: malformed certificate']],
  [
    'external addresses',
    `${core}/services`,
    service({ externalIPs: ['1.2.3.4', '2001:DB8::1'] }),
    [
      'spec.externalIPs[1]: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
      'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
    ],
  ],
  [
    'what a headless service ignores',
    `${core}/services`,
    service({ clusterIP: 'None', sessionAffinity: 'ClientIP', externalIPs: ['1.2.3.4'] }),
    ['spec.externalIPs is ignored for headless services', 'spec.SessionAffinity is ignored for headless services'],
  ],
  [
    'traffic that stays close',
    `${core}/services`,
    service({ trafficDistribution: 'PreferClose' }),
    ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'],
  ],
  [
    'half a byte',
    `${core}/persistentvolumeclaims`,
    { metadata: named, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '500m' } } } },
    ['spec.resources.requests[storage]: fractional byte value "500m" is invalid, must be an integer'],
  ],
  [
    'recycled volumes',
    '/api/v1/persistentvolumes',
    {
      metadata: named,
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        hostPath: { path: '/x' },
        persistentVolumeReclaimPolicy: 'Recycle',
      },
    },
    [
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    ],
  ],
  [
    'blocks of a network policy',
    '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
    { metadata: named, spec: { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr: 'FD00:0::/8' } }] }] } },
    ['spec.egress[0].to[0].ipBlock.cidr: IPv6 CIDR value "FD00:0::/8" should be in RFC 5952 canonical format ("fd00::/8")'],
  ],
]

test.each(cases)('%s: warned of as a server of 1.36 does', async (_name, path, body, warnings) => {
  expect(await warningsOf(path + dryRun, body)).toEqual(warnings)
})

test('endpoints are deprecated, whatever is asked of them', async () => {
  const deprecated = 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'
  expect(await warningsOf(`${core}/endpoints`)).toEqual([deprecated])
  expect(await warningsOf(`${core}/endpoints/kubernetes`)).toEqual([deprecated])
  expect(await warningsOf(`${core}/endpoints`, { metadata: named, subsets: [] })).toEqual([deprecated])
})

test('addresses with leading zeros, and blocks with more bits than their prefix has, are refused', async () => {
  const refused = async (path: string, body: JsonObject): Promise<string> => {
    const answer = await request(sandbox, 'POST', path, body)
    return String(answer.body.message)
  }
  expect(await refused(`${core}/services`, service({ externalIPs: ['010.1.2.3'] }))).toBe(
    'Service "x" is invalid: spec.externalIPs[0]: Invalid value: "010.1.2.3": must not have leading 0s',
  )
  expect(await refused(`${core}/services`, service({ externalIPs: ['::ffff:1.2.3.4'] }))).toBe(
    'Service "x" is invalid: spec.externalIPs[0]: Invalid value: "::ffff:1.2.3.4": must not be an IPv4-mapped IPv6 address',
  )
  const policy = { metadata: named, spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.5/8' } }] }] } }
  expect(await refused('/apis/networking.k8s.io/v1/namespaces/default/networkpolicies', policy)).toBe(
    'NetworkPolicy.networking.k8s.io "x" is invalid: spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.5/8": must not have bits set beyond the prefix length',
  )
})

test('an update of a role is looked at twice', async () => {
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles'
  const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]
  await request(sandbox, 'POST', path, { metadata: { name: 'twice' }, rules })
  const wrong = { metadata: { name: 'twice' }, rules: [{ apiGroups: [''], resources: ['pods'] }] }
  const { body } = await request(sandbox, 'PUT', `${path}/twice`, wrong)
  const cause = {
    reason: 'FieldValueRequired',
    message: 'Required value: verbs must contain at least one value',
    field: 'rules[0].verbs',
  }
  expect(body.details).toMatchObject({ causes: [cause, cause] })
})

test('of the secrets of an account only names are kept', async () => {
  const body = { metadata: { name: 'robot' }, secrets: [{ name: 'a', namespace: 'other', uid: 'u' }] }
  const answer = await request(sandbox, 'POST', `${core}/serviceaccounts`, body)
  expect(answer.body.secrets).toEqual([{ name: 'a' }])
})
