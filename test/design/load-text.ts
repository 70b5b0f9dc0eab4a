import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type LoadedDesign, type LoadRequest, loadDesign } from '../../src/design/load-design.ts'

/** What every design begins with. */
export const HEAD = 'apiVersion: meshform.dev/v1\nkind: Design\nmetadata: {name: shop}\n'

/** Loads designs from texts by file name; a text that begins with `->` is a link. The folder is gone afterwards. */
export async function loadText(
  files: { readonly [name: string]: string },
  more: Partial<Omit<LoadRequest, 'cwd'>> = {},
): Promise<LoadedDesign> {
  const cwd = mkdtempSync(join(tmpdir(), 'meshform-design-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(cwd, name)), { recursive: true })
      if (text.startsWith('->')) symlinkSync(text.slice(2), join(cwd, name))
      else writeFileSync(join(cwd, name), text)
    }
    return await loadDesign({ paths: ['.'], inputs: { cli: {}, files: [], environment: {} }, ...more, cwd })
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

/** Diagnostics as lines: code, place, what. */
export function lines({ diagnostics }: LoadedDesign): readonly string[] {
  return diagnostics.map(({ code, location, summary }) => {
    const place = location === undefined ? '-' : `${location.file}:${location.line}:${location.column}`
    return `${code} ${place} ${summary}`
  })
}
