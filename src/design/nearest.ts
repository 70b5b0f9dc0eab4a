import { closest, distance } from 'fastest-levenshtein'

/** The known name nearest to a mistyped one, if any is near enough to be what was meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const names = [...known]
  if (names.length === 0) return undefined
  const best = closest(
    name.toLowerCase(),
    names.map((candidate) => candidate.toLowerCase()),
  )
  const candidate = names.find((each) => each.toLowerCase() === best)
  if (candidate === undefined) return undefined
  return distance(name.toLowerCase(), best) <= Math.max(2, Math.floor(name.length / 2)) ? candidate : undefined
}

const LISTED = 12

/** What to write instead of an unknown name: the nearest known one, else the list of all. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const names = [...known]
  const candidate = nearest(name, names)
  if (candidate !== undefined) return `Did you mean "${candidate}"?`
  if (names.length === 0) return undefined
  const listed = names.slice(0, LISTED).join(', ')
  return names.length > LISTED ? `Known here: ${listed} and ${names.length - LISTED} more.` : `Known here: ${listed}.`
}
