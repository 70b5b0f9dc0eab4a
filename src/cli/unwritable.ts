import type { Diagnostic } from '../plan/diagnostic.ts'

const WHY: Readonly<Record<string, { readonly detail: string; readonly hint: string }>> = {
  ENOSPC: { detail: 'The disk is full.', hint: 'Make room, or name a file on another disk.' },
  EDQUOT: { detail: 'The quota of the disk is used up.', hint: 'Make room, or name a file on another disk.' },
  EROFS: { detail: 'Its file system is read-only.', hint: 'Name a file elsewhere.' },
  EACCES: { detail: 'Writing there is not allowed.', hint: 'Name a file in a folder of yours.' },
  EPERM: { detail: 'Writing there is not allowed.', hint: 'Name a file in a folder of yours.' },
  EISDIR: { detail: 'It is a folder.', hint: 'Name a file.' },
  ENOENT: { detail: 'Its folder does not exist.', hint: 'Name a file in a folder that is there.' },
  ENOTDIR: { detail: 'What should be its folder is a file.', hint: 'Name a file in a folder that is there.' },
}

/** A file that can't be written: why, what to do, and what became of the rest. */
export function unwritable(file: string, error: unknown, consequence: string): Diagnostic {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const known = WHY[code]
  return {
    severity: 'error',
    code: 'MF6003',
    summary: `${file} can not be written`,
    detail: known?.detail ?? `${error instanceof Error ? error.message : String(error)}.`,
    hint: known === undefined ? consequence : `${known.hint} ${consequence}`,
  }
}
