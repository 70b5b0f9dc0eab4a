import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { PerfRecord } from '../../perf/check/perf-record.ts'
import { readResults } from '../../perf/formats/read-results.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'

/** Results of files, and what is wrong with them or worth a warning. */
export interface ReadFiles {
  readonly records: readonly PerfRecord[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads result files of any known format; a folder stands for the files in it. */
export async function readResultFiles(io: CommandIo, names: readonly string[]): Promise<ReadFiles> {
  const records: PerfRecord[] = []
  const diagnostics: Diagnostic[] = []
  for (const name of names) {
    try {
      for (const path of await filesOf(resolve(io.cwd, name))) {
        const read = readResults(await readFile(path, 'utf8'), basename(path))
        if (!read.ok) {
          diagnostics.push({
            severity: 'error',
            code: 'MF7008',
            summary: `${name} has no results`,
            detail: `${read.problems.join('; ')}.`,
          })
          continue
        }
        records.push(...read.records)
        for (const warning of read.warnings)
          diagnostics.push({ severity: 'warning', code: 'MF7009', summary: `${basename(path)}: ${warning}` })
      }
    } catch (error) {
      diagnostics.push({
        severity: 'error',
        code: 'MF6003',
        summary: `${name} can not be read`,
        detail: error instanceof Error ? `${error.message}.` : String(error),
        hint: 'Name a file that `meshform perf run --json` or another tool wrote.',
      })
    }
  }
  return { records, diagnostics }
}

async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const names = await readdir(path)
  return names
    .filter((name) => /\.(?:json|ya?ml|hgrm|hlog)$/.test(name))
    .sort()
    .map((name) => join(path, name))
}
