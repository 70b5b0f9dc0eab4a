import type { ComponentOf } from '../../design/component.ts'
import type { StringMatchSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import { mistake } from '../mistake.ts'
import type { ResolvedMatch } from '../resolve-routes.ts'
import { type Draft, type DraftObject, from } from '../traced-manifest.ts'

/**
 * HTTPMatchRequest entries of one match: one for each calling workload, since sourceLabels takes one set of labels. An empty
 * StringMatch stands for presence (istio.io/docs/reference/config/networking/virtual-service, HTTPMatchRequest).
 */
export function httpMatches(
  component: ComponentOf<'traffic'> | ComponentOf<'gateways'>,
  match: ResolvedMatch,
  places: readonly MatchPlace[] = [],
): { readonly matches: readonly Draft[]; readonly diagnostics: readonly Diagnostic[] } {
  const { spec, path } = match
  const diagnostics: Diagnostic[] = []
  const [headers, withoutHeaders] = presentAndAbsent(spec.headers, [...path, 'headers'])
  const [queryParams, withoutQuery] = presentAndAbsent(spec.query, [...path, 'query'])
  if (withoutQuery !== undefined) {
    diagnostics.push(
      mistake(component, [...path, 'query'], 'MF3020', {
        summary: 'Istio cannot match where a query parameter is absent',
        hint: 'Put a route that matches its presence before this one.',
      }),
    )
  }
  const absentPath = spec.path !== undefined && 'present' in spec.path
  const common: DraftObject = {
    uri: absentPath ? undefined : from([...path, 'path'], stringMatch(spec.path)),
    headers,
    withoutHeaders,
    queryParams,
    method: from([...path, 'methods'], methodMatch(spec.methods)),
    port: from([...path, 'port'], spec.port),
  }
  const callers = match.from?.map((caller, index) => ({
    sourceLabels: from([...path, 'from', index], caller.selector),
    sourceNamespace: from([...path, 'from', index], caller.namespace),
  })) ?? [{}]
  const matches = callers.flatMap((caller) => atPlaces({ ...common, ...caller }, places).map((each) => from(path, each)))
  return { matches, diagnostics }
}

/** Where alone a match holds, where that isn't everywhere: at which gateways, and at which port of the host. */
export interface MatchPlace {
  readonly gateways?: readonly string[] | undefined
  readonly port?: number | undefined
}

/** A match at each of the places; as it is where there are none. What it says of a port itself stays. */
export function atPlaces(match: DraftObject, places: readonly MatchPlace[]): readonly DraftObject[] {
  if (places.length === 0) return [match]
  return places.map((place) => ({ ...match, gateways: place.gateways, port: match.port ?? place.port }))
}

/** A comparison as Istio writes it. */
export function stringMatch(how: StringMatchSpec | undefined): Draft {
  if (how === undefined) return undefined
  if ('exact' in how) return { exact: how.exact }
  if ('prefix' in how) return { prefix: how.prefix }
  if ('regex' in how) return { regex: how.regex }
  return {}
}

function methodMatch(methods: readonly string[] | undefined): Draft {
  if (methods === undefined || methods.length === 0) return undefined
  const [only, ...others] = new Set(methods)
  return others.length === 0 ? { exact: only } : { regex: [only, ...others].join('|') }
}

function presentAndAbsent(
  named: { readonly [name: string]: StringMatchSpec } | undefined,
  path: ValuePath,
): readonly [DraftObject | undefined, DraftObject | undefined] {
  const present: Record<string, Draft> = {}
  const absent: Record<string, Draft> = {}
  for (const [name, how] of Object.entries(named ?? {})) {
    if ('present' in how && !how.present) absent[name] = from([...path, name], {})
    else present[name] = from([...path, name], stringMatch(how))
  }
  const unlessEmpty = (map: Record<string, Draft>) => (Object.keys(map).length === 0 ? undefined : map)
  return [unlessEmpty(present), unlessEmpty(absent)]
}
