import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { SourceLocation } from '../plan/source.ts'
import type { CommandIo } from './command-io.ts'
import type { SelectionOptions } from './design-options.ts'
import { whyUnreadable } from './why-unreadable.ts'

/** Patterns of `--target-file` and `--exclude-file`, added to those of the command line. */
export interface NamedPatterns {
  readonly target: readonly string[]
  readonly exclude: readonly string[]
  /** Where patterns stand that came out of a file, by flag and pattern: `--target traffic.*`. */
  readonly places: ReadonlyMap<string, SourceLocation>
  readonly diagnostics: readonly Diagnostic[]
}

type Given = Pick<SelectionOptions, 'target' | 'exclude' | 'targetFile' | 'excludeFile'>

/** Reads files of patterns: one a line; empty lines, and what follows a `#` at the beginning or after a space, are left out. */
export async function readPatterns(io: CommandIo, given: Given): Promise<NamedPatterns> {
  const places = new Map<string, SourceLocation>()
  const diagnostics: Diagnostic[] = []
  const read = async (flag: string, files: readonly string[]): Promise<readonly string[]> => {
    const patterns: string[] = []
    for (const file of files) {
      const text = await readFile(resolve(io.cwd, file), 'utf8').catch((error: unknown) => {
        diagnostics.push({
          severity: 'error',
          code: 'MF6003',
          summary: `${file} can not be read`,
          detail: whyUnreadable(error),
          hint: `${flag}-file takes a file with one address or object a line.`,
        })
      })
      if (typeof text !== 'string') continue
      const found = patternsOf(text)
      for (const { pattern, line, column } of found) places.set(`${flag} ${pattern}`, { file, line, column })
      patterns.push(...found.map(({ pattern }) => pattern))
      if (found.length === 0) diagnostics.push(holdsNothing(flag, file))
    }
    return patterns
  }
  const target = [...given.target, ...(await read('--target', given.targetFile))]
  const exclude = [...given.exclude, ...(await read('--exclude', given.excludeFile))]
  return { target, exclude, places, diagnostics }
}

function patternsOf(text: string): readonly { readonly pattern: string; readonly line: number; readonly column: number }[] {
  return text.split(/\r?\n/).flatMap((written, index) => {
    const pattern = written.replace(/(^|\s)#.*$/, '').trim()
    return pattern === '' ? [] : [{ pattern, line: index + 1, column: written.indexOf(pattern) + 1 }]
  })
}

/** An empty list of targets must not come to mean everything. */
function holdsNothing(flag: string, file: string): Diagnostic {
  return {
    severity: 'error',
    code: 'MF6003',
    summary: `${file} holds no pattern`,
    detail: `It was given to ${flag}-file, and has nothing but empty lines and comments.`,
    location: { file, line: 1, column: 1 },
    hint: `Write one address or object a line, such as \`traffic.*\` or \`Deployment/web\`, or leave out ${flag}-file.`,
  }
}
