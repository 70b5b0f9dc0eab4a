import type { Design } from '../design/design.ts'
import { type Connections, connectAll, disconnectAll } from '../engine/connect.ts'
import type { EngineEvent } from '../engine/events.ts'
import { type MadePlan, makePlan } from '../engine/make-plan.ts'
import { prepareMeshes } from '../engine/mesh/prepare-meshes.ts'
import type { Connection } from '../engine/refresh.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { PlanMode } from '../plan/plan.ts'
import type { RecordedState } from '../plan/recorded-state.ts'
import type { SourceLocation } from '../plan/source.ts'
import type { Expansion } from '../planner/expand.ts'
import type { Owner } from '../planner/owner-labels.ts'
import { checkBuiltinFields } from './check-builtin-fields.ts'
import type { CommandIo } from './command-io.ts'
import type { RunOptions, SelectionOptions } from './design-options.ts'
import { targetOpeners } from './open-targets.ts'
import { catalogFor, providerCatalog } from './provider-catalog.ts'
import { withoutPassword } from './without-password.ts'

/** What a planning command does with a design and a state. */
export interface PlanRunRequest {
  readonly io: CommandIo
  readonly options: RunOptions & SelectionOptions & { readonly offline?: boolean }
  readonly design: Design
  readonly state: RecordedState
  readonly mode: PlanMode
  readonly askAboutCreates: boolean
  /** See MakePlanRequest; default false. */
  readonly readersWelcome?: boolean
  readonly diagnostics: readonly Diagnostic[]
  readonly emit: (event: EngineEvent) => void
  /** See Selection. */
  readonly places?: ReadonlyMap<string, SourceLocation>
  /** True when the meshes of the design have been prepared: it comes out of a plan. */
  readonly isPrepared?: boolean
  /** See MakePlanRequest. */
  readonly knownDigests?: ReadonlyMap<string, string>
  readonly recast?: (expansion: Expansion) => Expansion
  readonly rollbackTo?: number
}

/** A plan together with the connections it was made over. */
export interface PlanRun {
  readonly made: MadePlan
  readonly connections: Connections
  readonly owner: Owner
  /** The design with its meshes prepared. */
  readonly design: Design
  readonly request: PlanRunRequest
}

const NO_POLICIES = { policies: [], diagnostics: [] }

/** Connects, looks up and renders the meshes, and plans. */
export async function planRun(given: PlanRunRequest): Promise<PlanRun> {
  const request = await withPatternsOfFiles(given)
  const { io, options, design, state } = request
  const owner: Owner = { design: design.name, workspace: options.workspace }
  const connections = await connectAll(
    clusterNames(design, state, request.mode),
    design,
    targetOpeners(io),
    { offline: options.offline === true, context: options.context, kubeconfig: options.kubeconfig },
    io.signal,
    request.emit,
  )
  const extra =
    options.policy.length === 0 ? NO_POLICIES : await (await import('./read-policies.ts')).readPolicies(io, options.policy)
  const prepared =
    request.mode === 'destroy' || request.isPrepared === true
      ? { design, diagnostics: [] }
      : await prepareMeshes({
          design,
          providers: providerCatalog.providers,
          connections: connections.connections,
          clusters: connections.clusters,
          cwd: io.cwd,
          env: io.env,
          signal: io.signal,
        })
  const diagnostics = [
    ...request.diagnostics,
    ...extra.diagnostics,
    ...connections.diagnostics,
    ...(await unseenClusters(request, connections)),
    ...prepared.diagnostics,
  ]
  const ruled = { ...prepared.design, policies: [...prepared.design.policies, ...extra.policies] }
  const made = await planOver({ ...request, diagnostics }, ruled, owner, connections)
  return { made, connections, owner, design: ruled, request }
}

async function withPatternsOfFiles(request: PlanRunRequest): Promise<PlanRunRequest> {
  const { io, options } = request
  if (options.targetFile.length + options.excludeFile.length === 0) return request
  const { target, exclude, places, diagnostics } = await (await import('./read-patterns.ts')).readPatterns(io, options)
  return { ...request, options: { ...options, target, exclude }, places, diagnostics: [...request.diagnostics, ...diagnostics] }
}

/**
 * Plans once more over the same connections, without saying again what was said: another state, or the design a step further. Kinds
 * that were applied meanwhile are served by now.
 */
export async function planAgain(
  run: PlanRun,
  design: Design,
  state: RecordedState,
  emit: (event: EngineEvent) => void,
): Promise<MadePlan> {
  const served = await Promise.all(
    [...run.connections.connections].map(async ([name, connection]): Promise<readonly [string, Connection]> => {
      if (connection.kind !== 'connected') return [name, connection]
      const kinds = await connection.target.served(run.request.io.signal, true)
      return [name, kinds.ok ? { ...connection, served: kinds.value } : connection]
    }),
  )
  const connections = { ...run.connections, connections: new Map(served) }
  return planOver({ ...run.request, state, emit, diagnostics: [], askAboutCreates: false }, design, run.owner, connections)
}

async function planOver(request: PlanRunRequest, design: Design, owner: Owner, connections: Connections): Promise<MadePlan> {
  const { io, options } = request
  return makePlan({
    mode: request.mode,
    design,
    owner,
    state: request.state,
    connections: connections.connections,
    clusters: connections.clusters,
    catalog: await catalogFor(design),
    context: options.context,
    stateAddress: options.state === undefined ? undefined : withoutPassword(options.state),
    ...(request.knownDigests === undefined ? {} : { knownDigests: request.knownDigests }),
    ...(request.recast === undefined ? {} : { recast: request.recast }),
    checkObjects: checkBuiltinFields,
    ...(request.rollbackTo === undefined ? {} : { rollbackTo: request.rollbackTo }),
    selection: {
      target: options.target,
      exclude: options.exclude,
      replace: options.replace,
      confirm: options.confirm,
      ...(request.places === undefined ? {} : { places: request.places }),
    },
    limits: { maxDeletes: options.maxDeletes, allowEmpty: options.dangerousAllowEmpty === true },
    askAboutCreates: request.askAboutCreates,
    readersWelcome: request.readersWelcome === true,
    diagnostics: request.diagnostics,
    emit: request.emit,
    now: Date.now,
    signal: io.signal,
  })
}

/**
 * Clusters of a design that is destroyed which bear nothing that is recorded, and do not answer: what somebody else's state records
 * there, or a lost one, stays. Sandboxes always answer.
 */
async function unseenClusters(request: PlanRunRequest, { connections }: Connections): Promise<readonly Diagnostic[]> {
  const { io, options, design, mode } = request
  if (mode !== 'destroy' || options.offline === true) return []
  const names = new Set(design.components.map(({ cluster }) => cluster))
  const unseen = [...names].filter(
    (name) => !connections.has(name) && design.clusters.get(name)?.sandbox !== true && design.clusters.has(name),
  )
  if (unseen.length === 0) return []
  const { context, kubeconfig } = options
  const tried = await connectAll(unseen, design, targetOpeners(io), { offline: false, context, kubeconfig }, io.signal)
  await disconnectAll(tried.connections)
  return tried.diagnostics
    .filter(({ code }) => code !== 'MF5021' && code !== 'MF5023')
    .map(
      (diagnostic): Diagnostic => ({
        ...diagnostic,
        severity: 'warning',
        detail:
          `${diagnostic.detail ?? ''} Nothing is recorded on it, so nothing is left to delete there by what this state knows.`.trim(),
      }),
    )
}

/** Every cluster that design or state has anything on. */
function clusterNames(design: Design, state: RecordedState, mode: PlanMode): readonly string[] {
  const names = new Set<string>()
  for (const recorded of state.objects.values()) names.add(recorded.key.cluster)
  for (const effect of state.pending ?? []) names.add(effect.key.cluster)
  if (mode !== 'destroy') for (const component of design.components) names.add(component.cluster)
  return [...names]
}
