import picomatch from 'picomatch'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { SourceLocation } from '../plan/source.ts'
import type { Candidate } from './assess.ts'

/** Which components a plan is about: address patterns with `*`, or `Kind/name`; a leading `!` turns one round. */
export interface Selection {
  readonly target: readonly string[]
  readonly exclude: readonly string[]
  readonly replace: readonly string[]
  /** What may be deleted or replaced although it is protected by `confirm`. */
  readonly confirm: readonly string[]
  /** Where patterns stand that came out of files, by flag and pattern: `--target traffic.*`. */
  readonly places?: ReadonlyMap<string, SourceLocation>
}

/**
 * Narrows candidates down to the targets and what these depend on, leaves out the excluded and what depends on them, and turns
 * updates into replacements where asked. Deletes take along, and leave out, what depends on what goes. A pattern that matches nothing is an error: it is a typo more often than a wish. Told as
 * well is what is confirmed, by id.
 */
export function selectCandidates(
  candidates: readonly Candidate[],
  selection: Selection,
): {
  readonly candidates: readonly Candidate[]
  readonly confirmed: ReadonlySet<string>
  /** Ids of what `--exclude` leaves out, directly or since it depends on that. */
  readonly excluded: ReadonlySet<string>
  readonly diagnostics: readonly Diagnostic[]
} {
  const { places, ...patterns } = selection
  if (Object.values(patterns).every((list) => list.length === 0))
    return { candidates, confirmed: new Set(), excluded: new Set(), diagnostics: [] }
  const diagnostics: Diagnostic[] = []
  const targeted = matching(candidates, selection.target, '--target', diagnostics, places)
  const excluded = matching(candidates, selection.exclude, '--exclude', diagnostics, places)
  const replaced = matching(candidates, selection.replace, '--replace', diagnostics)
  const confirmed = matching(candidates, selection.confirm, '--confirm', diagnostics)
  const dependants = dependantsLookup(candidates)
  // What goes is followed the other way round: nothing goes before what leans on it.
  const needed =
    selection.target.length === 0
      ? undefined
      : closure(candidates, targeted, (candidate) =>
          candidate.kind === 'delete'
            ? { any: [], leaving: dependants(candidate) }
            : { any: dependenciesOf(candidate), leaving: [] },
        )
  const dropped = closure(candidates, excluded, (candidate) => ({
    any: candidate.kind === 'delete' ? [] : dependants(candidate),
    leaving: candidate.recorded?.dependencies ?? [],
  }))
  const kept = candidates.filter((candidate) => (needed === undefined || needed.has(candidate)) && !dropped.has(candidate))
  const left = new Set(kept)
  const unasked = [...replaced].filter((candidate) => !left.has(candidate))
  if (unasked.length > 0) diagnostics.push(replacesNothing(unasked))
  const leftOut = candidates.filter((candidate) => candidate.kind !== 'no-op' && !left.has(candidate)).length
  if (leftOut > 0) diagnostics.push(isPartial(leftOut, selection))
  return {
    candidates: kept.map((candidate) => (replaced.has(candidate) ? asReplacement(candidate, 'replace_by_request') : candidate)),
    confirmed: new Set([...confirmed].map(idOf)),
    excluded: new Set([...dropped].map(idOf)),
    diagnostics,
  }
}

/** Whoever narrows a plan should know that it is not all there is to do. */
function isPartial(leftOut: number, { target, exclude }: Selection): Diagnostic {
  const by = [...(target.length > 0 ? ['--target'] : []), ...(exclude.length > 0 ? ['--exclude'] : [])].join(' and ')
  const what = leftOut === 1 ? '1 object that may have a change is' : `${leftOut} objects that may have changes are`
  return {
    severity: 'info',
    code: 'MF2020',
    summary: `${what} left out by ${by}`,
    hint: 'A plan without it shows all there is to do.',
  }
}

/** Asked to be replaced, and left out of the plan by the same command. */
function replacesNothing(candidates: readonly Candidate[]): Diagnostic {
  const addresses = [...new Set(candidates.map(addressOf))]
  return {
    severity: 'error',
    code: 'MF2019',
    summary: `--replace asks for ${addresses[0] ?? ''}${addresses.length > 1 ? ` and ${addresses.length - 1} more` : ''}, which the plan leaves out`,
    detail: '--target does not reach it, or --exclude leaves it out.',
    hint: 'Give it to --target as well, or drop --replace.',
  }
}

function addressOf(candidate: Candidate): string {
  return 'desired' in candidate ? candidate.desired.address : candidate.recorded.address
}

function keyOf(candidate: Candidate) {
  return 'desired' in candidate ? candidate.desired.key : candidate.recorded.key
}

function matching(
  candidates: readonly Candidate[],
  patterns: readonly string[],
  flag: string,
  diagnostics: Diagnostic[],
  places?: Selection['places'],
): ReadonlySet<Candidate> {
  const found = new Set<Candidate>()
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!')
    const text = withQuotedKeys(negated ? pattern.slice(1) : pattern)
    const matches = text === '' ? () => false : globOf(text)
    const hits = (text === '' ? [] : candidates).filter((candidate) => {
      const { kind, namespace, name } = keyOf(candidate)
      const address = addressOf(candidate)
      const hit =
        matches(address) ||
        address.startsWith(`${text}[`) ||
        address.startsWith(`${text}.`) ||
        matches(`${kind}/${name}`) ||
        matches(`${kind}/${namespace}/${name}`)
      return hit !== negated
    })
    for (const hit of hits) found.add(hit)
    if (hits.length > 0) continue
    const known = [...new Set(candidates.map(addressOf))].sort()
    diagnostics.push({
      severity: 'error',
      code: 'MF2012',
      summary: `${flag} ${pattern === '' ? '""' : pattern} matches nothing`,
      ...locationOf(places?.get(`${flag} ${pattern}`)),
      detail: `Addresses are ${known.slice(0, 8).join(', ')}${known.length > 8 ? ` and ${known.length - 8} more` : ''}.`,
      hint: 'Patterns are addresses such as `traffic.*` or objects such as `Deployment/web`.',
    })
  }
  return found
}

function locationOf(location: SourceLocation | undefined): Pick<Diagnostic, 'location'> {
  return location === undefined ? {} : { location }
}

/** Shells take quotes away: `map[a]` is `map["a"]`. */
function withQuotedKeys(pattern: string): string {
  return pattern.replaceAll(/\[([^\]"*]+)\]/g, '["$1"]')
}

/** `*` stands for any text, slashes included; brackets and quotes are those of addresses. */
function globOf(pattern: string): (text: string) => boolean {
  return picomatch(pattern.replaceAll(/[[\]"(){}]/g, '\\$&'), { bash: true, keepQuotes: true, nonegate: true })
}

function dependenciesOf(candidate: Candidate): readonly string[] {
  return 'desired' in candidate ? candidate.desired.dependencies : []
}

/** The id of the object that a candidate is about. */
export function idOf(candidate: Candidate): string {
  const { cluster, group, kind, namespace, name } = keyOf(candidate)
  return `${cluster}/${group}/${kind}/${namespace}/${name}`
}

/** Names of objects and components that a candidate leads to: whatever becomes of them, or only where they go. */
interface Edges {
  readonly any: readonly string[]
  readonly leaving: readonly string[]
}

/** Everything reached from the start by following edges. Linear: each name is followed once. */
function closure(
  candidates: readonly Candidate[],
  start: ReadonlySet<Candidate>,
  edges: (candidate: Candidate) => Edges,
): ReadonlySet<Candidate> {
  const byName = new Map<string, Candidate[]>()
  const note = (name: string, candidate: Candidate) => {
    const known = byName.get(name)
    if (known === undefined) byName.set(name, [candidate])
    else known.push(candidate)
  }
  for (const candidate of candidates) {
    note(idOf(candidate), candidate)
    note(`component:${addressOf(candidate)}`, candidate)
  }
  const reached = new Set(start)
  const queue = [...start]
  const followed = { any: new Set<string>(), leaving: new Set<string>() }
  for (let candidate = queue.pop(); candidate !== undefined; candidate = queue.pop()) {
    const names = edges(candidate)
    for (const way of ['any', 'leaving'] as const) {
      for (const name of names[way]) {
        if (followed[way].has(name)) continue
        followed[way].add(name)
        for (const next of byName.get(name) ?? []) {
          if (reached.has(next) || (way === 'leaving' && next.kind !== 'delete')) continue
          reached.add(next)
          queue.push(next)
        }
      }
    }
  }
  return reached
}

function dependantsLookup(candidates: readonly Candidate[]): (candidate: Candidate) => readonly string[] {
  const dependants = new Map<string, string[]>()
  for (const candidate of candidates) {
    const names = candidate.kind === 'delete' ? candidate.recorded.dependencies : dependenciesOf(candidate)
    for (const name of names) {
      const known = dependants.get(name)
      if (known === undefined) dependants.set(name, [idOf(candidate)])
      else known.push(idOf(candidate))
    }
  }
  return (candidate) => [
    ...(dependants.get(idOf(candidate)) ?? []),
    ...(dependants.get(`component:${addressOf(candidate)}`) ?? []),
  ]
}

/** The candidate as one that is deleted and made anew; what is not there, or goes anyway, stays as it is. */
export function asReplacement(
  candidate: Candidate,
  reason: 'replace_by_request' | 'replace_by_triggers' | 'replace_with_container',
): Candidate {
  if (candidate.kind !== 'update' && candidate.kind !== 'no-op') return candidate
  if (candidate.live === undefined) return candidate
  return {
    kind: 'update',
    desired: candidate.desired,
    recorded: candidate.recorded,
    live: candidate.live,
    reason,
    drifted: false,
    takesFrom: [],
    ask: false,
    unsure: undefined,
  }
}
