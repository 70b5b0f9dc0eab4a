import type { ComponentOf } from '../../design/component.ts'
import type { RouteSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import { KNOWN_METHODS } from '../admission.ts'
import { mistake } from '../mistake.ts'
import type { ResolvedRoute } from '../resolve-routes.ts'
import { type Draft, from } from '../traced-manifest.ts'
import { wholeSeconds } from '../wire-duration.ts'

const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Filters of an HTTPRouteRule, and what of the route they cannot say. */
export function routeFilters(
  component: ComponentOf<'traffic'> | ComponentOf<'gateways'>,
  route: ResolvedRoute,
  mirrorBackend: Draft,
): { readonly filters: readonly Draft[]; readonly diagnostics: readonly Diagnostic[] } {
  const { spec, path } = route
  const filters: Draft[] = []
  const request = headerModifier(spec.headers?.request, [...path, 'headers', 'request'])
  if (request !== undefined) filters.push({ type: 'RequestHeaderModifier', requestHeaderModifier: request })
  const response = headerModifier(spec.headers?.response, [...path, 'headers', 'response'])
  if (response !== undefined) filters.push({ type: 'ResponseHeaderModifier', responseHeaderModifier: response })
  if (spec.rewrite !== undefined) filters.push(rewriteFilter(spec.rewrite, [...path, 'rewrite']))
  if (spec.redirect !== undefined) filters.push(redirectFilter(spec.redirect, [...path, 'redirect']))
  if (mirrorBackend !== undefined) {
    filters.push({
      type: 'RequestMirror',
      requestMirror: { backendRef: mirrorBackend, ...shareOf(route.mirror?.percent, [...path, 'mirror', 'percent']) },
    })
  }
  if (spec.cors !== undefined) filters.push(corsFilter(spec.cors, [...path, 'cors']))
  return { filters, diagnostics: mistakesOf(component, route) }
}

function headerModifier(change: NonNullable<RouteSpec['headers']>['request'], path: ValuePath): Draft {
  if (change === undefined) return undefined
  const pairs = (key: 'set' | 'add'): Draft => {
    const entries = Object.entries(change[key] ?? {})
    return entries.length === 0 ? undefined : entries.map(([name, value]) => from([...path, key, name], { name, value }))
  }
  return from(path, { set: pairs('set'), add: pairs('add'), remove: from([...path, 'remove'], change.remove) })
}

function rewriteFilter(rewrite: NonNullable<RouteSpec['rewrite']>, path: ValuePath): Draft {
  return from(path, {
    type: 'URLRewrite',
    urlRewrite: {
      hostname: from([...path, 'host'], rewrite.host),
      path:
        rewrite.path !== undefined
          ? from([...path, 'path'], { type: 'ReplaceFullPath', replaceFullPath: rewrite.path })
          : rewrite.prefix !== undefined
            ? from([...path, 'prefix'], { type: 'ReplacePrefixMatch', replacePrefixMatch: rewrite.prefix })
            : undefined,
    },
  })
}

function redirectFilter(redirect: NonNullable<RouteSpec['redirect']>, path: ValuePath): Draft {
  return from(path, {
    type: 'RequestRedirect',
    requestRedirect: {
      scheme: from([...path, 'scheme'], redirect.scheme),
      hostname: from([...path, 'host'], redirect.host),
      path:
        redirect.path === undefined
          ? undefined
          : from([...path, 'path'], { type: 'ReplaceFullPath', replaceFullPath: redirect.path }),
      statusCode: from([...path, 'status'], redirect.status ?? 302),
    },
  })
}

function shareOf(percent: number | undefined, path: ValuePath): { readonly [key: string]: Draft } {
  if (percent === undefined) return {}
  if (Number.isInteger(percent)) return { percent: from(path, percent) }
  return { fraction: from(path, { numerator: Math.round(percent * 1000), denominator: 100_000 }) }
}

function corsFilter(cors: NonNullable<RouteSpec['cors']>, path: ValuePath): Draft {
  return from(path, {
    type: 'CORS',
    cors: {
      allowOrigins: from(
        [...path, 'origins'],
        orAny(cors.origins.flatMap((origin) => ('exact' in origin ? [origin.exact] : 'present' in origin ? ['*'] : []))),
      ),
      allowMethods: from([...path, 'methods'], orAny(cors.methods?.map((method) => method.toUpperCase()))),
      allowHeaders: from([...path, 'headers'], orAny(cors.headers)),
      exposeHeaders: from([...path, 'exposeHeaders'], orAny(cors.exposeHeaders)),
      maxAge: cors.maxAge === undefined ? undefined : from([...path, 'maxAge'], wholeSeconds(cors.maxAge)),
      allowCredentials: from([...path, 'credentials'], cors.credentials),
    },
  })
}

/** A star stands for all and may not stand beside others. */
function orAny(list: readonly string[] | undefined): readonly string[] | undefined {
  return list?.includes('*') === true ? ['*'] : list
}

function mistakesOf(component: ComponentOf<'traffic'> | ComponentOf<'gateways'>, route: ResolvedRoute): readonly Diagnostic[] {
  const { spec, path } = route
  const diagnostics: Diagnostic[] = []
  const refuse = (at: ValuePath, summary: string, hint: string) =>
    diagnostics.push(mistake(component, [...path, ...at], 'MF3020', { summary, hint }))
  if (spec.rewrite?.path !== undefined && spec.rewrite.prefix !== undefined) {
    refuse(['rewrite'], 'The path is rewritten whole or by its prefix, not both', 'Remove `path` or `prefix`.')
  }
  const [first, ...others] = spec.match ?? []
  const onePrefix = others.length === 0 && first?.path !== undefined && 'prefix' in first.path && (first.methods ?? []).length < 2
  if (spec.rewrite?.prefix !== undefined && !onePrefix) {
    refuse(
      ['rewrite', 'prefix'],
      'Rewriting a prefix needs a route with one match, by a prefix of the path',
      'Split the route, so that each match stands alone with its `path: {prefix: ...}`.',
    )
  }
  if (spec.redirect?.status !== undefined && !REDIRECT_STATUSES.has(spec.redirect.status)) {
    refuse(
      ['redirect', 'status'],
      `The Gateway API redirects with 301, 302, 303, 307 or 308, not ${spec.redirect.status}`,
      'Use one of these.',
    )
  }
  if (spec.redirect !== undefined && spec.rewrite !== undefined) {
    refuse(['rewrite'], 'A route redirects or rewrites, not both', 'Remove one of the two.')
  }
  const named = (spec.match ?? []).map(({ methods = [] }, index) => ({ methods, at: ['match', index, 'methods'] as ValuePath }))
  for (const { methods, at } of [...named, { methods: spec.cors?.methods ?? [], at: ['cors', 'methods'] }]) {
    const other = methods.find((method) => method !== '*' && !KNOWN_METHODS.has(method))
    if (other !== undefined)
      refuse(at, `The Gateway API knows no method ${other}`, `Use one of ${[...KNOWN_METHODS].join(', ')}.`)
  }
  for (const [index, origin] of (spec.cors?.origins ?? []).entries()) {
    if ('regex' in origin || 'prefix' in origin) {
      refuse(
        ['cors', 'origins', index],
        'The Gateway API compares origins exactly, or with * for a whole subdomain',
        'Say `exact: https://*.example.org`.',
      )
    }
  }
  return diagnostics
}
