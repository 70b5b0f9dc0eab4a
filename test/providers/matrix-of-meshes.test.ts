import { describe, expect, test } from 'vitest'
import type { CapabilityTable, Feature } from '../../src/providers/features.ts'
import { findProvider } from '../../src/providers/registry.ts'

/** The meshes of this table, and under which mode. */
const COLUMNS = {
  gateway: ['gateway-api', undefined],
  experimental: ['gateway-api', 'experimental'],
  linkerd: ['linkerd', undefined],
  kuma: ['kuma', undefined],
  kong: ['kong-mesh', undefined],
  cilium: ['cilium', undefined],
  envoy: ['cilium', 'envoy-config'],
  traefik: ['traefik', undefined],
} as const

type Column = keyof typeof COLUMNS
const ALL = Object.keys(COLUMNS) as readonly Column[]

/**
 * Who can do what, read from the projects' own documentation rather than from our tables, so that a slip in either shows. Kuma's
 * built-in gateway is left out on purpose: it is gone in 3.0.
 */
const CAN: { readonly [F in Feature]?: readonly Column[] } = {
  'traffic.split': ALL,
  'traffic.match.headers': ALL,
  'traffic.match.path': ALL,
  'traffic.timeout': ['gateway', 'experimental', 'linkerd', 'kuma', 'kong', 'cilium', 'envoy'],
  'traffic.retries': ['experimental', 'linkerd', 'kuma', 'kong', 'cilium', 'envoy', 'traefik'],
  'traffic.retries.backoff': ['experimental', 'kuma', 'kong', 'cilium', 'envoy'],
  'circuitBreaker.connections': ['kuma', 'kong', 'envoy'],
  'circuitBreaker.outlier': ['linkerd', 'kuma', 'kong', 'envoy', 'traefik'],
  'traffic.fault.delay': ['kuma', 'kong'],
  'traffic.fault.abort': ['kuma', 'kong'],
  'traffic.mirror': ['gateway', 'experimental', 'kuma', 'kong', 'cilium', 'envoy'],
  'traffic.rewrite': ['gateway', 'experimental', 'kuma', 'kong', 'cilium', 'envoy'],
  'mtls.strict': ['linkerd', 'kuma', 'kong', 'cilium', 'envoy'],
  'authorization.allow': ['linkerd', 'kuma', 'kong', 'cilium', 'envoy', 'traefik'],
  'authorization.deny': ['kuma', 'kong', 'cilium', 'envoy'],
  'authorization.methods': ['linkerd', 'cilium', 'envoy', 'traefik'],
  'authorization.paths': ['linkerd', 'cilium', 'envoy', 'traefik'],
  'rateLimit.local': ['linkerd', 'kuma', 'kong', 'envoy', 'traefik'],
  'rateLimit.global': ['envoy'],
  'rateLimit.byClient': ['linkerd', 'envoy', 'traefik'],
  'gateway.ingress': ['gateway', 'experimental', 'cilium', 'envoy'],
  'external.hosts': ['linkerd', 'kuma', 'kong', 'cilium', 'envoy'],
  'loadBalancing.failover': ['kuma', 'kong', 'cilium', 'envoy'],
  'filter.wasm': ['gateway', 'experimental', 'kuma', 'kong', 'envoy'],
  'filter.lua': ['gateway', 'experimental', 'kuma', 'kong'],
}

function tableOf(column: Column): CapabilityTable {
  const [name, mode] = COLUMNS[column]
  const { provider } = findProvider(name)
  const table = mode === undefined ? provider?.capabilities : provider?.modes?.[mode]?.capabilities
  if (table === undefined) throw new Error(`no table of ${column}`)
  return table
}

describe('the tables say of each mesh what its documentation says', () => {
  test.each(Object.entries(CAN))('%s', (feature, columns) => {
    const able = ALL.filter((column) => tableOf(column)[feature as Feature].level !== 'no')
    expect(able).toEqual(ALL.filter((column) => columns.includes(column)))
  })

  test('every refusal names a way out', () => {
    const silent = ALL.flatMap((column) =>
      Object.entries(tableOf(column)).flatMap(([feature, support]) =>
        support.level === 'no' && support.alternative === undefined ? [`${column} ${feature}`] : [],
      ),
    )
    expect(silent).toEqual([])
  })
})
