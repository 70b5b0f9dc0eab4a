import { describe, expect, test } from 'vitest'
import { columnsOf } from '../../src/cli/meshes/mesh-column.ts'
import type { Feature } from '../../src/providers/features.ts'
import { meshProviders } from '../../src/providers/registry.ts'

/**
 * What the documentation and the definitions of each project say it has: y, n, or . where that depends on more than a word can say
 * (Consul's Enterprise only extensions, third-party ingresses, what Cilium does by raw Envoy configuration).
 */
const DOCUMENTED = `
                               istio ambient linkerd consul kuma cilium traefik      osm nginx app-mesh nsm smi gateway-api
traffic.split                  y     y       y       y      y    y      y            y   y     y        y   y   y
traffic.match.path             y     y       y       y      y    y      y            n   y     y        n   y   y
traffic.match.headers          y     y       y       y      y    y      y            n   y     y        n   y   y
traffic.timeout                y     y       y       y      y    y      n            n   n     y        n   n   y
traffic.retries                y     y       y       y      y    y      y            y   n     y        n   n   n
circuitBreaker.connections     y     y       n       y      y    .      n            y   n     y        n   n   n
circuitBreaker.outlier         y     y       y       y      y    .      .            n   y     y        n   n   n
traffic.fault.delay            y     n       n       n      y    n      n            n   n     n        n   n   n
traffic.fault.abort            y     n       n       n      y    n      n            n   n     n        n   n   n
traffic.mirror                 y     y       n       n      y    y      n            n   n     n        n   n   y
mtls.strict                    y     y       y       y      y    y      n            y   y     y        n   n   n
authorization.allow            y     y       y       y      y    y      y            y   y     .        n   y   n
rateLimit.local                y     y       y       .      y    .      y            y   y     n        n   n   n
rateLimit.global               y     y       n       n      n    .      n            n   n     n        n   n   n
gateway.ingress                y     y       n       y      .    y      n            .   .     y        n   n   y
filter.wasm                    y     y       n       y      y    .      n            n   n     n        n   n   .
`

const [head = '', ...rows] = DOCUMENTED.trim().split('\n')
const meshes = head.trim().split(/\s+/)
const columns = new Map(
  [...meshProviders.values()].flatMap(columnsOf).map((column) => [column.name.replace('istio ', ''), column]),
)

test('every mesh of the table is known', () => {
  expect(meshes.filter((mesh) => !columns.has(mesh))).toEqual([])
})

describe.each(rows.map((row) => row.trim().split(/\s+/)))('%s', (feature, ...words) => {
  const known = meshes.flatMap((mesh, index) => {
    const column = columns.get(mesh)
    const word = words[index]
    return column === undefined || word === '.' ? [] : [{ mesh, word, column }]
  })

  test.each(known)('$mesh: $word', ({ word, column }) => {
    const support = column.table[feature as Feature]
    expect(support.level === 'no' ? 'n' : 'y', support.note).toBe(word)
  })
})
