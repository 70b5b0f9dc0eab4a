import type { StringMap } from '../../plan/manifest.ts'

/** True when labels fit a selector: `a=b`, `a!=b`, `a`, `!a`, all of which must hold. Consul cannot select, so we do. */
export function fitsSelector(labels: StringMap, selector: string | undefined): boolean {
  return (selector ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .every((part) => fits(labels, part))
}

function fits(labels: StringMap, part: string): boolean {
  const unequal = part.split('!=')
  if (unequal[0] !== undefined && unequal[1] !== undefined) return labels[unequal[0]] !== unequal[1]
  const equal = part.split(/==?/)
  if (equal[0] !== undefined && equal[1] !== undefined) return labels[equal[0]] === equal[1]
  return part.startsWith('!') ? labels[part.slice(1)] === undefined : labels[part] !== undefined
}
