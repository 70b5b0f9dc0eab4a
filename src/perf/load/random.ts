/**
 * A small seeded generator of numbers in [0, 1): the same seed gives the same numbers on every machine, so that a run, a test and a
 * bootstrap can be repeated. (Mulberry32: a 32-bit counter, mixed.) Not for secrets.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
