import type { Diagnostic } from '../plan/diagnostic.ts'
import { describeObject } from '../plan/manifest.ts'
import type { Candidate } from './assess.ts'
import { type Container, goingContainers, isInside, type Stranger } from './containers.ts'
import type { DryRun } from './dry-run.ts'
import { asReplacement, idOf } from './select.ts'

/** What decides which containers go. */
export interface ContainersRequest {
  /** What the plan is about. */
  readonly candidates: readonly Candidate[]
  /** Everything of design and state, whatever part of it the plan is about. */
  readonly all: readonly Candidate[]
  /** Ids of what `--exclude` keeps out. */
  readonly excluded: ReadonlySet<string>
  readonly dryRuns: ReadonlyMap<string, DryRun>
  /** Live objects that design and state do not know in the containers that go, by the container's id. */
  readonly strangers: ReadonlyMap<string, readonly Stranger[]>
}

/** Names told one by one; the others are counted. */
const NAMED = 10

/**
 * Sees to it that nothing goes untold because what holds it goes. A namespace or definition is not deleted while something of this
 * design stays in it, or something of another design is there; where one is made anew, all that this design has in it is planned to
 * be made anew as well.
 */
export function settleContainers(request: ContainersRequest): {
  readonly candidates: readonly Candidate[]
  readonly diagnostics: readonly Diagnostic[]
} {
  const going = goingContainers(request.candidates, request.dryRuns)
  if (going.length === 0) return { candidates: request.candidates, diagnostics: [] }
  const strangersIn = (container: Container) => request.strangers.get(container.id) ?? []
  const diagnostics: Diagnostic[] = []
  let { candidates } = request
  for (const container of going) {
    const settled = container.comesBack
      ? settleReplaced(container, candidates, request, strangersIn(container), diagnostics)
      : settleDeleted(container, candidates, request, strangersIn(container), diagnostics)
    candidates = settled
  }
  return { candidates, diagnostics }
}

function settleDeleted(
  container: Container,
  candidates: readonly Candidate[],
  request: ContainersRequest,
  strangers: readonly Stranger[],
  diagnostics: Diagnostic[],
): readonly Candidate[] {
  const leaving = new Set(candidates.filter(({ kind }) => kind === 'delete').map(idOf))
  const planned = new Set(candidates.map(idOf))
  const staying = request.all.filter(
    (candidate) =>
      isInside(container, keyOf(candidate)) && !leaving.has(idOf(candidate)) && isThere(candidate, planned.has(idOf(candidate))),
  )
  // Nobody asked for it to be there, so nobody can say that it goes while others live in it.
  if (container.isImplicit && strangers.length > 0) {
    diagnostics.push(leftToOthers(container, strangers))
    return withoutDelete(container, candidates, 'forget_because_occupied')
  }
  const claimed = strangers.filter(({ owner }) => owner !== undefined)
  if (staying.length === 0 && claimed.length === 0) {
    if (strangers.length > 0) diagnostics.push(takenAlong(container, strangers))
    return candidates
  }
  if (staying.some(({ kind }) => kind === 'forget')) return withoutDelete(container, candidates, 'forget_because_kept')
  diagnostics.push({
    severity: 'warning',
    code: 'MF2016',
    summary: `${describeObject(container.key)} is not deleted yet: what stays in it would go too`,
    detail: named([...staying.map((candidate) => describeObject(keyOf(candidate))), ...claimed.map(describeStranger)]),
    address: container.address,
    hint: 'A plan deletes it once nothing is left in it. To give it up and leave it there, say so in a `removed` block.',
  })
  return candidates.filter((candidate) => idOf(candidate) !== container.id)
}

/** The container is given up and stays. */
function withoutDelete(
  { id }: Container,
  candidates: readonly Candidate[],
  reason: 'forget_because_kept' | 'forget_because_occupied',
): readonly Candidate[] {
  return candidates.map((candidate) =>
    candidate.kind === 'delete' && idOf(candidate) === id
      ? { kind: 'forget', recorded: candidate.recorded, live: candidate.live, reason }
      : candidate,
  )
}

function settleReplaced(
  container: Container,
  candidates: readonly Candidate[],
  request: ContainersRequest,
  strangers: readonly Stranger[],
  diagnostics: Diagnostic[],
): readonly Candidate[] {
  const inside = request.all.filter((candidate) => isInside(container, keyOf(candidate)) && isLive(candidate))
  const untouchable = [
    ...inside
      .filter((candidate) => candidate.kind === 'forget' || request.excluded.has(idOf(candidate)))
      .map((candidate) => describeObject(keyOf(candidate))),
    ...strangers.filter(({ owner }) => owner !== undefined).map(describeStranger),
  ]
  if (untouchable.length > 0) {
    diagnostics.push({
      severity: 'error',
      code: 'MF2017',
      summary: `${describeObject(container.key)} would be replaced, and what is to stay as it is would go with it`,
      detail: named(untouchable),
      address: container.address,
      hint: 'Move these elsewhere first, or keep the object as it is.',
    })
    return candidates
  }
  const unowned = strangers.filter(({ owner }) => owner === undefined)
  if (unowned.length > 0) diagnostics.push(takenAlong(container, unowned))
  const planned = new Set(candidates.map(idOf))
  const brought = inside.filter((candidate) => candidate.kind !== 'delete' && !planned.has(idOf(candidate)))
  return [...candidates, ...brought].map((candidate) =>
    isInside(container, keyOf(candidate)) && isLive(candidate) ? asReplacement(candidate, 'replace_with_container') : candidate,
  )
}

function leftToOthers(container: Container, strangers: readonly Stranger[]): Diagnostic {
  return {
    severity: 'info',
    code: 'MF2036',
    summary: `${describeObject(container.key)} stays, since others live in it`,
    detail: named(strangers.map(describeStranger)),
    address: container.address,
    hint: 'Delete it by hand once these are gone.',
  }
}

/** What nobody is marked as the owner of goes with it, as it does whoever deletes a namespace; that it does is said. */
function takenAlong(container: Container, strangers: readonly Stranger[]): Diagnostic {
  return {
    severity: 'warning',
    code: 'MF2018',
    summary: `${describeObject(container.key)} takes along what no design made`,
    detail: named(strangers.map(describeStranger)),
    address: container.address,
    hint: 'If one of them is still needed, move it elsewhere first, or give the object up in a `removed` block.',
  }
}

function named(names: readonly string[]): string {
  return [...names.slice(0, NAMED), ...(names.length > NAMED ? [`and ${names.length - NAMED} more`] : [])].join('\n')
}

function describeStranger({ key, owner, isForgotten }: Stranger): string {
  if (owner === undefined) return describeObject(key)
  if (isForgotten) return `${describeObject(key)}, which this design made and its state does not know any more`
  const workspace = owner.workspace === 'default' ? '' : `, workspace "${owner.workspace}"`
  return `${describeObject(key)}, of design "${owner.design}"${workspace}`
}

/** True of what is in the cluster after the plan, or may be: what is not there and not made now is not. */
function isThere(candidate: Candidate, isPlanned: boolean): boolean {
  switch (candidate.kind) {
    case 'create':
      return isPlanned
    case 'forget':
      return candidate.live !== undefined || candidate.reason === 'forget_because_kept'
    case 'no-op':
    case 'update':
      return true
    case 'delete':
      return candidate.live !== undefined
  }
}

function isLive(candidate: Candidate): boolean {
  return candidate.kind !== 'create' && candidate.live !== undefined
}

function keyOf(candidate: Candidate) {
  return 'desired' in candidate ? candidate.desired.key : candidate.recorded.key
}
