import type { Design } from '../design/design.ts'
import type { EngineEvent } from '../engine/events.ts'
import { SENDS } from '../plan/change.ts'
import { type Diagnostic, hasErrors } from '../plan/diagnostic.ts'
import { describeObject } from '../plan/manifest.ts'
import type { Plan, PlanContent, PlanMode } from '../plan/plan.ts'
import type { RecordedState } from '../plan/recorded-state.ts'
import { dependsOnObject } from '../planner/resolve-ignore.ts'
import type { CommandIo } from './command-io.ts'
import type { ExecuteRunRequest } from './execute-run.ts'
import { readPlanFile } from './plan-files.ts'
import { type PlanRun, planRun } from './plan-run.ts'
import { readDesign } from './read-design.ts'
import { rollbackSource } from './rollback-source.ts'
import { staleness } from './staleness.ts'

/** What is carried out: a design as it is now, or a plan that was saved from it. */
export interface PlanSource {
  readonly design: Design
  readonly diagnostics: readonly Diagnostic[]
  readonly saved: Plan | undefined
  /** Sensitive inputs that were not given again; undefined when the design was read from its files. */
  readonly missing: readonly string[] | undefined
  /** Files that perf-checks read where the design's are not. */
  readonly files: PlanContent['files']
}

interface ReadSource {
  readonly value: PlanSource | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Reads the design, and the saved plan where one is named. A plan whose design is there is held against it; where it is not, the
 * plan's own copy stands in.
 */
export async function readSource(io: CommandIo, request: ExecuteRunRequest): Promise<ReadSource> {
  if (request.planFile === undefined) return fromFiles(await readDesign(io, request.options), undefined)
  const read = await readPlanFile(io, request.planFile)
  if (read.plan === undefined) return { value: undefined, diagnostics: read.diagnostics }
  const saved = read.plan
  const refusal = erroredPlan(request.planFile, saved)
  if (refusal !== undefined) return { value: undefined, diagnostics: [refusal] }
  const named = request.options.file.length > 0
  const found = await readDesign(io, {
    ...request.options,
    file: named ? request.options.file : (saved.design.paths ?? [saved.design.directory]),
    // Sensitive inputs are not in the plan and must be given again.
    input: [...read.inputs.input, ...request.options.input],
  })
  if (named || saved.content === undefined || found.design !== undefined || !found.diagnostics.every(isNothingThere)) {
    return fromFiles(found, saved)
  }
  const { designOfPlan } = await import('./saved-design.ts')
  const { design, missing, diagnostics } = await designOfPlan(io, saved, saved.content, request.options)
  if (design === undefined) return { value: undefined, diagnostics }
  return { value: { design, diagnostics, saved, missing, files: saved.content.files }, diagnostics }
}

/** A plan that was saved for a look at what is wrong with it. */
function erroredPlan(path: string, { diagnostics }: Plan): Diagnostic | undefined {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return undefined
  return {
    severity: 'error',
    code: 'MF4011',
    summary: `${path} can not be applied: it was made with ${errors.length === 1 ? 'an error' : `${errors.length} errors`}`,
    detail: errors.map(({ summary, code }) => `${summary} [${code}]`).join('\n'),
    hint: 'Mend what it says, and make a new plan.',
  }
}

function fromFiles(read: Awaited<ReturnType<typeof readDesign>>, saved: Plan | undefined): ReadSource {
  const { design, diagnostics } = read
  if (design === undefined || hasErrors(diagnostics)) return { value: undefined, diagnostics }
  return { value: { design, diagnostics, saved, missing: undefined, files: {} }, diagnostics }
}

/** Codes of a design that is not there, as against one that has mistakes. */
const NOTHING_THERE: ReadonlySet<string> = new Set(['MF1003', 'MF1008'])

function isNothingThere({ code }: Diagnostic): boolean {
  return NOTHING_THERE.has(code)
}

/**
 * The plan to carry out, made under the lock. A saved plan is made again from the same design and state and must come out the same:
 * then the saved one is carried out as it stands; else it is stale, and what differs is said.
 */
export async function planForExecution(
  io: CommandIo,
  request: ExecuteRunRequest,
  source: PlanSource,
  state: RecordedState,
  emit: (event: EngineEvent) => void,
): Promise<PlanRun> {
  const { saved, missing } = source
  const carried = missing === undefined ? {} : { isPrepared: true, knownDigests: digestsOf(saved) }
  const back = request.rollbackTo === undefined ? undefined : rollbackSource(source.design, state, request.rollbackTo)
  const run = await planRun({
    io,
    options: request.options,
    ...(back?.ok === true ? back.value : { design: source.design }),
    ...carried,
    state,
    mode: saved?.mode ?? modeOf(request),
    askAboutCreates: request.options.yes !== true && saved === undefined,
    diagnostics: back?.ok === false ? [...source.diagnostics, back.diagnostic] : source.diagnostics,
    emit,
  })
  if (saved === undefined) return run
  const { plan } = run.made
  const errors = plan.diagnostics.filter(({ severity }) => severity === 'error')
  const { rules } = run.made
  const stale = staleness(saved, plan, state, (id) => rules.get(id)?.ignore.some(dependsOnObject) === true)
  const refusals = [...stale, ...errors, ...(stale.length > 0 ? [] : valuesNotAtHand(saved, run.made.manifests, missing ?? []))]
  if (refusals.length > 0) return { ...run, made: { ...run.made, plan: { ...plan, diagnostics: refusals } } }
  return { ...run, made: { ...run.made, plan: { ...saved, diagnostics: [] } } }
}

function modeOf({ operation, refreshOnly }: ExecuteRunRequest): PlanMode {
  if (refreshOnly === true) return 'refresh-only'
  return operation === 'destroy' ? 'destroy' : 'apply'
}

function digestsOf(saved: Plan | undefined): ReadonlyMap<string, string> {
  return new Map((saved?.changes ?? []).map(({ id, desiredDigest }) => [id, desiredDigest ?? '']))
}

/** Objects that are sent, and whose secret values nobody has: the plan holds none, and the design is not there. */
function valuesNotAtHand(
  saved: Plan,
  manifests: ReadonlyMap<string, unknown>,
  missing: readonly string[],
): readonly Diagnostic[] {
  const lacking = saved.changes.filter(({ id, action }) => SENDS[action] && !manifests.has(id))
  const [first] = lacking
  if (first === undefined) return []
  const names = lacking.slice(0, 10).map(({ key }) => describeObject(key))
  const given = missing.map((name) => `--input ${name}=... or MESHFORM_INPUT_${name}`).join(', ')
  return [
    {
      severity: 'error',
      code: 'MF4010',
      summary: `${lacking.length === 1 ? 'An object has' : `${lacking.length} objects have`} secret values that are not at hand`,
      detail: `${names.join('\n')}${lacking.length > 10 ? `\nand ${lacking.length - 10} more` : ''}`,
      address: first.address,
      ...(first.origin === undefined ? {} : { location: first.origin }),
      hint:
        missing.length > 0
          ? `Give the sensitive ${missing.length === 1 ? 'input' : 'inputs'} again: ${given}.`
          : 'They are written in the design, and a plan made without an encryption key holds no secret: apply it beside its design, make them sensitive inputs, or plan with MESHFORM_STATE_KEY.',
    },
  ]
}
