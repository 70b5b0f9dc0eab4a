import { describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import type { Diagnostic } from '../../src/plan/diagnostic.ts'
import { FEATURE_CASES } from './conformance/feature-cases.ts'
import { type Sections, SHOP, translate } from './design-fixture.ts'

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json }
type Path = readonly (string | number)[]

const MESHES: readonly ComponentSpecs['meshes'][] = [
  { provider: 'istio' },
  { provider: 'istio', mode: 'ambient' },
  { provider: 'linkerd' },
  { provider: 'consul' },
  { provider: 'consul-vm' },
  { provider: 'kuma' },
  { provider: 'cilium' },
  { provider: 'cilium', mode: 'envoy-config' },
  { provider: 'traefik' },
  { provider: 'osm' },
  { provider: 'nginx' },
  { provider: 'app-mesh', mtls: 'strict' },
  { provider: 'nsm' },
  { provider: 'smi' },
  { provider: 'gateway-api', mode: 'experimental' },
]

/** Sections whose words are changed one by one. */
const CHANGED = ['traffic', 'authorization', 'gateways', 'external'] as const

function* leavesOf(value: Json, path: Path = []): Generator<readonly [Path, Json]> {
  if (typeof value !== 'object') {
    yield [path, value]
    return
  }
  for (const [key, inner] of Object.entries(value)) yield* leavesOf(inner, [...path, Array.isArray(value) ? Number(key) : key])
}

/** Words that may stand in the place of another. */
const WORDS: { readonly [key: string]: readonly string[] } = {
  per: ['second', 'minute', 'hour'],
  policy: ['round-robin', 'random', 'least-request'],
  methods: ['GET', 'PUT', 'PATCH'],
  on: ['5xx', 'gateway-error'],
}
const FREE = [
  'exact',
  'prefix',
  'regex',
  'host',
  'path',
  'header',
  'cookie',
  'query',
  'secret',
  'principal',
  'namespace',
  'paths',
  'hosts',
]

/** Words that have no sense on a mesh: machines have no namespaces. */
const SENSELESS: { readonly [provider: string]: readonly string[] } = {
  'consul-vm': ['gateways.namespace', 'external.namespace'],
}

/** Another value of the same kind; undefined where a word has none that is as good. */
function otherThan(value: Json, path: Path): Json | undefined {
  const [last, before] = [path.at(-1), path.at(-2)]
  const key = String(typeof last === 'number' ? before : last)
  if (typeof value === 'number') return value > 1 ? value - 1 : value + 1
  if (typeof value !== 'string') return undefined
  if (WORDS[key] !== undefined) return WORDS[key].find((word) => word !== value)
  if (/^\d+(ms|s|m|h)$/.test(value)) return value.replace(/^\d+/, (count) => String(Number(count) + 1))
  return FREE.includes(key) ? `${value}x` : undefined
}

function changed(value: Json, [key, ...rest]: Path, other: Json): Json {
  if (key === undefined) return other
  if (Array.isArray(value)) return value.map((item: Json, index) => (index === key ? changed(item, rest, other) : item))
  const object = value as { readonly [key: string]: Json }
  return { ...object, [key]: changed(object[key] ?? '', rest, other) }
}

/** All that is made of a design, and all that is told of it. */
function outcome(sections: Sections, mesh: ComponentSpecs['meshes']): string {
  const { objects, diagnostics } = translate({ workloads: SHOP, ...sections, meshes: { mesh } })
  return JSON.stringify([
    objects.map(({ manifest }) => manifest),
    diagnostics.map(({ code, severity, summary, detail, hint }) => [code, severity, summary, detail, hint]),
  ])
}

/** True where a warning stands at the word or around it, or is about how the mesh does what the component asks for. */
function isTold(diagnostics: readonly Diagnostic[], address: string, path: Path): boolean {
  const word = path.join('.')
  return diagnostics.some(
    ({ code, address: about, location }) =>
      about === address && (code === 'MF3002' || (location?.file !== '' && `${word}.`.startsWith(`${location?.file ?? ' '}.`))),
  )
}

/** The words of a case that may be anything without a word about it. */
function idleWords(sections: Sections, mesh: ComponentSpecs['meshes']): readonly string[] {
  const { diagnostics } = translate({ workloads: SHOP, ...sections, meshes: { mesh } })
  if (diagnostics.some(({ severity }) => severity === 'error')) return []
  const before = outcome(sections, mesh)
  return CHANGED.flatMap((section) =>
    Object.entries(sections[section] ?? {}).flatMap(([name, spec]) =>
      [...leavesOf(spec as unknown as Json)].flatMap(([path, value]) => {
        const other = otherThan(value, path)
        if (other === undefined || isTold(diagnostics, `${section}.${name}`, path)) return []
        const spoken = changed(spec as unknown as Json, path, other)
        const after = outcome({ ...sections, [section]: { ...sections[section], [name]: spoken } }, mesh)
        return after === before ? [`${section}.${path.filter((key) => typeof key === 'string').join('.')}`] : []
      }),
    ),
  )
}

describe('every word of a design changes an object, or something is told of it', () => {
  test.each(MESHES.map((mesh) => [[mesh.provider, mesh.mode].filter(Boolean).join(' '), mesh] as const))('%s', (_, mesh) => {
    const idle = Object.entries(FEATURE_CASES).flatMap(([feature, { mesh: more, ...sections }]) =>
      idleWords(sections, { ...more, ...mesh })
        .filter((word) => SENSELESS[mesh.provider]?.includes(word) !== true)
        .map((word) => `${feature}: ${word}`),
    )
    expect(idle).toEqual([])
  })
})
