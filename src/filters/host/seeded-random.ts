/**
 * Bytes that look random and are the same in every run with the same seed: xorshift32. A test bench must not roll dice; nothing
 * here is fit for keys.
 */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0 || 0x9e3779b9
  }

  next(): number {
    let state = this.#state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.#state = state
    return state >>> 0
  }

  fill(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = this.next() >>> 11
  }
}
