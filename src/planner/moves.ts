import type { Design } from '../design/design.ts'

type Move = Pick<Design['moved'][number], 'from' | 'to'>

/** Where a recorded address is by now: `moved` of the design and of its patterns, followed from block to block. */
export type FollowMoves = (address: string) => string

/** True for the component itself, its items and what is inside it. */
export function isWithin(address: string, component: string): boolean {
  return address === component || address.startsWith(`${component}.`) || address.startsWith(`${component}[`)
}

/** An address and those of all that it is within, the longest first. Keys of items may hold any sign. */
export function withinAll(address: string): readonly string[] {
  const found = [address]
  let quoted = false
  for (let at = 0; at < address.length; at += 1) {
    const sign = address[at]
    if (quoted && sign === '\\') at += 1
    else if (sign === '"') quoted = !quoted
    else if (!quoted && (sign === '.' || sign === '[')) found.push(address.slice(0, at))
  }
  return found.sort((left, right) => right.length - left.length)
}

/**
 * True for what a move takes along: a component with all of its items and all that is inside. Where only the new address names an
 * item, `resources.a` to `resources.a["x"]`, the component was one before, and what has items is not meant.
 */
export function isMovedBy(address: string, { from, to }: Move): boolean {
  if (address === from || address.startsWith(`${from}.`)) return true
  return address.startsWith(`${from}[`) && !to.startsWith(`${from}[`)
}

/** Follows moves, the one with the longest address first; a circle of moves leads back to where it began. */
export function followMoves(moves: readonly Move[]): FollowMoves {
  if (moves.length === 0) return (address) => address
  const byOrigin = new Map(moves.map((move) => [move.from, move]))
  return (address) => {
    const seen = new Set([address])
    let at = address
    for (;;) {
      const move = withinAll(at)
        .flatMap((origin) => byOrigin.get(origin) ?? [])
        .find((candidate) => isMovedBy(at, candidate))
      if (move === undefined) return at
      at = `${move.to}${at.slice(move.from.length)}`
      if (seen.has(at)) return address
      seen.add(at)
    }
  }
}

/** Whether `removed` gives up a recorded address without deleting its objects. Of several blocks the one with the longest address decides. */
export function forgottenBy({ removed, moved }: Pick<Design, 'removed' | 'moved'>): (address: string) => boolean {
  if (removed.length === 0) return () => false
  const follow = followMoves(moved)
  const destroys = new Map(removed.map(({ from, destroy }) => [from, destroy]))
  return (address) => {
    const [block] = [...withinAll(address), ...withinAll(follow(address))]
      .filter((origin) => destroys.has(origin))
      .sort((left, right) => right.length - left.length)
    return block !== undefined && destroys.get(block) === false
  }
}
