const PREFIX_BYTES = 5

/** Follows the messages of a gRPC answer as its bytes come: a flag, four bytes of length, the message. Keeps none of them. */
export class GrpcMessages {
  private prefixRead = 0
  private length = 0
  private left = 0
  private unread = false

  /** Forgets the last answer. */
  begin(): void {
    this.prefixRead = 0
    this.length = 0
    this.left = 0
    this.unread = false
  }

  /** The answer has bytes that are not read here (padding), so it can't be judged. */
  giveUp(): void {
    this.unread = true
  }

  read(bytes: Buffer, from: number, to: number): void {
    let at = from
    while (at < to) {
      if (this.left > 0) {
        const taken = Math.min(this.left, to - at)
        this.left -= taken
        at += taken
        continue
      }
      if (this.prefixRead > 0) this.length = this.length * 256 + (bytes[at] as number)
      this.prefixRead += 1
      at += 1
      if (this.prefixRead < PREFIX_BYTES) continue
      this.prefixRead = 0
      this.left = this.length
      this.length = 0
    }
  }

  /** True when the answer ends, if it ends here, inside a message. */
  get cutOff(): boolean {
    return !this.unread && (this.prefixRead > 0 || this.left > 0)
  }
}
