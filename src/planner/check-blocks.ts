import type { Design } from '../design/design.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { describeObject } from '../plan/manifest.ts'
import type { RecordedObject, RecordedState } from '../plan/recorded-state.ts'
import type { LiveView } from './assess.ts'
import type { DesiredObject } from './desired-object.ts'
import { forgottenBy, isMovedBy, isWithin, withinAll } from './moves.ts'

/** What is wrong with `moved`, `removed` and `imports`: they would have no effect, or another than they say. */
export function checkBlocks(
  design: Design,
  objects: readonly DesiredObject[],
  state: RecordedState,
  live: LiveView,
): readonly Diagnostic[] {
  if (design.moved.length + design.removed.length + design.imports.length === 0) return []
  const standing = new Set(design.components.flatMap(({ address }) => withinAll(address)))
  const ids = new Set(objects.map(({ id }) => id))
  const isForgotten = forgottenBy(design)
  const going = [...state.objects].flatMap(([id, object]) => (ids.has(id) || isForgotten(object.address) ? [] : [object]))
  const next = new Map(design.moved.map(({ from, to }) => [from, to]))
  // Where a way may end: at what is there, at what the design has and leaves out by `when`, and at what `removed` gives up.
  const leftOut = new Set(design.leftOut)
  const ends = new Set([...standing, ...design.leftOut.flatMap(withinAll), ...design.removed.map(({ from }) => from)])
  const isEnd = (address: string) => ends.has(address) || withinAll(address).some((within) => leftOut.has(within))
  return [
    ...design.moved.flatMap((move): readonly Diagnostic[] => {
      const { from, to, location } = move
      if (isThere(move, design, standing)) {
        return [wrong(`moved says that ${from} is gone, and it is still in the design`, location, from)]
      }
      if (next.get(from) !== to) {
        return [wrong(`moved leads ${from} to ${to} and to ${next.get(from)}: it can only be one of them`, location, from)]
      }
      const end = endOfMoves(to, next, isEnd)
      if (end === undefined) return [wrong(`moved leads to ${to}, and the design has no such component`, location, to)]
      return standing.has(end) ? leftBehind(move, end, going) : []
    }),
    ...design.removed.flatMap(({ from, location }): Diagnostic[] =>
      standing.has(from) ? [wrong(`removed says that ${from} is gone, and it is still in the design`, location, from)] : [],
    ),
    ...design.imports.flatMap(({ to, object, location }): Diagnostic[] => {
      const name = `${object.kind} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`
      const desired = objects.find((item) => isImported(item, object))
      if (desired === undefined) return [wrong(`imports names ${name}, and no component makes it`, location, to)]
      if (!isWithin(desired.address, to)) {
        return [wrong(`imports gives ${name} to ${to}, and ${desired.address} makes it`, location, to)]
      }
      const isKnown = state.objects.has(desired.id) || live.objects.has(desired.id) || live.unknown.has(desired.id)
      return isKnown ? [] : [wrong(`imports names ${name}, and it is not there`, location, to)]
    }),
  ]
}

/** Whether the design still has what a move says is gone: only of an item that has become one of several, the component remains. */
function isThere({ from, to }: Design['moved'][number], design: Design, standing: ReadonlySet<string>): boolean {
  if (!standing.has(from)) return false
  if (!to.startsWith(`${from}[`)) return true
  return design.components.some(({ address }) => address === from || address.startsWith(`${from}.`))
}

/** Where a component is that was moved, perhaps more than once; undefined when the design has it nowhere. */
function endOfMoves(to: string, next: ReadonlyMap<string, string>, isEnd: (address: string) => boolean): string | undefined {
  const seen = new Set<string>()
  let at: string | undefined = to
  while (at !== undefined && !isEnd(at)) {
    if (seen.has(at)) return undefined
    seen.add(at)
    at = next.get(at)
  }
  return at
}

/** An object is known by its kind and name, so what has another name under the new address is not the same and goes. */
function leftBehind(move: Design['moved'][number], to: string, going: readonly RecordedObject[]): readonly Diagnostic[] {
  const { from, location } = move
  const left = going.flatMap(({ address, key }) => (isMovedBy(address, move) ? [describeObject(key)] : []))
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
