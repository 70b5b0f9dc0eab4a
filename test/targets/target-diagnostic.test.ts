import { expect, test } from 'vitest'
import { TARGET_CODES } from '../../src/targets/codes.ts'
import type { TargetError } from '../../src/targets/contract.ts'
import { targetDiagnostic } from '../../src/targets/error-diagnostics.ts'
import { renderDiagnostics } from '../../src/views/terminal/diagnostics.ts'
import { styleFor } from '../../src/views/terminal/style.ts'

type Errors = { readonly [Kind in TargetError['kind']]: readonly Extract<TargetError, { readonly kind: Kind }>[] }

/** What servers and kubeconfigs say; the type asks for a new one as soon as there is a new kind. */
const ERRORS: Errors = {
  conflict: [
    {
      kind: 'conflict',
      message: 'Apply failed with 1 conflict',
      conflicts: [{ field: '.data.a', manager: 'kubectl', message: 'conflict with "kubectl"' }],
    },
    { kind: 'conflict', message: 'the object has been modified', conflicts: [] },
  ],
  invalid: [
    { kind: 'invalid', message: 'is invalid', causes: [{ field: 'data.a', message: 'Invalid value: 1' }] },
    { kind: 'invalid', message: 'admission webhook "policy.example.org" denied the request: no latest tags', causes: [] },
  ],
  immutable: [{ kind: 'immutable', message: 'field is immutable', causes: [{ field: 'data', message: 'field is immutable' }] }],
  'not-served': [{ kind: 'not-served', message: 'the server could not find the requested resource' }],
  'group-silent': [{ kind: 'group-silent', group: 'metrics.k8s.io/v1beta1', message: 'it does not answer' }],
  'not-found': [
    { kind: 'not-found', message: 'configmaps "a" not found' },
    { kind: 'not-found', message: 'namespaces "shop" not found' },
  ],
  'already-exists': [{ kind: 'already-exists', message: 'object is being deleted: configmaps "a" already exists' }],
  unauthorized: [{ kind: 'unauthorized', message: 'Unauthorized' }],
  credentials: [
    { kind: 'credentials', message: 'the credential plugin aws-iam-authenticator is not installed' },
    { kind: 'credentials', message: '`client-key` names /home/ann/key.pem, which does not exist' },
  ],
  kubeconfig: [
    { kind: 'kubeconfig', problem: 'no-context', message: 'no such context', context: 'kind-eats', contexts: ['kind-east'] },
    { kind: 'kubeconfig', problem: 'no-current-context', message: 'none is current', context: undefined, contexts: [] },
    { kind: 'kubeconfig', problem: 'unreadable', message: 'no such file', context: undefined, contexts: [] },
    { kind: 'kubeconfig', problem: 'incomplete', message: 'cluster kind-east has no server', context: undefined, contexts: [] },
  ],
  forbidden: [
    { kind: 'forbidden', message: 'User "jane" cannot patch resource "configmaps" in API group "" in the namespace "shop"' },
    { kind: 'forbidden', message: 'exceeded quota: small, requested: pods=1' },
    { kind: 'forbidden', message: 'namespace shop is being terminated', cause: 'NamespaceTerminating' },
    { kind: 'forbidden', message: 'no' },
  ],
  unreachable: [
    { kind: 'unreachable', message: 'connect ECONNREFUSED 10.0.0.1:6443', code: 'ECONNREFUSED' },
    { kind: 'unreachable', message: 'certificate has expired', code: 'CERT_HAS_EXPIRED' },
    { kind: 'unreachable', message: 'something before the API server answers with status 503: nginx', code: 'HTTP_503' },
  ],
  throttled: [{ kind: 'throttled', message: 'too many requests' }],
  timeout: [{ kind: 'timeout', message: 'no answer after 30 s' }],
  aborted: [{ kind: 'aborted', message: 'aborted' }],
  other: [
    { kind: 'other', message: 'etcdserver: no leader', status: 500 },
    { kind: 'other', message: 'failed calling webhook "validation.istio.io": connection refused', status: 500 },
  ],
}

const diagnostics = Object.values(ERRORS)
  .flat()
  .map((error: TargetError) =>
    targetDiagnostic(error, {
      verb: 'apply',
      kind: error.kind === 'kubeconfig' || error.kind === 'unreachable' ? 'cluster' : 'ConfigMap',
      cluster: 'east',
      key: { cluster: 'east', group: '', kind: 'ConfigMap', namespace: 'shop', name: 'a' },
      address: 'resources.a',
      location: { file: 'shop.yaml', line: 8, column: 3 },
    }),
  )

/** Warnings are told by the engine, which goes on: test/engine/run-refusals.test.ts, test/engine/cluster-warnings.test.ts. */
const ELSEWHERE = ['MF5020', 'MF5021', 'MF5022', 'MF5024']

test('every code of the table is what some answer comes to', () => {
  const told = new Set([...diagnostics.map(({ code }) => code), ...ELSEWHERE])
  expect([...told].sort()).toEqual(Object.keys(TARGET_CODES).sort())
})

test('each says what was refused, why, and what to do', () => {
  expect(renderDiagnostics(diagnostics, styleFor({}, {}), () => undefined)).toMatchSnapshot()
})
