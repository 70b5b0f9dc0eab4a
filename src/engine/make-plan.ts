import type { Design } from '../design/design.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { hasErrors } from '../plan/diagnostic.ts'
import type { Manifest } from '../plan/manifest.ts'
import type { Plan, PlanMode, PlannedCluster, PlanOptions } from '../plan/plan.ts'
import type { RecordedState } from '../plan/recorded-state.ts'
import { assess, type Candidate, type LiveView } from '../planner/assess.ts'
import { buildPlan } from '../planner/build-plan.ts'
import { checkBlocks, importedIds } from '../planner/check-blocks.ts'
import { checkContexts } from '../planner/check-contexts.ts'
import { checkPlan, type PlanLimits } from '../planner/check-plan.ts'
import { checkPlannedKinds } from '../planner/check-planned-kinds.ts'
import { checkPreconditions, plannedConditions } from '../planner/conditions.ts'
import { type Container, goingContainers, type Stranger } from '../planner/containers.ts'
import { lacksValues, withKnownDigests, withoutAsking } from '../planner/cover-secrets.ts'
import { type ExpandRequest, type Expansion, expandDesign } from '../planner/expand.ts'
import { fieldManagersOf } from '../planner/field-managers.ts'
import { idlePaths } from '../planner/idle-paths.ts'
import { createMasker } from '../planner/mask.ts'
import { followMoves, forgottenBy } from '../planner/moves.ts'
import type { Owner } from '../planner/owner-labels.ts'
import { plannedKinds } from '../planner/planned-kinds.ts'
import { checkPolicies, plannedPolicies } from '../planner/policies.ts'
import { hasTriggers, replaceTriggered } from '../planner/replace-triggers.ts'
import { withResolvedRules } from '../planner/resolve-ignore.ts'
import { idOf, type Selection, selectCandidates } from '../planner/select.ts'
import { settleContainers } from '../planner/settle-containers.ts'
import { settledEffects } from '../planner/settled-effects.ts'
import { unchangeableFields } from '../planner/unchangeable-fields.ts'
import { unservedKinds } from '../planner/unserved-kinds.ts'
import type { HealthRule, IgnoreRule } from '../providers/rules.ts'
import { type CheckObjects, checkUnasked } from './check-unasked.ts'
import { coverMessages } from './cover-messages.ts'
import { dryRunAll } from './dry-run.ts'
import type { Emit } from './events.ts'
import { findStrangers } from './find-strangers.ts'
import { leftUnhealthy } from './left-unhealthy.ts'
import { type ListsAhead, listsAhead } from './lists-ahead.ts'
import { type Connection, refresh } from './refresh.ts'

/** What the planner is given of the mesh providers. */
export type ProviderCatalog = Pick<ExpandRequest, 'providers' | 'resolveWorkload' | 'refuse' | 'nearestProvider' | 'fieldsOf'>

/** What a plan is made of. */
export interface MakePlanRequest {
  readonly mode: PlanMode
  readonly design: Design
  readonly owner: Owner
  readonly state: RecordedState
  readonly connections: ReadonlyMap<string, Connection>
  readonly clusters: readonly PlannedCluster[]
  readonly catalog: ProviderCatalog
  readonly selection: Selection
  /** The kubeconfig's context that stands in for the sandbox, as a saved plan must find it again. */
  readonly context: string | undefined
  /** The state's address where it was named by hand, without credentials. */
  readonly stateAddress: string | undefined
  /** Puts something else in place of what the design comes to: for a rollback. */
  readonly recast?: (expansion: Expansion) => Expansion
  /** Serial of the deploy that it leads back to. */
  readonly rollbackTo?: number
  /** Digests by id: given where secret values may not be at hand, since the design came out of a plan. */
  readonly knownDigests?: ReadonlyMap<string, string>
  readonly limits: PlanLimits
  /** Ask the server about new objects too; left out where the apply follows at once. */
  readonly askAboutCreates: boolean
  /** Plan without dry runs what may be read and not patched, and say so. */
  readonly readersWelcome: boolean
  readonly checkObjects: CheckObjects
  readonly diagnostics: readonly Diagnostic[]
  readonly emit: Emit
  readonly now: () => number
  readonly signal: AbortSignal
}

/** A plan with what applying it needs and a file must not hold. */
export interface MadePlan {
  readonly plan: Plan
  /** All was looked at that the plan is about: what errors it has are about what it would do, and best seen in the whole of it. */
  readonly isComplete: boolean
  /** Objects with their secrets, by id; one whose secrets are not at hand is missing. */
  readonly manifests: ReadonlyMap<string, Manifest>
  readonly rules: ReadonlyMap<string, { readonly ignore: readonly IgnoreRule[]; readonly health: readonly HealthRule[] }>
  /** Ids of what interrupted operations left open and refresh has looked for. */
  readonly settled: readonly string[]
  /** Values that the state must not hold. */
  readonly sensitiveValues: readonly string[]
  /** Ids of what was narrowed away: nothing is done about it, whatever refresh found. */
  readonly leftOut: ReadonlySet<string>
  /** What refresh found. */
  readonly live: LiveView
}

/** The recipe of a plan: expand, refresh, assess, ask, build, check. */
export async function makePlan(request: MakePlanRequest): Promise<MadePlan> {
  // Of a plan that an apply follows more has to be read whole, and one that destroys reads everything.
  const ahead = request.readersWelcome && request.mode === 'apply' ? await listsAhead(request) : undefined
  const made = await makeOpenly(request, ahead).finally(() => ahead?.stop())
  const { sensitiveValues } = request.design
  return { ...made, plan: coverMessages(made.plan, { manifests: made.manifests, sensitiveValues }) }
}

async function makeOpenly(request: MakePlanRequest, ahead: ListsAhead | undefined): Promise<MadePlan> {
  const designed = request.mode === 'destroy' ? NOTHING : expand(request)
  const expanded = request.recast === undefined ? designed : request.recast(designed)
  const { knownDigests } = request
  const objects = knownDigests === undefined ? expanded.objects : withKnownDigests(expanded.objects, knownDigests)
  const isDesign = request.mode !== 'destroy' && request.recast === undefined
  const speaks = isDesign && request.mode === 'apply'
  const unmet = speaks ? checkPreconditions(request.design) : []
  const conditions = speaks ? plannedConditions(request.design, unmet) : []
  const expansion = { ...expanded, objects, diagnostics: [...unmet.map(({ diagnostic }) => diagnostic), ...expanded.diagnostics] }
  if (hasErrors(expansion.diagnostics)) return failedPlan(request, expansion, conditions)
  const managers = fieldManagersOf(request.design, request.owner)
  const wholeObjects = request.selection.replace.length > 0 || hasTriggers(request.design)
  const healthMatters = !request.readersWelcome
  const refreshed = await refresh({
    ...request,
    desired: expansion.objects,
    managers,
    wholeObjects,
    healthMatters,
    ...(ahead === undefined ? {} : { ahead }),
  })
  const desired = expansion.objects.map((object) => withResolvedRules(object, refreshed.live.objects.get(object.id)))
  const assessed = assess({
    desired,
    state: request.state,
    live: refreshed.live,
    owner: request.owner,
    isForgotten: forgottenBy(request.design),
    imported: importedIds(request.design, expansion.objects),
    managers,
    destroy: request.mode === 'destroy',
  })
  const blocks = request.mode === 'destroy' ? [] : checkBlocks(request.design, expansion.objects, request.state, refreshed.live)
  const candidates = knownDigests === undefined ? assessed.candidates : assessed.candidates.map(withoutAsking)
  const triggered = isDesign ? replaceTriggered(candidates, request.design.components) : candidates
  const selected = selectCandidates(triggered, request.selection)
  const titles = new Map(
    [...request.connections].flatMap(([name, { kind, title }]) => (kind === 'connected' ? [[name, title] as const] : [])),
  )
  const found = [
    ...request.diagnostics,
    ...checkContexts(request.state, titles),
    ...expansion.diagnostics,
    ...refreshed.diagnostics,
    ...assessed.diagnostics,
    ...blocks,
    ...selected.diagnostics,
  ]
  const kindOf = plannedKinds(triggered)
  const unchangeable = unchangeableFields(request.mode === 'apply' ? selected.candidates : [], request.catalog.providers.values())
  const answers = await dryRunAll({
    ...request,
    kindOf,
    candidates: selected.candidates.filter((candidate) => !unchangeable.answers.has(idOf(candidate))),
    managers,
    includeCreates: request.askAboutCreates,
    onlyToSee: request.mode === 'refresh-only',
  })
  const asked = { ...answers, results: new Map([...answers.results, ...unchangeable.answers]) }
  const unasked = await checkUnasked(
    request.mode === 'apply' ? selected.candidates : [],
    asked.results,
    request.clusters,
    request.checkObjects,
  )
  const going = request.mode === 'refresh-only' ? [] : goingContainers(selected.candidates, asked.results)
  const contained = settleContainers({
    candidates: selected.candidates,
    all: triggered,
    excluded: selected.excluded,
    dryRuns: asked.results,
    strangers: await strangersIn(going, triggered, request),
  })
  const plan = buildPlan({
    mode: request.mode,
    design: request.design,
    options: optionsOf(request),
    components: expansion.components,
    state: request.state,
    live: refreshed.live,
    clusters: request.clusters,
    candidates: contained.candidates,
    dryRuns: asked.results,
    confirmed: selected.confirmed,
    masker: createMasker(
      request.design.sensitiveValues,
      expansion.objects.map(({ manifest }) => manifest),
    ),
    diagnostics: [
      ...found,
      ...unchangeable.diagnostics,
      ...asked.diagnostics,
      // A saved plan was held against them when it was made, with the values that it lacks.
      ...(knownDigests === undefined ? [...checkPlannedKinds(selected.candidates, kindOf, asked.results), ...unasked] : []),
      ...contained.diagnostics,
    ],
  })
  const policies = hasErrors(plan.diagnostics)
    ? undefined
    : checkPolicies(plan, request.design.policies, followMoves(request.design.moved))
  const sent = new Map(
    [...asked.results].flatMap(([id, answer]) => (answer.kind === 'result' ? [[id, answer.sent] as const] : [])),
  )
  const rules = new Map(expansion.objects.map((object) => [object.id, { ignore: object.ignore, health: object.health }]))
  return {
    plan: {
      ...plan,
      conditions: [...conditions, ...(request.mode === 'refresh-only' ? [] : plannedPolicies(request.design.policies, policies))],
      diagnostics: [
        ...plan.diagnostics,
        ...(hasErrors(plan.diagnostics) ? [] : unservedKinds(plan)),
        ...(isDesign
          ? idlePaths(request.design.components, { ...request, objects: desired, live: refreshed.live, dryRuns: asked.results })
          : []),
        ...leftUnhealthy(plan, request.state.objects, refreshed.live, rules),
        ...checkPlan(plan, request.state, request.limits, expansion.objects.length),
        ...(policies ?? []).flatMap(({ diagnostics }) => diagnostics),
      ],
    },
    isComplete: !hasErrors([...request.diagnostics, ...refreshed.diagnostics]),
    manifests: new Map(
      expansion.objects
        .filter(({ manifest }) => knownDigests === undefined || !lacksValues(manifest))
        .map((object) => [object.id, sent.get(object.id) ?? object.manifest]),
    ),
    rules,
    leftOut: leftOutOf(assessed.candidates, selected.candidates),
    settled: settledEffects(request.state, assessed.candidates, plan, refreshed.live),
    sensitiveValues: request.design.sensitiveValues,
    live: refreshed.live,
  }
}

/** Ids of candidates that the selection does not have. */
function leftOutOf(candidates: readonly Candidate[], selected: readonly Candidate[]): ReadonlySet<string> {
  if (selected === candidates) return new Set()
  const kept = new Set(selected.map(idOf))
  return new Set(candidates.map(idOf).filter((id) => !kept.has(id)))
}

async function strangersIn(
  going: readonly Container[],
  all: readonly Candidate[],
  { owner, connections, signal }: MakePlanRequest,
): Promise<ReadonlyMap<string, readonly Stranger[]>> {
  if (going.length === 0) return new Map()
  return findStrangers(going, new Set(all.map(idOf)), owner, connections, signal)
}

function expand(request: MakePlanRequest): Expansion {
  return expandDesign({
    ...request.catalog,
    design: request.design,
    owner: request.owner,
    served: (cluster, group, kind) => {
      const connection = request.connections.get(cluster)
      return connection?.kind === 'connected' ? connection.served.find(group, kind)?.namespaced : undefined
    },
  })
}

const NOTHING: Expansion = { objects: [], components: [], diagnostics: [] }

function failedPlan(request: MakePlanRequest, expansion: Expansion, conditions: Plan['conditions']): MadePlan {
  const plan = buildPlan({
    mode: request.mode,
    design: request.design,
    options: optionsOf(request),
    components: expansion.components,
    state: request.state,
    live: NO_VIEW,
    clusters: request.clusters,
    candidates: [],
    dryRuns: new Map(),
    confirmed: new Set(),
    masker: createMasker(request.design.sensitiveValues),
    diagnostics: [...request.diagnostics, ...expansion.diagnostics],
  })
  return {
    plan: { ...plan, outputs: [], conditions },
    isComplete: false,
    manifests: new Map(),
    rules: new Map(),
    leftOut: new Set(),
    settled: [],
    sensitiveValues: [],
    live: NO_VIEW,
  }
}

const NO_VIEW: LiveView = { objects: new Map(), unknown: new Map(), ownedDigests: new Map() }

function optionsOf({ owner, context, stateAddress, selection, rollbackTo }: MakePlanRequest): PlanOptions {
  const { places: _places, ...patterns } = selection
  const back = rollbackTo === undefined ? {} : { rollbackTo }
  return { workspace: owner.workspace, context, state: stateAddress, selection: patterns, ...back }
}
