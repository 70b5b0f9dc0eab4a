import type { Design } from '../design/design.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { describeObject } from '../plan/manifest.ts'
import type { RecordedState } from '../plan/recorded-state.ts'
import type { LiveView } from './assess.ts'
import type { DesiredObject } from './desired-object.ts'

/** What is wrong with `moved`, `removed` and `imports`: they would have no effect, or another than they say. */
export function checkBlocks(
  design: Design,
  objects: readonly DesiredObject[],
  state: RecordedState,
  live: LiveView,
): readonly Diagnostic[] {
  if (design.moved.length + design.removed.length + design.imports.length === 0) return []
  const addresses = new Set(design.components.map(({ address }) => address))
  const has = (address: string) => [...addresses].some((known) => isWithin(known, address))
  const ids = new Set(objects.map(({ id }) => id))
  const next = new Map(design.moved.map(({ from, to }) => [from, to]))
  return [
    ...design.moved.flatMap(({ from, to, location }): readonly Diagnostic[] => {
      if (has(from)) return [wrong(`moved says that ${from} is gone, and it is still in the design`, location, from)]
      if (next.get(from) !== to) {
        return [wrong(`moved leads ${from} to ${to} and to ${next.get(from)}: it can only be one of them`, location, from)]
      }
      const end = endOfMoves(to, next, has)
      if (end === undefined) return [wrong(`moved leads to ${to}, and the design has no such component`, location, to)]
      return leftBehind(from, end, state, ids, location)
    }),
    ...design.removed.flatMap(({ from, location }): Diagnostic[] =>
      has(from) ? [wrong(`removed says that ${from} is gone, and it is still in the design`, location, from)] : [],
    ),
    ...design.imports.flatMap(({ to, object, location }): Diagnostic[] => {
      const name = `${object.kind} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`
      const desired = objects.find((item) => isImported(item, object))
      if (desired === undefined) return [wrong(`imports names ${name}, and no component makes it`, location, to)]
      if (!isWithin(desired.address, to)) {
        return [wrong(`imports gives ${name} to ${to}, and ${desired.address} makes it`, location, to)]
      }
      const isThere = state.objects.has(desired.id) || live.objects.has(desired.id) || live.unknown.has(desired.id)
      return isThere ? [] : [wrong(`imports names ${name}, and it is not there`, location, to)]
    }),
  ]
}

/** Where a component is that was moved, perhaps more than once; undefined when the design has it nowhere. */
function endOfMoves(to: string, next: ReadonlyMap<string, string>, has: (address: string) => boolean): string | undefined {
  const seen = new Set<string>()
  let at: string | undefined = to
  while (at !== undefined && !has(at)) {
    if (seen.has(at)) return undefined
    seen.add(at)
    at = next.get(at)
  }
  return at
}

/** An object is known by its kind and name, so what has another name under the new address is not the same and goes. */
function leftBehind(
  from: string,
  to: string,
  state: RecordedState,
  ids: ReadonlySet<string>,
  location: Diagnostic['location'],
): readonly Diagnostic[] {
  const left = [...state.objects].flatMap(([id, { address, key }]) =>
    isWithin(address, from) && !ids.has(id) ? [describeObject(key)] : [],
  )
  if (left.length === 0) return []
  return [
    {
      severity: 'warning',
      code: 'MF2014',
      summary: `moved leads ${from} to ${to}, which does not make ${left.length === 1 ? (left[0] ?? '') : `${left.length} of its objects`}`,
      detail: `${left.slice(0, 10).join('\n')}\nAn object stays when its kind, namespace and name do; these are deleted.`,
      address: to,
      ...(location === undefined ? {} : { location }),
      hint: `Give the objects of ${to} the names they had, or let these go.`,
    },
  ]
}

/** Ids of the objects that `imports` takes in, whoever owns them. */
export function importedIds(design: Design, objects: readonly DesiredObject[]): ReadonlySet<string> {
  return new Set(objects.filter((item) => design.imports.some(({ object }) => isImported(item, object))).map(({ id }) => id))
}

/** True for the component itself, its items and what is inside it. */
export function isWithin(address: string, component: string): boolean {
  return address === component || address.startsWith(`${component}.`) || address.startsWith(`${component}[`)
}

function isImported({ key, manifest }: DesiredObject, object: Design['imports'][number]['object']): boolean {
  return (
    key.kind === object.kind &&
    key.name === object.name &&
    key.namespace === (object.namespace ?? key.namespace) &&
    manifest.apiVersion.split('/')[0] === object.apiVersion.split('/')[0] &&
    (object.cluster === undefined || key.cluster === object.cluster)
  )
}

function wrong(summary: string, location: Diagnostic['location'], address: string): Diagnostic {
  return {
    severity: 'error',
    code: 'MF2014',
    summary,
    address,
    ...(location === undefined ? {} : { location }),
    hint: 'Mend the block, or take it out once it has done its work.',
  }
}
