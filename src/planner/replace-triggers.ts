import type { Component } from '../design/component.ts'
import type { Design } from '../design/design.ts'
import type { Candidate } from './assess.ts'
import { isWithin, withinAll } from './moves.ts'
import { asReplacement } from './select.ts'

/** True of a design in which one component's change may replace another that did not change. */
export function hasTriggers(design: Design): boolean {
  return design.components.some(isTriggered)
}

function isTriggered({ spec }: Component): boolean {
  return (spec.lifecycle?.replaceTriggeredBy?.length ?? 0) > 0
}

/** Turns what `lifecycle.replaceTriggeredBy` names into replacements, wherever the named components change. Runs of triggers go on. */
export function replaceTriggered(candidates: readonly Candidate[], components: readonly Component[]): readonly Candidate[] {
  const triggers = components.filter(isTriggered)
  if (triggers.length === 0) return candidates
  const standing = new Set(components.flatMap(({ address }) => withinAll(address)))
  const changed = new Set(candidates.filter(isChanged).flatMap((candidate) => withinAll(addressOf(candidate))))
  const replaced = new Set<string>()
  for (let grew = true; grew; ) {
    grew = false
    for (const { address, section, scope, spec } of triggers) {
      if (replaced.has(address)) continue
      const hit = spec.lifecycle?.replaceTriggeredBy?.some((trigger) => {
        const inside = `${scope}.${trigger}`
        return changed.has(scope !== '' && standing.has(inside) ? inside : trigger)
      })
      if (hit !== true) continue
      // With a pattern goes all that is in it.
      const going =
        section === 'patterns' ? components.filter((component) => isWithin(component.address, address)) : [{ address }]
      for (const gone of going) {
        replaced.add(gone.address)
        for (const within of withinAll(gone.address)) changed.add(within)
      }
      grew = true
    }
  }
  if (replaced.size === 0) return candidates
  return candidates.map((candidate) =>
    replaced.has(addressOf(candidate)) ? asReplacement(candidate, 'replace_by_triggers') : candidate,
  )
}

/** What the design itself changes; an object that somebody else touched triggers nothing, and neither does a new one. */
function isChanged(candidate: Candidate): boolean {
  if (candidate.kind !== 'update') return false
  const { recorded, desired, reason } = candidate
  return reason === 'replace_by_request' || (recorded !== undefined && recorded.desiredDigest !== desired.digest)
}

function addressOf(candidate: Candidate): string {
  return 'desired' in candidate ? candidate.desired.address : candidate.recorded.address
}
