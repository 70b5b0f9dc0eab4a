/** Why a registry, or a server, did not give or take what was asked. Thrown inside, and turned into a diagnostic by whoever asked for an artifact. */
export class RegistryError extends Error {
  readonly reason: 'unreachable' | 'unauthorized' | 'not-found' | 'refused' | 'wrong-content' | 'too-large' | 'canceled'
  /** What to do about it, where something can be done. */
  readonly hint: string | undefined

  constructor(reason: RegistryError['reason'], message: string, hint?: string) {
    super(message)
    this.name = 'RegistryError'
    this.reason = reason
    this.hint = hint
  }
}
