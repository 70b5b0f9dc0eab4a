/** How the API server answers a patch that makes no sense against its object or its schema. */
export type StrategicPatchAnswer = 'bad request' | 'unprocessable' | 'internal error'

/** A strategic merge patch that can't be carried out, in the API server's words. */
export class StrategicPatchError extends Error {
  readonly answer: StrategicPatchAnswer

  constructor(message: string, answer: StrategicPatchAnswer = 'internal error') {
    super(message)
    this.answer = answer
  }
}
