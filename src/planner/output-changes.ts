import type { Design } from '../design/design.ts'
import type { JsonValue } from '../plan/json.ts'
import type { OutputChange, PlanMode } from '../plan/plan.ts'
import type { RecordedState } from '../plan/recorded-state.ts'
import { secretDigest } from '../plan/secret-digest.ts'

/** What a plan does to the outputs of a design. */
export function outputChanges(request: {
  readonly mode: PlanMode
  readonly design: Design
  readonly state: RecordedState
}): readonly OutputChange[] {
  const before = request.state.outputs
  if (request.mode === 'destroy') {
    return Object.entries(before).map(([name, { value, sensitive }]) => ({
      name,
      before: value,
      after: undefined,
      unknown: false,
      sensitive,
    }))
  }
  const current = request.design.outputs.map(({ name, value, sensitive }) => ({
    name,
    before: before[name]?.value,
    after: value.known ? (sensitive ? coverOutput(name, value.value) : value.value) : undefined,
    unknown: !value.known,
    sensitive,
  }))
  const names = new Set(current.map((output) => output.name))
  const gone = Object.entries(before)
    .filter(([name]) => !names.has(name))
    .map(([name, { value, sensitive }]) => ({ name, before: value, after: undefined, unknown: false, sensitive }))
  return [...current, ...gone]
}

/** What stands for a sensitive output in plan and state: enough to see that it changed, nothing of what it is. */
export function coverOutput(name: string, value: JsonValue): string {
  return `(sensitive ${secretDigest(value, `output ${name}`, 'one-of-few').slice(-8)})`
}
