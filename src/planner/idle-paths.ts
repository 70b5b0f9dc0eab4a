import type { Component } from '../design/component.ts'
import { nearest } from '../design/nearest.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { removeFieldPath } from '../plan/field-path.ts'
import type { JsonObject } from '../plan/json.ts'
import type { RecordedState } from '../plan/recorded-state.ts'
import type { ValuePath } from '../plan/source.ts'
import type { LiveView } from './assess.ts'
import type { DesiredObject } from './desired-object.ts'
import type { DryRun } from './dry-run.ts'
import { ownedLeaves } from './owned-leaves.ts'

/** Marks that others put on objects and take off again: that nobody has now says nothing. */
const COMING_AND_GOING = /^\.?(metadata\.(annotations|labels)|status)\b/

/** What is known of the objects of a design. */
export interface KnownObjects {
  readonly objects: readonly DesiredObject[]
  readonly state: RecordedState
  readonly live: LiveView
  readonly dryRuns: ReadonlyMap<string, DryRun>
}

/**
 * Paths of `lifecycle.ignoreChanges` that no object of their component has, be it designed, recorded or on its cluster: most likely
 * they are mistyped. Without a look at an object as its server has it, nothing is said.
 */
export function idlePaths(components: readonly Component[], known: KnownObjects): readonly Diagnostic[] {
  const told = components.flatMap((component) => ignoredPaths(component).map((path) => ({ component, ...path })))
  if (told.length === 0) return []
  const addresses = new Set(told.map(({ component }) => component.address))
  const ofComponent = new Map<string, DesiredObject[]>()
  for (const object of known.objects) {
    if (!addresses.has(object.address)) continue
    const own = ofComponent.get(object.address)
    if (own === undefined) ofComponent.set(object.address, [object])
    else own.push(object)
  }
  return told.flatMap(({ component, path, place }): Diagnostic[] => {
    const objects = ofComponent.get(component.address) ?? []
    if (objects.length === 0 || !objects.every(({ id }) => isSeen(id, known))) return []
    const forms = objects.flatMap((object) => formsOf(object, known))
    if (forms.some((form) => hasPath(form, path))) return []
    const meant = nearest(path, new Set(forms.flatMap((form) => ownedLeaves(form).flatMap((leaf) => pathsTo(leaf.path)))))
    return [
      {
        severity: 'warning',
        code: 'MF2035',
        summary: `ignoreChanges names ${path}, and ${objects.length === 1 ? 'the object has' : 'no object has'} no such field`,
        address: component.address,
        location: component.locate(place),
        hint: meant === undefined ? 'Mend the path, or take it out.' : `Did you mean ${meant}?`,
      },
    ]
  })
}

/** True when an object has to be read whole to tell whether the paths that its rules name lead anywhere. */
export function hasPathElsewhere({ manifest, ignore }: Pick<DesiredObject, 'manifest' | 'ignore'>): boolean {
  return ignore.some(
    ({ keeps, managers, where, paths }) =>
      keeps === true && managers === undefined && where === undefined && paths.some((path) => !hasPath(manifest, path)),
  )
}

function ignoredPaths({ spec }: Component): readonly { readonly path: string; readonly place: ValuePath }[] {
  const told = spec.lifecycle?.ignoreChanges ?? []
  if (told === 'all' || told.includes('all')) return []
  return told
    .flatMap((rule, index) => {
      const place = ['lifecycle', 'ignoreChanges', index]
      if (typeof rule === 'string') return [{ path: rule, place }]
      if (rule.managers !== undefined || rule.where !== undefined) return []
      return (rule.paths ?? []).map((path, at) => ({ path, place: [...place, 'paths', at] }))
    })
    .filter(({ path }) => !COMING_AND_GOING.test(path))
}

function isSeen(id: string, { live, dryRuns }: KnownObjects): boolean {
  return live.objects.has(id) || dryRuns.get(id)?.kind === 'result'
}

function formsOf({ id, manifest }: DesiredObject, { state, live, dryRuns }: KnownObjects): readonly JsonObject[] {
  const answer = dryRuns.get(id)
  const forms = [
    live.objects.get(id),
    manifest,
    state.objects.get(id)?.desired,
    answer?.kind === 'result' ? answer.object : undefined,
  ]
  return forms.filter((form): form is JsonObject => form !== undefined)
}

function hasPath(object: JsonObject, path: string): boolean {
  return removeFieldPath(object, path) !== object
}

/** A path and those of what is around it. */
function pathsTo(path: string): readonly string[] {
  const ends = [...path.matchAll(/(?<=.)[.[]/g)].map(({ index }) => path.slice(0, index))
  return [...ends, path]
}
