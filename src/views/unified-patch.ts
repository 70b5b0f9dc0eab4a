import { createTwoFilesPatch } from 'diff'

/** Two versions of a file as `diff -u` compares them. */
export function unifiedPatch(name: string, before: string, after: string): string {
  return createTwoFilesPatch(`old/${name}`, `new/${name}`, before, after).replace(/^=+\n/, '')
}
