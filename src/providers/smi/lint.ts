import type { JsonObject } from '../../plan/json.ts'
import { groupOf, type Manifest } from '../../plan/manifest.ts'
import type { LintFinding } from '../contract.ts'
import { objectIn, objectsIn, stringIn, stringsIn } from '../json-view.ts'
import { lintFinding } from '../lint-finding.ts'

/** Findings about SMI's kinds, whichever mesh carries them out; an object that is not among these may be in the cluster. */
export function lintSmi(manifests: readonly Manifest[]): readonly LintFinding[] {
  const of = (group: string, kind: string) =>
    manifests.filter((manifest) => manifest.kind === kind && groupOf(manifest.apiVersion) === group)
  const groups = new Map(
    of('specs.smi-spec.io', 'HTTPRouteGroup').map((manifest) => [
      `${manifest.metadata.namespace}/${manifest.metadata.name}`,
      manifest,
    ]),
  )
  return [
    ...lintSplits(of('split.smi-spec.io', 'TrafficSplit')),
    ...of('access.smi-spec.io', 'TrafficTarget').flatMap((target) => [...lintPlace(target), ...lintRules(target, groups)]),
  ]
}

function lintSplits(splits: readonly Manifest[]): readonly LintFinding[] {
  const first = new Map<string, Manifest>()
  return splits.flatMap((split): readonly LintFinding[] => {
    const backends = objectsIn(split, 'spec', 'backends')
    const found: LintFinding[] = []
    if (backends.length > 0 && backends.every(({ weight }) => weight === 0 || weight === '0')) {
      found.push(
        lintFinding(split, ['spec', 'backends'], 'MF3020', {
          summary: 'Every backend has weight 0, so requests go nowhere',
          hint: 'Give one of them a weight.',
        }),
      )
    }
    if (objectsIn(split, 'spec', 'matches').length > 0) return found
    const root = `${split.metadata.namespace}/${stringIn(split, 'spec', 'service')}`
    const rival = first.get(root)
    if (rival === undefined) first.set(root, split)
    else {
      found.push(
        lintFinding(split, ['spec', 'service'], 'MF3032', {
          summary: `${split.metadata.name} and ${rival.metadata.name} both split all requests to ${stringIn(split, 'spec', 'service')}`,
          detail: 'The mesh takes one of them, and which is not said.',
          hint: 'Keep one, or let one of them match.',
        }),
      )
    }
    return found
  })
}

/** Meshes refuse a target that stands outside the namespace it protects. */
function lintPlace(target: Manifest): readonly LintFinding[] {
  const namespace = stringIn(target, 'spec', 'destination', 'namespace')
  if (namespace === undefined || namespace === target.metadata.namespace) return []
  return [
    lintFinding(target, ['spec', 'destination', 'namespace'], 'MF3020', {
      summary: `A TrafficTarget protects its own namespace, and this one stands in ${target.metadata.namespace ?? 'default'}`,
      hint: `Put it into ${namespace}.`,
    }),
  ]
}

function lintRules(target: Manifest, groups: ReadonlyMap<string, Manifest>): readonly LintFinding[] {
  return objectsIn(target, 'spec', 'rules').flatMap((rule, index) => {
    const group = groups.get(`${target.metadata.namespace}/${stringIn(rule, 'name')}`)
    if (group === undefined || stringIn(rule, 'kind') !== 'HTTPRouteGroup') return []
    const known = new Set(matchesOf(group).flatMap((match) => stringIn(match, 'name') ?? []))
    return stringsIn(rule, 'matches')
      .filter((name) => !known.has(name))
      .map((name) =>
        lintFinding(target, ['spec', 'rules', index, 'matches'], 'MF3031', {
          summary: `HTTPRouteGroup ${group.metadata.name} has no match "${name}"`,
          detail: known.size === 0 ? 'It has none.' : `It has ${[...known].join(', ')}.`,
        }),
      )
  })
}

/** Until v1alpha2 matches stand beside the metadata. */
function matchesOf(group: Manifest): readonly JsonObject[] {
  const own = objectsIn(objectIn(group, 'spec'), 'matches')
  return own.length > 0 ? own : objectsIn(group, 'matches')
}
