import { canonical, SHOP } from '../design-fixture.ts'
import type { FeatureCase } from './feature-cases.ts'

/** Whole designs that people write: each is valid on a mesh, or refused for what that mesh cannot do. */
export const PATTERN_CASES = {
  'canary with timeout, retries, strict mutual TLS and one caller': {
    ...withoutMesh(canonical({ provider: 'istio' })),
    mesh: { mtls: 'strict' },
  },
  'header-routed canary with mirroring': {
    traffic: {
      backend: {
        workload: 'backend',
        routes: [
          { name: 'testers', match: [{ headers: { 'x-canary': { exact: 'always' } } }], to: { v2: 100 } },
          { name: 'everyone', to: { v1: 100 }, mirror: { to: 'v2', percent: 10 } },
        ],
      },
    },
  },
  'fault injection with a percentage': {
    traffic: {
      backend: {
        workload: 'backend',
        routes: [
          {
            match: [{ headers: { 'x-chaos': { exact: 'on' } } }],
            to: { v1: 100 },
            fault: { delay: { duration: '3s', percent: 50 }, abort: { status: 503, percent: 12.5 } },
          },
          { to: { v1: 100 } },
        ],
      },
    },
  },
  'egress to an external host': {
    gateways: {
      out: {
        mesh: 'mesh',
        direction: 'egress',
        namespace: 'egress',
        listeners: [{ port: 443, protocol: 'tls', hosts: ['payments.example.org'] }],
      },
    },
    external: {
      payments: {
        mesh: 'mesh',
        namespace: 'shop',
        hosts: ['payments.example.org'],
        ports: [{ port: 443, protocol: 'tls' }],
        via: 'gateways.out',
      },
      status: { mesh: 'mesh', namespace: 'shop', hosts: ['status.example.org'], ports: [{ port: 443 }] },
    },
  },
  'deny by default with three allows': {
    workloads: {
      ...SHOP,
      worker: { mesh: 'mesh', namespace: 'shop', image: 'example.invalid/worker:1', ports: [{ name: 'http', port: 8080 }] },
    },
    authorization: {
      backend: {
        workload: 'backend',
        default: 'deny',
        allow: [
          { from: ['workloads.frontend'], methods: ['GET'], paths: ['/reviews/*'] },
          { from: ['workloads.worker'], methods: ['POST'], paths: ['/jobs'] },
          { from: ['namespace/monitoring'], paths: ['/metrics'] },
        ],
      },
    },
  },
  'rate limit per client': {
    traffic: { backend: { workload: 'backend', rateLimit: { requests: 60, per: 'minute', by: { client: true } } } },
  },
  'a policy for everything': {
    mesh: { mtls: 'strict', telemetry: { metrics: true, accessLogs: true } },
    traffic: {
      backend: {
        workload: 'backend',
        routes: [
          {
            match: [{ path: { prefix: '/api' }, methods: ['GET'] }],
            to: { v1: 50, v2: 50 },
            timeout: '2s',
            retries: { attempts: 2, on: ['5xx'] },
            rewrite: { prefix: '/v1' },
            headers: { request: { set: { 'x-env': 'test' } } },
          },
          { to: { v1: 100 } },
        ],
        circuitBreaker: { maxConnections: 100, outlier: { consecutiveErrors: 5, interval: '10s', ejectFor: '30s' } },
        loadBalancing: { policy: 'round-robin' },
      },
    },
    authorization: {
      backend: { workload: 'backend', allow: [{ from: ['workloads.frontend'] }], deny: [{ paths: ['/admin/*'] }] },
    },
  },
} as const satisfies { readonly [name: string]: FeatureCase }

function withoutMesh({ meshes: _meshes, ...sections }: ReturnType<typeof canonical>): FeatureCase {
  return sections
}
