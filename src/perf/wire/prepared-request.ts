/**
 * A request as bytes ready to be written, one variant a data row (a request without placeholders has one). Variants are taken in
 * turn, so that a run's requests are the same for the same plan.
 */
export interface PreparedRequest {
  /** Position in the plan's list of requests. */
  readonly index: number
  readonly name: string
  /** True for HEAD: the answer has no body whatever its headers say. */
  readonly headOnly: boolean
  /** The bytes of the next use: a whole HTTP/1.1 request, an HTTP/2 header block, a TCP payload. */
  readonly bytes: readonly Buffer[]
  /** HTTP/2 and gRPC: the body of each variant, same length as `bytes`; empty where none has a body. */
  readonly bodies: readonly Buffer[]
  /** The statuses that count as good; empty means 100 to 399. */
  readonly expectStatus: readonly number[]
  /** TCP: the answer ends after so many bytes. */
  readonly answerBytes: number
  /** TCP: the exact answer, when it is checked. */
  readonly answer: Buffer | undefined
  /** The variant to be used next. Advanced by `takeVariant`. */
  next: number
}

/** The variant to send now, and moves on to the next. */
export function takeVariant(request: PreparedRequest): number {
  const variant = request.next
  const following = variant + 1
  request.next = following === request.bytes.length ? 0 : following
  return variant
}

/** True when `status` is one the plan counts as good. */
export function statusIsExpected(request: PreparedRequest, status: number): boolean {
  const expected = request.expectStatus
  return expected.length === 0 ? status < 400 : expected.includes(status)
}
