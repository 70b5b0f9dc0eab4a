import type { Component, ComponentOf } from '../design/component.ts'
import type { AuthorizationRuleSpec } from '../design/schema/authorization.ts'
import type { RequestMatchSpec, RouteSpec, StringMatchSpec } from '../design/schema/traffic.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { parseDuration } from '../plan/duration.ts'
import type { ValuePath } from '../plan/source.ts'
import { isAddressBlock } from './address-block.ts'
import { KNOWN_METHODS } from './admission.ts'
import { expressionProblem } from './expression.ts'
import { mistake } from './mistake.ts'

/** What is wrong at a place, and what to do. */
interface Wrong {
  readonly path: ValuePath
  readonly summary: string
  readonly hint: string
}

/** Names of headers are tokens (RFC 9110, 5.1); meshes know pseudo headers such as `:authority` beside them. */
const HEADER_NAME = /^:?[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const METHOD = /^[A-Za-z]+(-[A-Za-z]+)*$/

/** Words of a traffic policy or gateway that no request can have, so that every mesh would refuse them or never match. */
export function wordsOfRoutes(component: ComponentOf<'traffic'> | ComponentOf<'gateways'>): readonly Diagnostic[] {
  const routes = (component.spec.routes ?? []).flatMap((route, index) => wrongRoute(route, ['routes', index]))
  const limits = component.section === 'traffic' ? wrongLimits(component) : []
  return told(component, [...routes, ...limits])
}

/** Words of an authorization policy that no request or caller can have. */
export function wordsOfRules(policy: ComponentOf<'authorization'>): readonly Diagnostic[] {
  return told(
    policy,
    (['allow', 'deny'] as const).flatMap((action) =>
      (policy.spec[action] ?? []).flatMap((rule, index) => wrongRule(rule, [action, index])),
    ),
  )
}

/** A host name, or those of a whole domain: `*.example.org`. */
const HOST = /^(\*\.)?[A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?)*$/

/** Hosts, ports and addresses of an external host that are none, or that stand there twice. */
export function wordsOfExternal(external: ComponentOf<'external'>): readonly Diagnostic[] {
  const { hosts, ports, addresses = [] } = external.spec
  return told(external, [
    ...addresses.flatMap((address, index) => (isAddressBlock(address) ? [] : [noAddress(address, ['addresses', index])])),
    ...hosts.flatMap((host, index): readonly Wrong[] =>
      HOST.test(host) || isAddressBlock(host)
        ? []
        : [
            {
              path: ['hosts', index],
              summary: `"${host}" is no host`,
              hint: 'Write a host name, or *. and a domain for all of its hosts.',
            },
          ],
    ),
    ...twice(hosts, 'hosts', (host) => host.toLowerCase()),
    ...twice(ports, 'ports', ({ port }) => String(port)),
    ...twice(addresses, 'addresses', (address) => address),
  ])
}

function twice<Item>(items: readonly Item[], key: string, textOf: (item: Item) => string): readonly Wrong[] {
  const texts = items.map(textOf)
  return texts.flatMap((text, index): readonly Wrong[] =>
    texts.indexOf(text) === index
      ? []
      : [{ path: [key, index], summary: `${text} stands there twice`, hint: 'Remove one of the two.' }],
  )
}

/** Meshes that compare methods as text; the schemas of all others list the nine that HTTP names. */
const ANY_METHOD: ReadonlySet<string> = new Set(['istio', 'tanzu', 'citrix-cpx', 'cilium', 'nsm'])

/** Methods that a mesh cannot compare, whose own words list those that it can. */
export function unlistedMethods(
  component: ComponentOf<'traffic'> | ComponentOf<'gateways'> | ComponentOf<'authorization'>,
  { name, title }: { readonly name: string; readonly title: string },
): readonly Diagnostic[] {
  if (ANY_METHOD.has(name)) return []
  const places: readonly (readonly [readonly string[] | undefined, ValuePath])[] =
    component.section === 'authorization'
      ? (['allow', 'deny'] as const).flatMap((action) =>
          (component.spec[action] ?? []).map(({ methods }, index) => [methods, [action, index, 'methods']] as const),
        )
      : (component.spec.routes ?? []).flatMap(({ match = [] }, index) =>
          match.map(({ methods }, position) => [methods, ['routes', index, 'match', position, 'methods']] as const),
        )
  return places.flatMap(([methods = [], path]) =>
    methods
      .filter((method) => !KNOWN_METHODS.has(method.toUpperCase()))
      .map((method) =>
        mistake(component, path, 'MF3020', {
          summary: `${title} knows no method ${method}`,
          hint: `Use ${[...KNOWN_METHODS].join(', ')}.`,
        }),
      ),
  )
}

function told(component: Component, wrong: readonly Wrong[]): readonly Diagnostic[] {
  return wrong.map(({ path, summary, hint }) => mistake(component, path, 'MF3041', { summary, hint }))
}

function wrongRoute(route: RouteSpec, path: ValuePath): readonly Wrong[] {
  const { match = [], timeout, retries, fault, redirect, rewrite, headers, cors, mirror } = route
  const at = (...rest: ValuePath): ValuePath => [...path, ...rest]
  const wrong: Wrong[] = match.flatMap((one, index) => wrongMatch(one, at('match', index)))
  const refuse = (rest: ValuePath, summary: string, hint: string) => wrong.push({ path: at(...rest), summary, hint })
  wrong.push(
    ...noTime(timeout, at('timeout')),
    ...noTime(retries?.attempts === 0 ? undefined : retries?.perTry, at('retries', 'perTry')),
    ...noTime(fault?.delay?.duration, at('fault', 'delay', 'duration')),
  )
  if (fault !== undefined && fault.delay === undefined && fault.abort === undefined) {
    refuse(['fault'], 'The fault neither delays nor answers anything', 'Say `delay` or `abort`.')
  }
  if (rewrite !== undefined && Object.values(rewrite).every((value) => value === undefined)) {
    refuse(['rewrite'], 'Nothing is rewritten', 'Say `path`, `prefix` or `host`.')
  }
  if (redirect !== undefined) {
    if (redirect.host === undefined && redirect.path === undefined && redirect.scheme === undefined) {
      refuse(['redirect'], 'The redirect leads back to where the request came from', 'Say `host`, `path` or `scheme`.')
    }
    if (redirect.status !== undefined && ![301, 302, 303, 307, 308].includes(redirect.status)) {
      refuse(['redirect', 'status'], `${redirect.status} is no redirect to another address`, 'Use 301, 302, 303, 307 or 308.')
    }
    if (route.to !== undefined) refuse(['to'], 'A route that redirects sends nothing on', 'Remove `to` or `redirect`.')
    if (mirror !== undefined) refuse(['mirror'], 'A route that redirects sends nothing on', 'Remove `mirror` or `redirect`.')
  }
  for (const side of ['request', 'response'] as const) {
    const change = headers?.[side]
    const names = [...Object.keys(change?.set ?? {}), ...Object.keys(change?.add ?? {}), ...(change?.remove ?? [])]
    for (const name of names.filter((one) => !HEADER_NAME.test(one))) refuse(['headers', side], ...noHeader(name))
  }
  cors?.origins.forEach((origin, index) => {
    wrong.push(...wrongText(origin, at('cors', 'origins', index)))
  })
  return wrong
}

function wrongMatch(match: RequestMatchSpec, path: ValuePath): readonly Wrong[] {
  const at = (...rest: ValuePath): ValuePath => [...path, ...rest]
  const named = (['headers', 'query'] as const).flatMap((key) =>
    Object.entries(match[key] ?? {}).flatMap(([name, how]) => [
      ...(key === 'query' || HEADER_NAME.test(name) ? [] : [wrongHeader(name, at(key, name))]),
      ...wrongText(how, at(key, name)),
    ]),
  )
  return [
    ...(match.path === undefined ? [] : wrongPath(match.path, at('path'))),
    ...named,
    ...wrongMethods(match.methods, at('methods')),
    ...empty(match.from, at('from'), 'caller'),
  ]
}

function wrongPath(how: StringMatchSpec, path: ValuePath): readonly Wrong[] {
  const text = 'exact' in how ? how.exact : 'prefix' in how ? how.prefix : undefined
  if (text !== undefined && !text.startsWith('/')) {
    return [{ path, summary: `No path begins as "${text}" does`, hint: `Paths begin with a slash: "/${text}".` }]
  }
  return text === undefined ? wrongText(how, path) : []
}

function wrongText(how: StringMatchSpec, path: ValuePath): readonly Wrong[] {
  if ('regex' in how) {
    const problem = how.regex === '' ? 'it is empty' : expressionProblem(how.regex)
    if (problem === undefined) return []
    const hint = 'Expressions are those of RE2: no looking around, no references back to groups.'
    return [{ path, summary: `"${how.regex}" is no regular expression: ${problem}`, hint }]
  }
  const text = 'exact' in how ? how.exact : 'prefix' in how ? how.prefix : undefined
  if (text !== '') return []
  return [{ path, summary: 'There is nothing to compare with', hint: 'Say `present: true` or `present: false`.' }]
}

function wrongRule(rule: AuthorizationRuleSpec, path: ValuePath): readonly Wrong[] {
  const at = (...rest: ValuePath): ValuePath => [...path, ...rest]
  const paths = (rule.paths ?? []).flatMap((text, index): readonly Wrong[] => {
    const middle = text.slice(1, -1).includes('*') || (text.length > 1 && text.startsWith('*') && text.endsWith('*'))
    if (middle) {
      return [
        {
          path: at('paths', index),
          summary: `"${text}" has its star in a place that no mesh knows`,
          hint: 'A star stands for the rest, at the end or at the beginning.',
        },
      ]
    }
    if (text.startsWith('/') || text.startsWith('*')) return []
    return [{ path: at('paths', index), summary: `No path begins as "${text}" does`, hint: `Say "/${text}".` }]
  })
  const headers = Object.entries(rule.headers ?? {}).flatMap(([name, how]) => [
    ...(HEADER_NAME.test(name) ? [] : [wrongHeader(name, at('headers', name))]),
    ...wrongText(how, at('headers', name)),
  ])
  const callers = (rule.from ?? []).flatMap((caller, index) =>
    typeof caller === 'string' || caller.ipBlock === undefined || isAddressBlock(caller.ipBlock)
      ? []
      : [noAddress(caller.ipBlock, at('from', index, 'ipBlock'))],
  )
  return [
    ...paths,
    ...headers,
    ...callers,
    ...wrongMethods(rule.methods, at('methods')),
    ...empty(rule.from, at('from'), 'caller'),
    ...empty(rule.paths, at('paths'), 'path'),
    ...empty(rule.hosts, at('hosts'), 'host'),
    ...empty(rule.ports, at('ports'), 'port'),
  ]
}

function wrongMethods(methods: readonly string[] | undefined, path: ValuePath): readonly Wrong[] {
  const wrong = (methods ?? []).flatMap((method, index): readonly Wrong[] =>
    METHOD.test(method)
      ? []
      : [{ path: [...path, index], summary: `"${method}" is no method`, hint: 'Say GET, POST and so on.' }],
  )
  return [...wrong, ...empty(methods, path, 'method')]
}

/** A list that came out empty would mean anything at all, which nobody meant who wrote it. */
function empty(list: readonly unknown[] | undefined, path: ValuePath, what: string): readonly Wrong[] {
  if (list === undefined || list.length > 0) return []
  const key = String(path.at(-1))
  return [{ path, summary: `The list names no ${what}`, hint: `Leave \`${key}\` out for any ${what}; else name one.` }]
}

function wrongLimits({ spec }: ComponentOf<'traffic'>): readonly Wrong[] {
  const { circuitBreaker: breaker, loadBalancing } = spec
  return [
    ...noTime(breaker?.connectTimeout, ['circuitBreaker', 'connectTimeout']),
    ...noTime(breaker?.idleTimeout, ['circuitBreaker', 'idleTimeout']),
    ...noTime(breaker?.outlier?.interval, ['circuitBreaker', 'outlier', 'interval']),
    ...noTime(breaker?.outlier?.ejectFor, ['circuitBreaker', 'outlier', 'ejectFor']),
    ...noTime(loadBalancing?.warmup, ['loadBalancing', 'warmup']),
    ...(loadBalancing?.failover ?? []).flatMap(({ from, to }, index): readonly Wrong[] =>
      from === to
        ? [
            {
              path: ['loadBalancing', 'failover', index],
              summary: `Nothing fails over from ${from} to itself`,
              hint: 'Name another place.',
            },
          ]
        : [],
    ),
  ]
}

/** Meshes read no time as none at all, as for ever, or not: and their proxies count whole milliseconds. */
function noTime(text: string | undefined, path: ValuePath): readonly Wrong[] {
  if (text === undefined || (parseDuration(text) ?? 0) >= 1) return []
  return [{ path, summary: `${text} is no time`, hint: 'Say at least 1ms, or leave it out.' }]
}

function wrongHeader(name: string, path: ValuePath): Wrong {
  const [summary, hint] = noHeader(name)
  return { path, summary, hint }
}

function noHeader(name: string): readonly [string, string] {
  return [`"${name}" is no name of a header`, 'Names of headers are letters, digits and dashes.']
}

function noAddress(address: string, path: ValuePath): Wrong {
  return {
    path,
    summary: `"${address}" is no address, and no block of them`,
    hint: 'Say an IP address, or a block such as 10.0.0.0/8.',
  }
}
