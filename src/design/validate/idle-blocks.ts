import type { Diagnostic } from '../../plan/diagnostic.ts'
import { mistake } from '../mistake.ts'
import type { ModuleSource } from '../module/module-source.ts'

/** Why each block that a design has for itself alone does nothing in a pattern. */
const IDLE = {
  clusters: 'Clusters are named by the design that uses the pattern, and are given to it as inputs.',
  state: 'There is one state: that of the design that uses the pattern.',
  ownership: 'Fields are written in the name of the design that uses the pattern.',
  imports: 'What there is already is taken in by the design that uses the pattern, whose state it goes into.',
} as const

/** Blocks of a pattern that would do something if it were planned by itself, and do nothing where a design uses it: a warning each. */
export function idleBlocks(pattern: ModuleSource): readonly Diagnostic[] {
  const blocks = [
    ['clusters', [...pattern.blocks.clusters.values()][0]],
    ['state', pattern.state],
    ['ownership', pattern.ownership],
    ['imports', pattern.lists.imports[0]],
  ] as const
  return blocks.flatMap(([name, entry]) => {
    if (entry === undefined) return []
    return [
      mistake('MF1604', entry.document.locateKey([name]), {
        severity: 'warning',
        summary: `\`${name}\` of the pattern ${pattern.name} does nothing here`,
        detail: IDLE[name],
        hint:
          name === 'imports'
            ? 'Say it in the design that uses the pattern, with addresses such as `patterns.<name>.resources.<name>`.'
            : 'Say it in the design that uses the pattern; there it holds for both.',
      }),
    ]
  })
}
