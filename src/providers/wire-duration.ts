import { parseDuration } from '../plan/duration.ts'

/** A duration as the Gateway API takes it (GEP-2257): whole numbers, at most five digits and four units. */
export function gatewayDuration(text: string | undefined): string | undefined {
  if (text === undefined || /^([0-9]{1,5}(h|m|s|ms)){1,4}$/.test(text)) return text
  return exactDuration(Math.round(parseDuration(text) ?? 0))
}

/** Milliseconds in the fewest whole units. */
export function exactDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s'
  const units: readonly (readonly [string, number])[] = [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ]
  let rest = milliseconds
  let text = ''
  for (const [unit, length] of units) {
    const count = Math.floor(rest / length)
    if (count > 0) text += `${count}${unit}`
    rest -= count * length
  }
  return text
}

/** Whole seconds of a duration, at least one. */
export function wholeSeconds(text: string): number {
  return Math.max(1, Math.round((parseDuration(text) ?? 0) / 1000))
}

/** Milliseconds of a duration, rounded. */
export function milliseconds(text: string): number {
  return Math.round(parseDuration(text) ?? 0)
}
