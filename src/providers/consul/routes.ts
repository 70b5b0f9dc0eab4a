import type { ComponentOf } from '../../design/component.ts'
import { joinName, slug } from '../../design/object-name.ts'
import type { RouteSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { ResolvedWorkload, Scope } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { openEnd } from '../open-end.ts'
import { type ResolvedRoute, resolveRoutes, type WeightedDestination } from '../resolve-routes.ts'
import { retryStatuses } from '../retry-codes.ts'
import { routeConflicts, servesNothing } from '../route-conflicts.ts'
import { type Draft, from } from '../traced-manifest.ts'
import type { ConsulEntry, Entries } from './entry.ts'
import { httpMatch } from './route-match.ts'
import { consulService } from './subsets.ts'

/** What a server of this version knows of routes. */
export interface RouterDialect {
  /** `RetryOn` with words such as 5xx, from 1.14 on; before, statuses only. */
  readonly retryOnWords: boolean
}

/**
 * The routes of a policy as ServiceRouter and ServiceSplitters. A service has one splitter, so the last weighted route without
 * matches has it, and every other weighted route gets a splitter of its own under a name that is no service but leads on to it.
 */
export function routeEntries(
  policy: ComponentOf<'traffic'>,
  workload: ResolvedWorkload,
  scope: Scope,
  dialect: RouterDialect,
): Entries {
  if (policy.spec.routes === undefined) return { entries: [], diagnostics: [] }
  if (workload.service === undefined) return { entries: [], diagnostics: [servesNothing(policy, workload)] }
  const { routes, diagnostics } = resolveRoutes(policy, workload, scope)
  const found: Diagnostic[] = [
    ...diagnostics,
    ...routeConflicts(policy, workload, scope),
    ...wholeAndVersions(policy, routes, workload),
  ]
  const stream = streamMistakes(policy, routes, workload)
  if (stream.length > 0) return { entries: [], diagnostics: [...found, ...stream] }
  found.push(...openEnd(policy, routes, defaultPlace(workload)))
  const own = routes.filter((route) => route.matches.length === 0 && route.destinations.length > 1).at(-1)
  const service = consulService(workload)
  const entries: ConsulEntry[] = []
  const routerRoutes: Draft[] = []
  routes.forEach((route, index) => {
    const split = route.destinations.length > 1
    const name = !split || route === own ? service : joinName(service, slug(route.spec.name ?? `route-${index + 1}`))
    if (split) {
      if (route !== own) entries.push(passThrough(name, workload, route))
      entries.push(splitter(name, workload, route))
    }
    const converted = routerEntries(policy, route, split ? undefined : route.destinations[0], name, dialect)
    found.push(...converted.diagnostics)
    if (!isPlainSplit(route, own)) routerRoutes.push(...converted.drafts)
  })
  if (routerRoutes.length > 0) {
    entries.push({
      kind: 'ServiceRouter',
      name: service,
      namespace: workload.namespace,
      spec: { routes: from(['routes'], routerRoutes) },
      origin: ['routes'],
    })
  }
  return { entries, diagnostics: found }
}

/** Where a router sends what none of its routes takes: to what its resolver says of the service as a whole. */
function defaultPlace({ address, versions }: ResolvedWorkload): string {
  const [first] = versions
  return first === undefined ? address : `version ${first.name} of ${address}, its default subset`
}

/** A route that only shares requests out: the splitter alone says it. */
function isPlainSplit(route: ResolvedRoute, own: ResolvedRoute | undefined): boolean {
  const { timeout, retries, rewrite, headers } = route.spec
  return route === own && (timeout ?? retries ?? rewrite ?? headers) === undefined
}

/** A name that only carries a splitter must speak the protocol of what it leads to. */
function passThrough(name: string, workload: ResolvedWorkload, route: ResolvedRoute): ConsulEntry {
  return {
    kind: 'ServiceDefaults',
    name,
    namespace: workload.namespace,
    spec: { protocol: protocolOfService(workload) },
    origin: route.path,
  }
}

/** The protocol that Consul is told for a workload: that of its first port. */
export function protocolOfService(workload: ResolvedWorkload): 'http' | 'http2' | 'grpc' | 'tcp' {
  const protocol = workload.ports[0]?.protocol
  return protocol === 'http' || protocol === 'http2' || protocol === 'grpc' ? protocol : 'tcp'
}

function splitter(name: string, workload: ResolvedWorkload, route: ResolvedRoute): ConsulEntry {
  return {
    kind: 'ServiceSplitter',
    name,
    namespace: workload.namespace,
    spec: {
      splits: from(
        [...route.path, 'to'],
        route.destinations.map((destination) =>
          from(destination.path, {
            weight: from(destination.path, destination.weight),
            service:
              destination.workload === workload && name === workload.service ? undefined : consulService(destination.workload),
            serviceSubset: destination.version?.name,
          }),
        ),
      ),
    },
    origin: route.path,
  }
}

function routerEntries(
  policy: ComponentOf<'traffic'>,
  route: ResolvedRoute,
  only: WeightedDestination | undefined,
  service: string,
  dialect: RouterDialect,
): { readonly drafts: readonly Draft[]; readonly diagnostics: readonly Diagnostic[] } {
  const { spec, path } = route
  const destination = from(path, {
    service: only === undefined ? service : consulService(only.workload),
    serviceSubset: only?.version?.name,
    prefixRewrite: from([...path, 'rewrite'], spec.rewrite?.prefix ?? spec.rewrite?.path),
    requestTimeout: from([...path, 'timeout'], spec.timeout),
    ...retriesOf(spec, [...path, 'retries'], dialect),
    requestHeaders: from([...path, 'headers', 'request'], spec.headers?.request as Draft),
    responseHeaders: from([...path, 'headers', 'response'], spec.headers?.response as Draft),
  })
  const matches = route.matches.map((match) => httpMatch(policy, match.spec, match.path))
  const drafts: readonly Draft[] =
    matches.length === 0
      ? [from(path, { match: { http: { pathPrefix: '/' } }, destination })]
      : matches.map((match) => from(path, { match: match.draft, destination }))
  return { drafts, diagnostics: [...matches.flatMap((match) => match.diagnostics), ...rewriteMistakes(policy, route)] }
}

/** Retries; connection failures have a switch of their own, and statuses a list. */
function retriesOf({ retries }: RouteSpec, path: ValuePath, dialect: RouterDialect): { readonly [key: string]: Draft } {
  // Consul takes 0 for its default, so that nothing is retried only where nothing is said.
  if (retries === undefined || retries.attempts === 0) return {}
  const on = retries.on ?? ['5xx']
  const words = on.filter((word) => !/^\d+$/.test(word) && word !== 'connect-failure')
  const statuses = dialect.retryOnWords
    ? on.filter((word) => /^\d+$/.test(word)).map(Number)
    : retryStatuses(on.filter((word) => word !== 'connect-failure'))
  const connect = on.includes('connect-failure') || (!dialect.retryOnWords && on.some((word) => word === 'reset'))
  return {
    numRetries: from([...path, 'attempts'], retries.attempts),
    retryOn: dialect.retryOnWords && words.length > 0 ? from([...path, 'on'], words) : undefined,
    retryOnConnectFailure: connect ? from([...path, 'on'], true) : undefined,
    retryOnStatusCodes: statuses.length > 0 ? from([...path, 'on'], statuses) : undefined,
  }
}

function rewriteMistakes(policy: ComponentOf<'traffic'>, { spec, path }: ResolvedRoute): readonly Diagnostic[] {
  const { rewrite } = spec
  if (rewrite === undefined) return []
  const matched = spec.match ?? []
  const found: Diagnostic[] = []
  const refuse = (key: string, summary: string, hint: string) =>
    found.push(mistake(policy, [...path, 'rewrite', key], 'MF3020', { summary, hint }))
  if (rewrite.host !== undefined) refuse('host', 'A ServiceRouter cannot rewrite the host', 'Rewrite the path only.')
  if (
    rewrite.path !== undefined &&
    !(matched.length > 0 && matched.every((match) => match.path !== undefined && 'exact' in match.path))
  ) {
    refuse(
      'path',
      'The whole path can be replaced only where it is matched exactly',
      'Match `path: {exact: ...}`, or rewrite the prefix.',
    )
  }
  const byPath = matched.every((match) => match.path === undefined || 'prefix' in match.path || 'exact' in match.path)
  if (rewrite.prefix !== undefined && !byPath) {
    refuse('prefix', 'A prefix can be replaced only where the path is matched by prefix', 'Match `path: {prefix: ...}`.')
  }
  return found
}

/** Consul sends what is meant for a whole service through its splitter, so versions and the whole cannot stand side by side. */
function wholeAndVersions(
  policy: ComponentOf<'traffic'>,
  routes: readonly ResolvedRoute[],
  workload: ResolvedWorkload,
): readonly Diagnostic[] {
  const named = routes.some((route) =>
    route.destinations.some(({ workload: to, version }) => to === workload && version !== undefined),
  )
  if (!named) return []
  return routes.flatMap((route) =>
    route.destinations
      .filter((destination) => destination.workload === workload && destination.version === undefined)
      .map((destination) =>
        mistake(policy, destination.path, 'MF3020', {
          summary: `The route leads to ${workload.address} as a whole, and other routes to its versions`,
          detail: 'Consul sends requests for the whole service to the versions that its splitter or default subset names.',
          hint: 'Say `to:` with the versions and their shares.',
        }),
      ),
  )
}

/** Routers and splitters need an HTTP-like protocol. */
function streamMistakes(
  policy: ComponentOf<'traffic'>,
  routes: readonly ResolvedRoute[],
  workload: ResolvedWorkload,
): readonly Diagnostic[] {
  const protocol = policy.spec.protocol ?? protocolOfService(workload)
  if (protocol !== 'tcp' && protocol !== 'tls') return []
  if (routes.every((route) => route.destinations.length <= 1 && route.destinations.every(({ version }) => version === undefined)))
    return []
  return [
    mistake(policy, ['routes'], 'MF3020', {
      summary: `${workload.address} speaks ${protocol}, and Consul routes and splits HTTP only`,
      hint: 'Choose the version with a ServiceResolver under `resources`, or declare the port as http or grpc.',
    }),
  ]
}
