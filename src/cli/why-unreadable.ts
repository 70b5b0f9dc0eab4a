/** Why a file can't be read, in a sentence. */
export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'There is no such file.'
  if (code === 'EACCES') return 'Reading it is not allowed.'
  if (code === 'EISDIR') return 'It is a folder.'
  return error instanceof Error ? error.message : String(error)
}
