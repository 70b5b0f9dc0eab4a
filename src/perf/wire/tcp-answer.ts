import type { AnswerReader } from './connection-lane.ts'
import type { PreparedRequest } from './prepared-request.ts'

/** Reads answers of a known length, comparing them byte for byte where the request says what they must be. */
export class TcpAnswer implements AnswerReader {
  status = 0
  size = 0
  complete = false
  readonly keepAlive = true
  problem = ''
  readonly problemKind = 'mismatch'
  private wanted = 0
  private expected: Buffer | undefined = undefined

  begin(request: Pick<PreparedRequest, 'answerBytes' | 'answer'>): void {
    this.size = 0
    this.complete = false
    this.problem = ''
    this.wanted = request.answerBytes
    this.expected = request.answer
  }

  read(buffer: Buffer, from: number, to: number): number {
    const taken = Math.min(this.wanted - this.size, to - from)
    const { expected } = this
    if (expected !== undefined && expected.compare(buffer, from, from + taken, this.size, this.size + taken) !== 0) {
      this.problem = 'the answer is not the expected bytes'
    }
    this.size += taken
    this.complete = this.size === this.wanted && this.problem === ''
    return from + taken
  }

  endOfInput(): boolean {
    return false
  }
}
