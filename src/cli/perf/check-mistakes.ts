import type { ComponentOf } from '../../design/component.ts'
import type { Design } from '../../design/design.ts'
import { checkProblem } from '../../perf/check/check-problem.ts'
import { rolloutProblems } from '../../perf/check/rollout.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import { readDesignCheck } from './design-check-reader.ts'

/** What is wrong with the perf-checks of a design: thresholds, addresses, files. Told before anything is applied. */
export async function checkMistakes(io: CommandIo, design: Design): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = []
  for (const component of design.components) {
    if (component.section === 'traffic') found.push(...rolloutMistakes(component))
    if (component.section !== 'perfChecks') continue
    const read = await readDesignCheck(io, design, component)
    if (!read.ok) found.push(...read.diagnostics)
  }
  return found
}

function rolloutMistakes(component: ComponentOf<'traffic'>): Diagnostic[] {
  return (component.spec.routes ?? []).flatMap((route, index) =>
    rolloutProblems(route.rollout === undefined ? [100] : route.rollout.steps).map((problem) =>
      checkProblem('MF7016', `In a rollout ${problem}.`, {
        address: component.address,
        path: ['routes', index, 'rollout', 'steps'],
        locate: component.locate,
      }),
    ),
  )
}
