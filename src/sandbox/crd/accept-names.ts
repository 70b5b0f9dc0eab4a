import type { DefinitionNames } from './definition.ts'

/** A condition of a definition without its time. */
export interface DefinitionCondition {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

/** The names that a definition may use, and what is said of those it may not. */
export interface AcceptedNames {
  readonly names: DefinitionNames
  readonly condition: DefinitionCondition
}

/** The names that other definitions of the group hold, by what they name. */
export interface TakenNames {
  readonly resources: ReadonlySet<string>
  readonly kinds: ReadonlySet<string>
}

/** Collects the names that definitions hold. */
export function takenNames(others: readonly DefinitionNames[]): TakenNames {
  return {
    resources: new Set(others.flatMap((names) => [names.plural, names.singular, ...names.shortNames])),
    kinds: new Set(others.flatMap((names) => [names.kind, names.listKind])),
  }
}

function inUse(name: string): string {
  return `${JSON.stringify(name)} is already in use`
}

/** Decides which of the requested names are free; one that is refused keeps what was accepted before. */
export function acceptNames(requested: DefinitionNames, before: DefinitionNames, taken: TakenNames): AcceptedNames {
  const problems: { readonly reason: string; readonly message: string }[] = []
  const check = (name: string, held: string, all: ReadonlySet<string>, reason: string): string => {
    if (name === held || !all.has(name)) return name
    problems.push({ reason, message: inUse(name) })
    return held
  }
  const plural = check(requested.plural, before.plural, taken.resources, 'PluralConflict')
  const singular = check(requested.singular, before.singular, taken.resources, 'SingularConflict')
  const clashing = requested.shortNames.filter((name) => !before.shortNames.includes(name) && taken.resources.has(name))
  if (clashing.length > 0) problems.push({ reason: 'ShortNamesConflict', message: clashing.map(inUse).join(', ') })
  const shortNames = clashing.length > 0 ? before.shortNames : requested.shortNames
  const kind = check(requested.kind, before.kind, taken.kinds, 'KindConflict')
  const listKind = check(requested.listKind, before.listKind, taken.kinds, 'ListKindConflict')
  const names = { plural, singular, kind, listKind, shortNames, categories: requested.categories }
  const last = problems.at(-1)
  const condition: DefinitionCondition =
    last === undefined
      ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
      : { type: 'NamesAccepted', status: 'False', reason: last.reason, message: last.message }
  return { names, condition }
}
