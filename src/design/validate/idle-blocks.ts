import type { Diagnostic } from '../../plan/diagnostic.ts'
import { mistake } from '../mistake.ts'
import type { ModuleSource } from '../module/module-source.ts'

/** Blocks of a pattern that would do something if it were planned by itself, and do nothing where a design uses it: a warning each. */
export function idleBlocks(pattern: ModuleSource): readonly Diagnostic[] {
  const blocks = [
    ['policies', [...pattern.blocks.policies.values()][0]],
    ['moved', pattern.lists.moved[0]],
    ['imports', pattern.lists.imports[0]],
    ['removed', pattern.lists.removed[0]],
  ] as const
  return blocks.flatMap(([name, entry]) => {
    if (entry === undefined) return []
    return [
      mistake('MF1604', entry.document.locateKey([name]), {
        severity: 'warning',
        summary: `\`${name}\` of the pattern ${pattern.name} does nothing here`,
        detail: 'It holds when the pattern is planned by itself.',
        hint: 'Say it in the design that uses the pattern, with addresses such as `patterns.<name>.resources.<name>`.',
      }),
    ]
  })
}
