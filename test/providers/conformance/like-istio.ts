import { expect } from 'vitest'
import type { Manifest } from '../../../src/plan/manifest.ts'
import { FEATURE_NAMES, type Feature } from '../../../src/providers/features.ts'
import { findProvider } from '../../../src/providers/registry.ts'
import { type Conformance, type Meaning, type Run, runCase } from './conform.ts'
import { FEATURE_CASES } from './feature-cases.ts'

/** Kinds whose marks differ from mesh to mesh. */
const MARKED = new Set(['Namespace', 'Deployment', 'Service', 'ServiceAccount'])

/**
 * The meaning of a mesh that is told by Istio's resources: for each feature it does, what Istio's own provider makes, at the API
 * versions it asks for. Istio's meaning is stated field by field in istio.test.ts.
 */
export function likeIstio(provider: string, versions: { readonly [apiVersion: string]: string } = {}): Conformance['meaning'] {
  const capabilities = findProvider(provider).provider?.capabilities
  const own = (manifests: readonly Manifest[]) => manifests.filter(({ kind }) => !MARKED.has(kind))
  return Object.fromEntries(
    FEATURE_NAMES.filter((feature) => capabilities?.[feature].level !== 'no').map((feature: Feature): [Feature, Meaning] => [
      feature,
      (run: Run) => {
        const istio = runCase({ provider: 'istio', mesh: {} }, FEATURE_CASES[feature])
        const expected = own(istio.manifests).map((manifest) => ({
          ...manifest,
          apiVersion: versions[manifest.apiVersion] ?? manifest.apiVersion,
        }))
        expect(own(run.manifests)).toEqual(expected)
      },
    ]),
  )
}
