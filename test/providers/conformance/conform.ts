/**
 * The conformance suite of the providers. Every mesh runs every feature there is (feature-cases.ts) and the patterns people write
 * (pattern-cases.ts). What must come out is decided by the mesh's capability table alone:
 *
 *   no               exactly the declared refusals: one MF3001 for each place that asks for it, with the table's note and alternative
 *   yes, partial     objects that an API server with the mesh's real CustomResourceDefinitions takes under strict validation, one
 *                    MF3002 for each reservation, and the meaning that the mesh's own test file states, field by field
 *
 * A provider plugs in with one file, test/providers/conformance/<provider>[-<mode>].test.ts:
 *
 *   import { conform } from './conform.ts'
 *
 *   conform({
 *     provider: 'linkerd',
 *     mesh: {},                                              // what every design says of the mesh, such as {mode: 'ambient'}
 *     definitions: ['linkerd', 'gateway-api-standard'],      // folders of test/fixtures/crds
 *     meaning: {
 *       'traffic.timeout': [{ kind: 'HTTPRoute', spec: { rules: [{ timeouts: { request: '2s' } }] } }],
 *       'install.charts': ({ install }) => expect(install.charts.map((chart) => chart.name)).toEqual([...]),
 *     },
 *   })
 *
 * `meaning` has a line for each feature the mesh does: partial objects, each of which some object of that kind must match
 * (toMatchObject; lists match whole), or a function that asserts for itself. A feature that is done and has no line fails, and so
 * does a line for a feature that is refused. coverage.test.ts fails while a registered provider or mode has no such file.
 */
import { isDeepStrictEqual } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../../src/design/component.ts'
import { isJsonObject } from '../../../src/plan/json.ts'
import { type Manifest, objectKeyOf, objectKeyText } from '../../../src/plan/manifest.ts'
import { ruleHolds } from '../../../src/planner/expand.ts'
import { visibleFields } from '../../../src/planner/visible-fields.ts'
import type { Install } from '../../../src/providers/contract.ts'
import { FEATURE_NAMES, type Feature, type Support } from '../../../src/providers/features.ts'
import { featuresOf } from '../../../src/providers/features-of.ts'
import { findProvider } from '../../../src/providers/registry.ts'
import { capabilitiesOf } from '../../../src/providers/require-capability.ts'
import { type Sections, SHOP, type Translated, translate } from '../design-fixture.ts'
import { FEATURE_CASES, type FeatureCase } from './feature-cases.ts'
import { type MeshApi, openMeshApi } from './mesh-api.ts'
import { PATTERN_CASES } from './pattern-cases.ts'

/** A part of an object that must be among what a provider makes. */
export interface ExpectedObject {
  readonly kind: string
  readonly metadata?: object
  readonly spec?: object
  readonly [key: string]: unknown
}

/** What a case came down to. */
export interface Run extends Translated {
  readonly manifests: readonly Manifest[]
  readonly install: Install
}

/** What the objects of a feature must say. */
export type Meaning = readonly ExpectedObject[] | ((run: Run) => void)

/** How a mesh plugs into the suite. */
export interface Conformance {
  readonly provider: string
  readonly mesh: Partial<ComponentSpecs['meshes']>
  readonly definitions: readonly string[]
  readonly meaning: { readonly [F in Feature]?: Meaning }
  /** Refusals of kinds that no CustomResourceDefinition describes; undefined leaves the kind to the definitions. */
  readonly refusals?: (manifest: Manifest) => readonly string[] | undefined
  /**
   * Patterns whose combination the mesh cannot do although it does each part, and features of which it does another part than the
   * case asks for, with the places it refuses (MF3020). Such a case must be refused there and nowhere else.
   */
  readonly combinations?: { readonly [pattern: string]: readonly string[] }
}

/** Runs a mesh through every feature and every pattern. */
export function conform(conformance: Conformance): void {
  const title = conformance.mesh.mode === undefined ? conformance.provider : `${conformance.provider} ${conformance.mesh.mode}`
  describe(`${title} conforms`, () => {
    let api: MeshApi
    beforeAll(async () => {
      api = await openMeshApi(conformance.definitions)
    }, 30_000)

    for (const feature of FEATURE_NAMES) {
      test(feature, async () => {
        const run = runCase(conformance, FEATURE_CASES[feature])
        const used = usesOf(run)
        expect(
          used.some((use) => use.feature === feature),
          'the case asks for its feature',
        ).toBe(true)
        const combination = conformance.combinations?.[feature]
        if (combination !== undefined) return expectRefusedAt(run, combination)
        const refused = expectDeclaredWords(run)
        const meaning = conformance.meaning[feature]
        if (refused) {
          if (supportOf(run, feature).level === 'no') {
            expect(meaning, 'a refused feature has no meaning').toBeUndefined()
            return
          }
          expect(meaning, `${feature} is done, but its case also asks for what is refused: assert it in a function`).toBeTypeOf(
            'function',
          )
        } else {
          await expectAccepted(run, api, conformance)
        }
        expectMeaning(run, meaning, feature)
      })
    }

    for (const [name, pattern] of Object.entries<FeatureCase>(PATTERN_CASES)) {
      test(`pattern: ${name}`, async () => {
        const run = runCase(conformance, pattern)
        const combination = conformance.combinations?.[name]
        if (combination !== undefined) expectRefusedAt(run, combination)
        else if (!expectDeclaredWords(run)) await expectAccepted(run, api, conformance)
      })
    }
  })
}

/** Brings a case down on a mesh. */
export function runCase(conformance: Pick<Conformance, 'provider' | 'mesh'>, feature: FeatureCase): Run {
  const { mesh, ...sections } = feature
  const spec = { provider: conformance.provider, ...conformance.mesh, ...mesh }
  const design: Sections = { workloads: SHOP, ...sections, meshes: { mesh: spec } }
  const translated = translate(design)
  const again = translate(design)
  expect(again.objects, 'the same design gives the same objects').toEqual(translated.objects)
  const { provider } = findProvider(conformance.provider)
  if (provider === undefined) throw new Error(`no provider ${conformance.provider}`)
  return {
    ...translated,
    manifests: translated.objects.map((object) => object.manifest),
    install: provider.install(translated.scope.mesh),
  }
}

function componentsOf({ scope }: Run) {
  return [
    scope.mesh,
    ...[...scope.workloads.values()].map((workload) => workload.component),
    ...scope.gateways.values(),
    ...scope.external.values(),
    ...scope.traffic.values(),
    ...scope.authorization.values(),
    ...scope.filters.values(),
  ]
}

function usesOf(run: Run) {
  return componentsOf(run).flatMap((component) => featuresOf(component).map((use) => ({ ...use, component })))
}

function supportOf(run: Run, feature: Feature): Support {
  return capabilitiesOf(run.provider, run.scope.mesh)[feature]
}

/** True when the table refuses something; fails unless the diagnostics are exactly the words of the table. */
function expectDeclaredWords(run: Run): boolean {
  const declared = usesOf(run).flatMap(({ feature, path, component }) => {
    const support = supportOf(run, feature)
    return support.level === 'no' ? [{ code: 'MF3001', feature, address: component.address, file: path.join('.') }] : []
  })
  const errors = run.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')
  const said = errors.map(({ code, summary, address, location }) => ({
    code,
    feature: /\(([^()]+)\)$/.exec(summary)?.[1] ?? summary,
    address,
    file: location?.file,
  }))
  expect(said).toEqual(declared)
  for (const error of errors) expect(error.hint, error.summary).toBeTruthy()
  const reserved = new Set(
    usesOf(run).flatMap(({ feature, component }) =>
      supportOf(run, feature).level === 'partial' ? [`${component.address} (${feature})`] : [],
    ),
  )
  const warned = run.diagnostics
    .filter((diagnostic) => diagnostic.code === 'MF3002')
    .flatMap(({ summary, address }) =>
      (/\(([^()]+)\)$/.exec(summary)?.[1] ?? summary).split(', ').map((name) => `${address} (${name})`),
    )
  expect(warned.sort()).toEqual([...reserved].sort())
  return declared.length > 0
}

function expectRefusedAt(run: Run, places: readonly string[]): void {
  const errors = run.diagnostics.filter(({ severity }) => severity === 'error')
  expect(errors.map(({ code, location }) => `${code} ${location?.file}`)).toEqual(places.map((place) => `MF3020 ${place}`))
}

async function expectAccepted(run: Run, api: MeshApi, conformance: Conformance): Promise<void> {
  const keys = run.manifests.map((manifest) => objectKeyText(objectKeyOf('sandbox', manifest)))
  expect(new Set(keys).size, `each object is made once: ${keys.join(' ')}`).toBe(keys.length)
  const refusals: string[] = []
  for (const manifest of run.manifests) {
    const own = conformance.refusals?.(manifest) ?? (await api.refusals(manifest))
    refusals.push(...own.map((reason) => `${manifest.kind} ${manifest.metadata.name}: ${reason}`))
  }
  expect(refusals, JSON.stringify(run.manifests, undefined, 1)).toEqual([])
  expect(run.provider.lint(run.manifests)).toEqual([])
  expect(hiddenFields(run), 'what a provider writes is never hidden from the plan by its own noise rules').toEqual([])
}

/** Objects of which a plan would not show everything that the provider wrote. */
function hiddenFields({ manifests, provider }: Run): readonly string[] {
  return manifests
    .filter((manifest) => {
      const rules = provider.rules.ignore.filter((rule) => ruleHolds(rule, manifest))
      return !isDeepStrictEqual(visibleFields(manifest, rules), visibleFields(manifest, []))
    })
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
}

function expectMeaning(run: Run, meaning: Meaning | undefined, feature: Feature): void {
  if (meaning === undefined) {
    const own = run.manifests.filter(({ kind }) => !['Deployment', 'Service', 'ServiceAccount'].includes(kind))
    throw new Error(`${feature} has no meaning stated; it makes ${JSON.stringify(own, undefined, 1)}`)
  }
  if (typeof meaning === 'function') meaning(run)
  else for (const expected of meaning) expectObject(run.manifests, expected)
}

/** Fails unless an object of the kind matches the part given; a name in its metadata picks the object. */
export function expectObject(manifests: readonly Manifest[], expected: ExpectedObject): void {
  const named = isJsonObject(expected.metadata) ? expected.metadata.name : undefined
  const candidates = manifests.filter(
    (manifest) => manifest.kind === expected.kind && (named === undefined || manifest.metadata.name === named),
  )
  const [first, ...others] = candidates
  expect(first, `an object of kind ${expected.kind}${named === undefined ? '' : ` named ${named}`}`).toBeDefined()
  const matches = (manifest: Manifest) => {
    try {
      expect(manifest).toMatchObject(expected)
      return true
    } catch {
      return false
    }
  }
  if (others.some(matches)) return
  expect(first).toMatchObject(expected)
}
