import { refused, type StateResult } from '../../state-result.ts'
import { isCode } from './atomic-write.ts'

/** Runs file-system calls; what they throw becomes an answer. */
export async function fileResult<Value>(what: string, run: () => Promise<StateResult<Value>>): Promise<StateResult<Value>> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    const hint = isCode(error, 'EACCES', 'EPERM')
      ? ' Check who owns the folder.'
      : isCode(error, 'ENOSPC', 'EDQUOT')
        ? ' The disk is full.'
        : isCode(error, 'EISDIR')
          ? ' There is a folder where a file should be.'
          : ''
    return refused({ kind: 'io', message: `${what}: ${error.message}.${hint}` })
  }
}
