import { distance } from 'fastest-levenshtein'

/** Signs that a hurried finger gets wrong. */
const SLIP = 2

/** Signs of a name that are told again by its long or short form: `env` and `environment`. */
const STEM = 3

/** The known name nearest to a mistyped one, if any is near enough to be what was meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  return nearestOnes(name, [...known])[0]
}

/** All that are as near as the nearest, in the order they are known in. */
function nearestOnes(name: string, names: readonly string[]): readonly string[] {
  const wanted = name.toLowerCase()
  const ranked = names
    .map((candidate) => ({
      candidate,
      away: distance(wanted, candidate.toLowerCase()),
      alike: likeness(wanted, candidate.toLowerCase()),
    }))
    .sort((left, right) => left.away - right.away || right.alike - left.alike)
  const [best] = ranked
  if (best === undefined) return []
  if (best.away > SLIP) {
    const begun = names.map((candidate) => ({ candidate, shared: sharedStart(wanted, candidate.toLowerCase()) }))
    const [longer] = begun.filter(({ shared }) => shared >= STEM).sort((left, right) => right.shared - left.shared)
    if (longer !== undefined) return [longer.candidate]
  }
  if (best.away > Math.max(SLIP, Math.floor(name.length / 2))) return []
  return ranked.filter(({ away, alike }) => away === best.away && alike === best.alike).map(({ candidate }) => candidate)
}

/** Between names equally far away, the one made of the same letters was meant: letters change places more often than they turn up. */
function likeness(left: string, right: string): number {
  return ([...left].sort().join('') === [...right].sort().join('') ? 2 : 0) + (left[0] === right[0] ? 1 : 0)
}

/** Signs of the one that the other begins with; 0 where neither begins with the other. */
function sharedStart(left: string, right: string): number {
  return left.startsWith(right) || right.startsWith(left) ? Math.min(left.length, right.length) : 0
}

const LISTED = 12

/** What to write instead of an unknown name: the nearest known one, or two; else the list of all. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const names = [...known]
  const [candidate, other, ...more] = nearestOnes(name, names)
  if (candidate !== undefined && more.length === 0) {
    return other === undefined ? `Did you mean "${candidate}"?` : `Did you mean "${candidate}" or "${other}"?`
  }
  if (names.length === 0) return undefined
  const listed = names.slice(0, LISTED).join(', ')
  return names.length > LISTED ? `Known here: ${listed} and ${names.length - LISTED} more.` : `Known here: ${listed}.`
}
