import { expect } from 'vitest'
import type { Conformance } from './conform.ts'
import { gatewayMeaning, routeMeaning } from './route-meaning.ts'

const {
  'traffic.retries': _retries,
  'traffic.retries.perTry': _perTry,
  'traffic.retries.backoff': _backoff,
  'traffic.retries.connection': _connection,
  'traffic.retries.status': _status,
  ...standardRoutes
} = routeMeaning()

const extension = (targets: readonly object[], more: object) => [
  { apiVersion: 'gateway.envoyproxy.io/v1alpha1', kind: 'EnvoyExtensionPolicy', spec: { targetRefs: targets, ...more } },
]
const WASM = {
  wasm: [{ name: 'auth', code: { type: 'Image', image: { url: 'registry.example.org/filters/auth:1.0.0' } } }],
}
const ROUTE = [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'backend' }]

/** What the Gateway API must say, whichever the channel. */
export const GATEWAY_API_MEANING: Conformance['meaning'] = {
  'onboarding.namespace': ({ manifests }) => {
    expect(manifests.find(({ kind }) => kind === 'Namespace')?.metadata).toEqual({ name: 'shop' })
  },
  ...standardRoutes,
  'traffic.retries.perTry': ({ diagnostics, scope }) => {
    // Its case retries too, which the standard channel refuses; perTry alone is timeouts.backendRequest.
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['MF3001'])
    expect(scope.mesh.spec.mode).toBeUndefined()
  },
  ...gatewayMeaning('default'),
  'filter.wasm': extension(ROUTE, { wasm: [{ ...WASM.wasm[0], config: { header: 'x-api-key' } }] }),
  'filter.lua': extension(ROUTE, { lua: [{ type: 'Inline', inline: 'function envoy_on_request(handle) end\n' }] }),
  'filter.gateways': extension([{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'web' }], WASM),
  'filter.phase': extension(ROUTE, WASM),
  'filter.pullPolicy': extension(ROUTE, { wasm: [{ code: { type: 'Image', pullPolicy: 'Always' } }] }),
  'filter.pullSecret': extension(ROUTE, { wasm: [{ code: { image: { pullSecretRef: { name: 'registry' } } } }] }),
  'filter.hostEnvironment': extension(ROUTE, { wasm: [{ env: { hostKeys: ['POD_NAME'] } }] }),
}
