import { expect } from 'vitest'
import { only } from '../design-fixture.ts'
import type { Conformance, ExpectedObject } from './conform.ts'

const NAMESPACE = 'k8s:io.kubernetes.pod.namespace'
const PORTS = [{ port: '8080', protocol: 'TCP' }]
const FRONTEND = { matchLabels: { app: 'frontend' } }

/** The policy on the backend's pods. */
const policy = (spec: object): readonly ExpectedObject[] => [
  {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: { name: 'rules', namespace: 'shop' },
    spec: { endpointSelector: { matchLabels: { app: 'backend' } }, ...spec },
  },
]
const from = (endpoint: object) => policy({ ingress: [{ fromEndpoints: [endpoint], toPorts: [{ ports: PORTS }] }] })
const requests = (http: readonly object[]) =>
  policy({ ingress: [{ fromEndpoints: [FRONTEND], toPorts: [{ ports: PORTS, rules: { http } }] }] })

const egress = (more: readonly object[]): readonly ExpectedObject[] => [
  {
    kind: 'CiliumNetworkPolicy',
    metadata: { name: 'api-egress', namespace: 'shop' },
    spec: {
      endpointSelector: {},
      egress: [
        {
          toEndpoints: [{ matchLabels: { [NAMESPACE]: 'kube-system', 'k8s:k8s-app': 'kube-dns' } }],
          toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }], rules: { dns: [{ matchPattern: '*' }] } }],
        },
        { toFQDNs: [{ matchName: 'api.example.org' }], toPorts: [{ ports: [{ port: '443', protocol: 'TCP' }] }] },
        ...more,
      ],
      enableDefaultDeny: { egress: false },
    },
  },
]

/** What Cilium must say, whichever way it shapes traffic. */
export const CILIUM_MEANING: Conformance['meaning'] = {
  'onboarding.namespace': ({ manifests }) => {
    expect(manifests.find(({ kind }) => kind === 'Namespace')?.metadata).toEqual({ name: 'shop' })
  },
  'loadBalancing.failover': [
    {
      kind: 'Service',
      metadata: {
        name: 'backend',
        annotations: { 'service.cilium.io/global': 'true', 'service.cilium.io/affinity': 'local' },
      },
    },
  ],
  'mtls.strict': [
    { kind: 'Namespace', metadata: { name: 'shop', labels: { 'io.cilium/mtls-enabled': 'true' } } },
    {
      kind: 'CiliumNetworkPolicy',
      metadata: { name: 'backend-authenticated', namespace: 'shop' },
      spec: {
        endpointSelector: { matchLabels: { app: 'backend' } },
        ingress: [
          {
            fromEndpoints: [{ matchExpressions: [{ key: NAMESPACE, operator: 'Exists' }] }],
            authentication: { mode: 'required' },
          },
        ],
      },
    },
  ],
  'mtls.permissive': ({ manifests }) => expect(manifests.some(({ kind }) => kind === 'CiliumNetworkPolicy')).toBe(false),
  'mtls.disable': ({ manifests }) => expect(manifests.some(({ kind }) => kind === 'CiliumNetworkPolicy')).toBe(false),
  'authorization.allow': from(FRONTEND),
  'authorization.deny': policy({
    ingressDeny: [{ fromEndpoints: [FRONTEND], toPorts: [{ ports: PORTS }] }],
    enableDefaultDeny: { ingress: false },
  }),
  'authorization.denyByDefault': (run) => {
    expect(only(run, 'CiliumNetworkPolicy').spec).toEqual({
      endpointSelector: { matchLabels: { app: 'backend' } },
      ingress: [{}],
    })
  },
  'authorization.methods': requests([{ method: 'GET' }, { method: 'HEAD' }]),
  'authorization.paths': requests([{ path: '/reviews/.*' }, { path: '/health(\\?.*)?' }]),
  'authorization.hosts': requests([{ host: 'backend\\.shop(:[0-9]+)?' }]),
  'authorization.headers': requests([{ headers: ['x-team: shop'] }]),
  'authorization.ports': from(FRONTEND),
  'authorization.namespace': from({ matchLabels: { [NAMESPACE]: 'ops' } }),
  'authorization.principal': from({ matchLabels: { 'io.cilium.k8s.policy.serviceaccount': 'deployer', [NAMESPACE]: 'ops' } }),
  'authorization.authenticated': policy({
    ingress: [
      {
        fromEndpoints: [{ matchExpressions: [{ key: NAMESPACE, operator: 'Exists' }] }],
        authentication: { mode: 'required' },
        toPorts: [{ ports: PORTS }],
      },
    ],
  }),
  'authorization.ipBlock': policy({ ingress: [{ fromCIDR: ['10.1.0.0/16'], toPorts: [{ ports: PORTS }] }] }),
  'authorization.wide': (run) => {
    expect(only(run, 'CiliumNetworkPolicy')).toMatchObject({
      metadata: { name: 'rules', namespace: 'shop' },
      spec: { endpointSelector: {}, ingress: [{ fromEndpoints: [FRONTEND] }] },
    })
  },
  'gateway.egress': [
    {
      kind: 'CiliumEgressGatewayPolicy',
      metadata: { name: 'shop-api-via-out' },
      spec: {
        selectors: [{ podSelector: { matchLabels: { 'io.kubernetes.pod.namespace': 'shop' } } }],
        destinationCIDRs: ['0.0.0.0/0'],
        egressGateway: { nodeSelector: { matchLabels: { 'meshform.dev/egress': 'true' } } },
      },
    },
  ],
  'external.hosts': egress([]),
  'external.addresses': egress([{ toCIDR: ['203.0.113.7/32'], toPorts: [{ ports: [{ port: '443', protocol: 'TCP' }] }] }]),
  'telemetry.metrics': ({ diagnostics }) => expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['MF3002']),
  'install.charts': ({ install }) => {
    expect(install.charts.map(({ name, namespace }) => ({ name, namespace }))).toEqual([
      { name: 'cilium', namespace: 'kube-system' },
    ])
    expect(install.charts[0]?.values).toMatchObject({ kubeProxyReplacement: true, gatewayAPI: { enabled: true } })
    expect(install.controlPlane.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
      'DaemonSet/cilium',
      'Deployment/cilium-operator',
      'DaemonSet/cilium-envoy',
    ])
  },
}
