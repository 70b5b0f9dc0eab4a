/** What a command may touch of the process: handed in, so that commands can be run in tests as they are. */
export type CommandIo = {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborts with the first Ctrl-C. */
  readonly signal: AbortSignal
  readonly cwd: string
  /** Every cluster is an embedded one, whatever the design says: for tests of designs. */
  readonly onlySandboxes?: boolean
  setExitCode(code: number): void
}
