import type { Component } from '../design/component.ts'
import { digestOf } from '../plan/canonical-json.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { groupOf, type Manifest } from '../plan/manifest.ts'
import { secretDigest } from '../plan/secret-digest.ts'
import type { Draft } from './draft.ts'
import { withReferences } from './object-references.ts'

/** Kinds that get a name for each version: those that nothing else writes to, and whose names are followed wherever they are used. */
const VERSIONED_KINDS: ReadonlySet<string> = new Set(['ConfigMap', 'Secret'])
/** Hex digits of a version: two contents of one object that share them are out of the question. */
const VERSION_LENGTH = 10

/**
 * Gives the ConfigMaps and Secrets of components with `lifecycle.versioned` a name that tells their content, and that name to all
 * objects of their namespace that use them. So a new content is a new object, which is made before what uses it changes, and the old
 * one goes last.
 */
export function withVersions(drafts: readonly Draft[], diagnostics: Diagnostic[]): readonly Draft[] {
  const names = new Map<string, string>()
  const versioned = new Set<Component>()
  for (const { component, cluster, source } of drafts) {
    if (component?.spec.lifecycle?.versioned !== true) continue
    const isVersioned = isVersionedKind(source.manifest)
    if (isVersioned) names.set(placeOf(cluster, source.manifest), nameWithVersion(source.manifest))
    if (isVersioned) versioned.add(component)
  }
  diagnostics.push(...withoutEffect(drafts, versioned))
  if (names.size === 0) return drafts
  return drafts.map((draft) => {
    const { cluster, source, component } = draft
    const { namespace } = source.manifest.metadata
    const used = withReferences(
      source.manifest,
      (kind, name) => names.get(`${cluster}/${namespace ?? ''}/${kind}/${name}`) ?? name,
    )
    const name = component?.spec.lifecycle?.versioned === true ? names.get(placeOf(cluster, source.manifest)) : undefined
    const manifest = name === undefined ? used : { ...used, metadata: { ...used.metadata, name } }
    return manifest === source.manifest ? draft : { ...draft, source: { ...source, manifest } }
  })
}

function isVersionedKind({ apiVersion, kind }: Manifest): boolean {
  return groupOf(apiVersion) === '' && VERSIONED_KINDS.has(kind)
}

function placeOf(cluster: string, { kind, metadata }: Manifest): string {
  return `${cluster}/${metadata.namespace ?? ''}/${kind}/${metadata.name}`
}

/** A digest of a Secret is salted and stretched: names are seen by many who may not see what is inside. */
function nameWithVersion(manifest: Manifest): string {
  const { name, namespace } = manifest.metadata
  const digest =
    manifest.kind === 'Secret'
      ? secretDigest(manifest, `version ${namespace ?? ''}/${name}`, 'one-of-few').replace(/^.*:/, '')
      : digestOf(manifest)
  return `${name}-${digest.slice(0, VERSION_LENGTH)}`
}

function withoutEffect(drafts: readonly Draft[], versioned: ReadonlySet<Component>): readonly Diagnostic[] {
  const asked = new Set(drafts.flatMap(({ component }) => (component?.spec.lifecycle?.versioned === true ? [component] : [])))
  return [...asked]
    .filter((component) => !versioned.has(component))
    .map((component) => ({
      severity: 'error',
      code: 'MF2033',
      summary: `${component.address} makes nothing that could be versioned`,
      detail: `A new name for each content is given to ${[...VERSIONED_KINDS].join('s and ')}s, since what uses them is known and follows.`,
      address: component.address,
      location: component.locate(['lifecycle', 'versioned']),
      hint: 'Take `versioned` away, or put it on the component with the ConfigMap or Secret.',
    }))
}
