import type { Design } from '../design/design.ts'
import type { ObjectChange } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { parseDuration } from '../plan/duration.ts'
import type { JsonObject } from '../plan/json.ts'
import { describeObject, objectKeyText } from '../plan/manifest.ts'
import type { Plan, PlanMode, PlannedCheck, PlannedCluster, PlanOptions } from '../plan/plan.ts'
import type { RecordedState } from '../plan/recorded-state.ts'
import type { Candidate } from './assess.ts'
import { type ChangeContext, changeOf } from './change-of-candidate.ts'
import { checkProtection } from './check-protection.ts'
import { barrierOf, type ComponentNode } from './desired-object.ts'
import { driftOf } from './drift.ts'
import { effectiveBarriers } from './order-objects.ts'
import { outputChanges } from './output-changes.ts'
import { relabelNamespaces } from './relabel-namespaces.ts'
import { sequenceDeletes } from './sequence-deletes.ts'

/** What a plan is built from; nothing else decides it. */
export interface BuildRequest extends Omit<ChangeContext, 'deleteTimeouts'> {
  readonly mode: PlanMode
  readonly design: Design
  readonly options: PlanOptions
  readonly components: readonly ComponentNode[]
  readonly state: RecordedState
  readonly clusters: readonly PlannedCluster[]
  readonly candidates: readonly Candidate[]
  /** Ids of what may be deleted or replaced although it is protected by `confirm`. */
  readonly confirmed: ReadonlySet<string>
  readonly diagnostics: readonly Diagnostic[]
}

/** Turns verdicts and dry runs into the plan. */
export function buildPlan(request: BuildRequest): Plan {
  const diagnostics = [...request.diagnostics]
  const changes: ObjectChange[] = []
  const drift: ObjectChange[] = []
  const context: ChangeContext = { ...request, deleteTimeouts: deleteTimeouts(request.design) }
  for (const candidate of request.candidates) {
    const change = changeOf(candidate, context)
    changes.push(change)
    const drifted = driftOf(candidate, change, request.masker)
    if (drifted !== undefined) drift.push(drifted)
    diagnostics.push(...checkProtection(change, request.mode, request.confirmed))
    if (change.action === 'replace' && change.createBeforeDestroy) diagnostics.push(sameName(change))
  }
  const ordered = [
    ...changes.filter((change) => change.action === 'delete'),
    ...changes.filter((change) => change.action !== 'delete'),
  ]
  const leaving = new Map(
    request.candidates.flatMap((candidate) =>
      candidate.kind === 'delete' ? [[objectKeyText(candidate.recorded.key), candidate.recorded] as const] : [],
    ),
  )
  const { sequenced, barriers } = sequenceDeletes(ordered, leaving)
  return {
    mode: request.mode,
    design: {
      name: request.design.name,
      version: request.design.version,
      digest: request.design.digest,
      directory: request.design.directory,
      paths: request.design.paths,
      inputs: Object.fromEntries(
        Object.entries(request.design.inputs).flatMap(([name, { value, sensitive }]) =>
          sensitive ? [] : [[name, value] as const],
        ),
      ),
    },
    options: request.options,
    state: { lineage: request.state.lineage, serial: request.state.serial },
    clusters: request.clusters,
    changes: request.mode === 'refresh-only' ? [] : relabelNamespaces(sequenced, barriers),
    drift,
    barriers,
    outputs: request.mode === 'refresh-only' ? [] : outputChanges(request),
    checks: request.mode === 'apply' ? plannedChecks(request, changes) : [],
    conditions: [],
    diagnostics,
  }
}

/** How long a delete may take where the design still says it: in a destroy, and for what a component no longer makes. */
function deleteTimeouts(design: Design): ReadonlyMap<string, number> {
  return new Map(
    design.components.flatMap(({ address, spec }) => {
      const timeout = parseDuration(spec.timeouts?.delete ?? '')
      return timeout === undefined ? [] : [[address, timeout] as const]
    }),
  )
}

function sameName(change: ObjectChange): Diagnostic {
  return {
    severity: 'warning',
    code: 'MF2015',
    summary: `${describeObject(change.key)} is deleted before it is made anew, although createBeforeDestroy is set`,
    detail: 'A cluster holds one object of a name. Under a new name the new object comes first and the old one goes last.',
    address: change.address,
    ...(change.origin === undefined ? {} : { location: change.origin }),
    hint: 'Give it a name that changes with its content, such as one with an input or a digest in it.',
  }
}

function plannedChecks(request: BuildRequest, changes: readonly ObjectChange[]): readonly PlannedCheck[] {
  const checks = request.design.components.filter((component) => component.section === 'perfChecks')
  if (checks.length === 0) return []
  const effective = effectiveBarriers(changes, request.components)
  return checks.map((component) => ({
    address: component.address,
    spec: request.masker.mask(component.spec as unknown as JsonObject).masked,
    dependencies: [...new Set(component.dependencies.flatMap((address) => effective.get(barrierOf(address)) ?? []))].sort(),
  }))
}
