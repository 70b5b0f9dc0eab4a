import type { RouteSpec, StringMatchSpec } from '../../design/schema/traffic.ts'
import type { ValuePath } from '../../plan/source.ts'
import { queryMatcher, valueMatcher } from '../envoy-header-match.ts'
import { escapeRegex } from '../gateway-api/route-match.ts'
import type { Destination } from '../references.ts'
import type { ResolvedRoute } from '../resolve-routes.ts'
import { type Draft, type DraftObject, from } from '../traced-manifest.ts'
import { milliseconds } from '../wire-duration.ts'

const CORS = 'envoy.filters.http.cors'

/** What routes need to know beside themselves. */
export interface RouteContext {
  readonly clusterOf: (destination: Destination) => string
  /** What consistent hashing hashes. */
  readonly hashPolicies: Draft
}

/** A route as Envoy's routes: one for each way to match, since a route of Envoy has one. */
export function envoyRoutes(route: ResolvedRoute, context: RouteContext): readonly Draft[] {
  const { path } = route
  const action = actionOf(route, context)
  const matches = route.matches.flatMap(({ spec, path: at }) => {
    const methods = spec.methods ?? []
    const named = (key: 'headers' | 'query', how: (name: string, match: StringMatchSpec) => Draft): readonly Draft[] =>
      Object.entries(spec[key] ?? {}).map(([name, match]) => from([...at, key, name], how(name, match)))
    const headers = [
      ...named('headers', (name, match) => ({ name, ...valueMatcher(match) })),
      ...(methods.length === 0
        ? []
        : [
            from([...at, 'methods'], {
              name: ':method',
              string_match: { safe_regex: { regex: methods.map(escapeRegex).join('|') } },
            }),
          ]),
    ]
    const absent = Object.entries(spec.query ?? {}).filter(([, how]) => 'present' in how && !how.present)
    const query = named('query', (name, match) => ('present' in match && !match.present ? undefined : parameter(name, match)))
    const without = absent.map(([name, how]) => ({ name: ':path', ...queryMatcher(name, how) }))
    const all = [...headers, ...without]
    const parameters = query.filter((item) => item !== undefined)
    return [
      from(at, {
        ...pathOf(spec.path, [...at, 'path']),
        headers: all.length === 0 ? undefined : all,
        query_parameters: parameters.length === 0 ? undefined : parameters,
      }),
    ]
  })
  const ways: readonly Draft[] = matches.length === 0 ? [{ prefix: '/' }] : matches
  return ways.map((match) => from(path, { match, ...action }))
}

function pathOf(how: StringMatchSpec | undefined, at: ValuePath): DraftObject {
  if (how === undefined || 'present' in how) return { prefix: '/' }
  if ('exact' in how) return { path: from(at, how.exact) }
  return 'prefix' in how ? { prefix: from(at, how.prefix) } : { safe_regex: { regex: from(at, how.regex) } }
}

function parameter(name: string, how: StringMatchSpec): Draft {
  return 'present' in how ? { name, present_match: true } : { name, ...valueMatcher(how) }
}

function actionOf(route: ResolvedRoute, context: RouteContext): DraftObject {
  const { spec, path } = route
  const at = (key: string): ValuePath => [...path, key]
  if (spec.redirect !== undefined) {
    const { host, path: target, scheme, status } = spec.redirect
    return {
      redirect: from(at('redirect'), {
        host_redirect: host,
        path_redirect: target,
        scheme_redirect: scheme,
        response_code: REDIRECTS[status ?? 302] ?? 'FOUND',
      }),
    }
  }
  return {
    route: {
      timeout: from(at('timeout'), spec.timeout === undefined ? undefined : seconds(spec.timeout)),
      retry_policy: retryOf(spec.retries, at('retries')),
      ...destinationsOf(route, context),
      hash_policy: context.hashPolicies,
      request_mirror_policies: mirrorOf(route, context),
      ...rewriteOf(spec.rewrite, at('rewrite')),
    },
    ...headersOf(spec.headers, at('headers')),
    typed_per_filter_config: spec.cors === undefined ? undefined : { [CORS]: from(at('cors'), corsPolicy(spec.cors)) },
  }
}

/** Statuses of redirects as Envoy names them. */
const REDIRECTS: { readonly [status: number]: string } = {
  301: 'MOVED_PERMANENTLY',
  302: 'FOUND',
  303: 'SEE_OTHER',
  307: 'TEMPORARY_REDIRECT',
  308: 'PERMANENT_REDIRECT',
}

/** Protobuf's JSON has seconds alone. */
export function seconds(duration: string): string {
  return `${milliseconds(duration) / 1000}s`
}

function destinationsOf({ destinations }: ResolvedRoute, { clusterOf }: RouteContext): DraftObject {
  const [only, ...others] = destinations
  if (only === undefined) return {}
  if (others.length === 0) return { cluster: from(only.path, clusterOf(only)) }
  return {
    weighted_clusters: {
      clusters: destinations.map((destination) =>
        from(destination.path, { name: clusterOf(destination), weight: from(destination.path, destination.weight) }),
      ),
    },
  }
}

function retryOf(retries: RouteSpec['retries'], path: ValuePath): Draft {
  if (retries === undefined) return undefined
  const words = retries.on ?? ['5xx']
  const codes = words.filter((word) => /^\d+$/.test(word)).map(Number)
  const on = [...words.filter((word) => !/^\d+$/.test(word)), ...(codes.length === 0 ? [] : ['retriable-status-codes'])]
  return from(path, {
    retry_on: from([...path, 'on'], on.join(',')),
    retriable_status_codes: codes.length === 0 ? undefined : codes,
    num_retries: from([...path, 'attempts'], retries.attempts),
    per_try_timeout: from([...path, 'perTry'], retries.perTry === undefined ? undefined : seconds(retries.perTry)),
    retry_back_off:
      retries.backoff === undefined
        ? undefined
        : from([...path, 'backoff'], {
            base_interval: seconds(retries.backoff.base),
            max_interval: retries.backoff.maximum === undefined ? undefined : seconds(retries.backoff.maximum),
          }),
  })
}

function mirrorOf({ mirror, path }: ResolvedRoute, { clusterOf }: RouteContext): Draft {
  if (mirror === undefined) return undefined
  const share =
    mirror.percent === undefined
      ? undefined
      : { default_value: { numerator: Math.round(mirror.percent * 10_000), denominator: 'MILLION' } }
  return from([...path, 'mirror'], [{ cluster: clusterOf(mirror), runtime_fraction: share }])
}

function rewriteOf(rewrite: RouteSpec['rewrite'], path: ValuePath): DraftObject {
  if (rewrite === undefined) return {}
  return {
    host_rewrite_literal: from([...path, 'host'], rewrite.host),
    prefix_rewrite: from([...path, 'prefix'], rewrite.prefix),
    regex_rewrite:
      rewrite.path === undefined
        ? undefined
        : from([...path, 'path'], { pattern: { regex: '^[^?]*' }, substitution: rewrite.path }),
  }
}

function headersOf(headers: RouteSpec['headers'], path: ValuePath): DraftObject {
  const side = (key: 'request' | 'response'): DraftObject => {
    const change = headers?.[key]
    const pairs = (kind: 'set' | 'add', action: string) =>
      Object.entries(change?.[kind] ?? {}).map(([name, value]) =>
        from([...path, key, kind, name], { header: { key: name, value }, append_action: action }),
      )
    const added = [...pairs('set', 'OVERWRITE_IF_EXISTS_OR_ADD'), ...pairs('add', 'APPEND_IF_EXISTS_OR_ADD')]
    return {
      [`${key}_headers_to_add`]: added.length === 0 ? undefined : added,
      [`${key}_headers_to_remove`]: from([...path, key, 'remove'], change?.remove),
    }
  }
  return { ...side('request'), ...side('response') }
}

function corsPolicy(cors: NonNullable<RouteSpec['cors']>): Draft {
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy',
    allow_origin_string_match: cors.origins.map((origin) =>
      'exact' in origin
        ? { exact: origin.exact }
        : 'prefix' in origin
          ? { prefix: origin.prefix }
          : { safe_regex: { regex: 'regex' in origin ? origin.regex : '.*' } },
    ),
    allow_methods: cors.methods?.join(','),
    allow_headers: cors.headers?.join(','),
    expose_headers: cors.exposeHeaders?.join(','),
    max_age: cors.maxAge === undefined ? undefined : String(Math.round(milliseconds(cors.maxAge) / 1000)),
    allow_credentials: cors.credentials,
  }
}
