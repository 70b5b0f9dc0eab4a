/**
 * How many requests a second a run plans, over its time: straight pieces one after another. A constant rate is one flat piece.
 * Rates are requests a second, times seconds.
 */
export interface RateProfile {
  readonly pieces: readonly RatePiece[]
}

/** One straight piece: from `from` to `to` requests a second within `seconds`. */
export interface RatePiece {
  readonly from: number
  readonly to: number
  readonly seconds: number
}

/** The same rate all the time. */
export function constantRate(rate: number, seconds: number): RateProfile {
  return { pieces: [{ from: rate, to: rate, seconds }] }
}

/** Seconds of the whole profile. */
export function profileSeconds(profile: RateProfile): number {
  return profile.pieces.reduce((sum, piece) => sum + piece.seconds, 0)
}

/** Requests that the profile plans: the area under it, rounded down so that the last one is due before the end. */
export function profileRequests(profile: RateProfile): number {
  const area = profile.pieces.reduce((sum, piece) => sum + ((piece.from + piece.to) / 2) * piece.seconds, 0)
  return Math.floor(area + 1e-6)
}

/** The average rate of the profile, requests a second. */
export function meanRate(profile: RateProfile): number {
  const seconds = profileSeconds(profile)
  return seconds === 0
    ? 0
    : profile.pieces.reduce((sum, piece) => sum + ((piece.from + piece.to) / 2) * piece.seconds, 0) / seconds
}

/** The lowest and the highest rate of the profile, requests a second. */
export function rateRange(profile: RateProfile): { readonly lowest: number; readonly highest: number } {
  const rates = profile.pieces.flatMap((piece) => [piece.from, piece.to])
  return rates.length === 0 ? { lowest: 0, highest: 0 } : { lowest: Math.min(...rates), highest: Math.max(...rates) }
}

/**
 * The time in seconds at which `count` requests have become due, by solving the piece's area for time; Infinity when the profile
 * plans fewer.
 */
export function timeOfCount(profile: RateProfile, count: number): number {
  let before = 0
  let start = 0
  for (const piece of profile.pieces) {
    const area = ((piece.from + piece.to) / 2) * piece.seconds
    if (count < before + area || (count === before && area > 0)) return start + timeWithin(piece, count - before)
    before += area
    start += piece.seconds
  }
  return Number.POSITIVE_INFINITY
}

function timeWithin(piece: RatePiece, area: number): number {
  const slope = (piece.to - piece.from) / piece.seconds
  if (slope === 0) return area / piece.from
  // area = from·t + slope·t²/2, in the form that keeps its digits when from² is large against slope·area.
  const root = Math.sqrt(Math.max(piece.from * piece.from + 2 * slope * area, 0))
  return (2 * area) / (piece.from + root)
}
