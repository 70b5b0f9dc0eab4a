/** A key that requests to a store are signed with. Lives in memory only. */
export interface AccessKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of a key that was lent for a time. */
  readonly sessionToken: string | undefined
}
