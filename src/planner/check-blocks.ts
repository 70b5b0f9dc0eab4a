import type { Design } from '../design/design.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
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
  return [
    ...design.moved.flatMap(({ from, to, location }): Diagnostic[] => {
      if (has(from)) return [wrong(`moved says that ${from} is gone, and it is still in the design`, location, from)]
      if (has(to)) return []
      return [wrong(`moved leads to ${to}, and the design has no such component`, location, to)]
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
