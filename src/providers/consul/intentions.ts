import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { ResolvedWorkload, Scope } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { isClosed, policyLayers } from '../policy-layers.ts'
import { findWorkload } from '../references.ts'
import { type ResolvedCaller, type ResolvedRule, resolveRules } from '../resolve-callers.ts'
import { indexOf } from '../scope-index.ts'
import { type Draft, from } from '../traced-manifest.ts'
import type { Entries } from './entry.ts'
import { headerMatch } from './route-match.ts'
import { protocolOfService } from './routes.ts'
import { consulService } from './subsets.ts'

/** A caller as intentions know it: a service, and its namespace in Consul Enterprise. `*` is anyone. */
interface Source {
  readonly name: string
  readonly namespace: string | undefined
}

const ANYONE: Source = { name: '*', namespace: undefined }

/** A rule with its action, in the order it is tried: refusals first. */
interface OrderedRule {
  readonly action: 'allow' | 'deny'
  readonly rule: ResolvedRule
}

/**
 * The ServiceIntentions of what a policy protects. Consul keeps one list for a destination and takes the entry of the most exact
 * source alone, so each named source carries the rules for everyone too, and `*` carries what happens to the rest. Where several
 * policies protect one workload, or all of them, the list is that of all these policies, and the first of them makes it. What a policy
 * of the whole mesh says is said anew for a workload with policies of its own, since the list of `*` does not hold for it then. Without
 * `namespaces` to write entries into, all workloads are those of the one namespace that is written to, whatever policies say.
 */
export function intentionEntries(
  policy: ComponentOf<'authorization'>,
  scope: Scope,
  enterprise: boolean,
  { namespaces }: { readonly namespaces: boolean },
): Entries {
  const { spec } = policy
  const found = spec.workload === undefined ? undefined : findWorkload(spec.workload, policy, ['workload'], scope)
  if (found !== undefined && found.value === undefined) return { entries: [], diagnostics: found.diagnostics }
  const workload = found?.value
  const own = ordersOf(policy, scope)
  const diagnostics: readonly Diagnostic[] = [
    ...placeMistakes(policy, workload, enterprise),
    ...own.diagnostics,
    ...requestMistakes(policy, own.rules, workload),
    ...own.rules.flatMap(({ rule }) => callerMistakes(policy, rule)),
  ]
  const { wideAuthorization } = indexOf(scope)
  const [narrow = [], ...wide] = policyLayers(workload, spec.namespace, scope)
  const whole = [...wideAuthorization.values()].flat()
  const layers = namespaces ? [narrow, ...wide] : workload === undefined ? [whole] : [narrow, whole]
  const first = layers.find((layer) => layer.length > 0)?.[0]
  if (first !== undefined && first.address !== policy.address) return { entries: [], diagnostics }
  const others = layers.flat().filter(({ address }) => address !== policy.address)
  const further = others.flatMap((other) => ordersOf(other, scope).rules.map(fromElsewhere))
  const rules = refusalsFirst([...own.rules, ...further])
  const closed = isClosed(layers)
  const rest = closed ? 'deny' : 'allow'
  const named = sourcesOf(rules, enterprise)
  const end: ValuePath = spec.default === undefined && (spec.allow ?? []).length > 0 ? ['allow'] : ['default']
  const sources = [...named, { source: ANYONE, path: end }].map(({ source, path }) =>
    from(path, sourceEntry(source, rules, rest, enterprise)),
  )
  const destination = workload === undefined ? '*' : consulService(workload)
  return {
    entries: [
      {
        kind: 'ServiceIntentions',
        name: workload === undefined ? (spec.namespace ?? 'all') : destination,
        namespace: workload?.namespace ?? scope.mesh.spec.namespace ?? 'consul',
        spec: {
          destination: {
            name: from(['workload'], destination),
            namespace: workload === undefined ? from(['namespace'], spec.namespace) : undefined,
          },
          sources,
        },
        origin: (spec.allow ?? []).length > 0 ? ['allow'] : (spec.deny ?? []).length > 0 ? ['deny'] : ['default'],
      },
    ],
    diagnostics,
  }
}

/** The rules of one policy, refusals first. */
function ordersOf(policy: ComponentOf<'authorization'>, scope: Scope) {
  const { spec } = policy
  const deny = resolveRules(policy, 'deny', scope)
  const allow = resolveRules(policy, 'allow', scope)
  const rules: readonly OrderedRule[] = [
    ...deny.rules.map((rule) => ({ action: 'deny', rule }) as const),
    ...(spec.default === 'allow' ? [] : allow.rules.map((rule) => ({ action: 'allow', rule }) as const)),
  ]
  return {
    rules,
    diagnostics: [
      ...deny.diagnostics,
      ...allow.diagnostics,
      ...(spec.default === 'allow' && allow.rules.length > 0 ? [moot(policy)] : []),
    ],
  }
}

function refusalsFirst(rules: readonly OrderedRule[]): readonly OrderedRule[] {
  return [...rules.filter(({ action }) => action === 'deny'), ...rules.filter(({ action }) => action === 'allow')]
}

/** A rule of another component, whose places are not places of this one. */
function fromElsewhere({ action, rule }: OrderedRule): OrderedRule {
  return { action, rule: { ...rule, path: [], callers: rule.callers.map((caller) => ({ ...caller, path: [] })) } }
}

/** The sources that rules name, each once, in the order they are named. */
function sourcesOf(rules: readonly OrderedRule[], enterprise: boolean) {
  const sources = new Map<string, { readonly source: Source; readonly path: ValuePath }>()
  for (const { rule } of rules) {
    for (const caller of rule.callers) {
      for (const source of sourceOf(caller, enterprise)) {
        const key = `${source.namespace ?? ''}/${source.name}`
        if (source.name !== '*' || source.namespace !== undefined) {
          if (!sources.has(key)) sources.set(key, { source, path: caller.path })
        }
      }
    }
  }
  return [...sources.values()]
}

/** The services behind a caller; those who are anyone in the mesh give the wildcard. */
function sourceOf(caller: ResolvedCaller, enterprise: boolean): readonly Source[] {
  switch (caller.kind) {
    case 'anyone':
    case 'authenticated':
      return [ANYONE]
    case 'workload':
      return [{ name: consulService(caller.workload), namespace: undefined }]
    case 'serviceAccount':
      return [{ name: caller.name, namespace: undefined }]
    case 'namespace':
      return enterprise ? [{ name: '*', namespace: caller.namespace }] : []
    case 'principal': {
      const name = /\/svc\/([^/]+)$/.exec(caller.principal)?.[1] ?? /\/sa\/([^/]+)$/.exec(caller.principal)?.[1]
      return name === undefined ? [] : [{ name, namespace: undefined }]
    }
    case 'ipBlock':
    case 'ingress':
      return []
  }
}

/** True when a rule is about this source: it names it, or anyone. */
function holdsFor({ callers }: ResolvedRule, source: Source, enterprise: boolean): boolean {
  if (callers.length === 0) return true
  return callers
    .flatMap((caller) => sourceOf(caller, enterprise))
    .some((known) => (known.name === '*' && known.namespace === undefined ? true : same(known, source)))
}

function same(left: Source, right: Source): boolean {
  return left.name === right.name && left.namespace === right.namespace
}

/** An entry of `sources`: an action where nothing of the request matters, else permissions tried in order. */
function sourceEntry(source: Source, rules: readonly OrderedRule[], rest: 'allow' | 'deny', enterprise: boolean): Draft {
  const mine = rules.filter(({ rule }) => holdsFor(rule, source, enterprise))
  const decisive = mine.findIndex(({ rule }) => !isConditional(rule))
  const tried = decisive < 0 ? mine : mine.slice(0, decisive)
  const last = mine[decisive]?.action ?? rest
  const head = { name: source.name, namespace: source.namespace }
  if (tried.length === 0) return { ...head, action: last }
  const permissions = tried.flatMap(({ action, rule }) => permissionsOf(rule, action))
  // What no permission matches is refused, so only an open end has to be said.
  const end: readonly Draft[] = last === 'allow' ? [{ action: 'allow', http: { pathPrefix: '/' } }] : []
  return { ...head, permissions: [...permissions, ...end] }
}

function isConditional({ spec }: ResolvedRule): boolean {
  return spec.methods !== undefined || spec.paths !== undefined || Object.keys(spec.headers ?? {}).length > 0
}

/** One permission for each path of a rule, since a permission takes one. */
function permissionsOf({ spec, path }: ResolvedRule, action: 'allow' | 'deny'): readonly Draft[] {
  const headers = Object.entries(spec.headers ?? {})
  const common = {
    methods: spec.methods === undefined ? undefined : from([...path, 'methods'], [...new Set(spec.methods)]),
    header:
      headers.length === 0
        ? undefined
        : headers.map(([name, how]) => from([...path, 'headers', name], { name, ...headerMatch(how) })),
  }
  const paths = spec.paths?.map((text, index) => from([...path, 'paths', index], text)) ?? [undefined]
  return paths.map((_, index) =>
    from(path, { action, http: { ...pathPermission(spec.paths?.[index], [...path, 'paths', index]), ...common } }),
  )
}

/** A path with a star at its end is a prefix; with a star before, an expression. */
function pathPermission(text: string | undefined, path: ValuePath): { readonly [key: string]: Draft } {
  if (text === undefined || text === '*') return { pathPrefix: '/' }
  if (text.startsWith('*')) return { pathRegex: from(path, `.*${text.slice(1).replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`) }
  if (text.endsWith('*')) return { pathPrefix: from(path, text.slice(0, -1)) }
  return { pathExact: from(path, text) }
}

function placeMistakes(
  policy: ComponentOf<'authorization'>,
  workload: ResolvedWorkload | undefined,
  enterprise: boolean,
): readonly Diagnostic[] {
  if (workload !== undefined || policy.spec.namespace === undefined || enterprise) return []
  return [
    mistake(policy, ['namespace'], 'MF3020', {
      summary: 'Namespaces of services are a feature of Consul Enterprise',
      hint: 'Leave `namespace` out to protect the whole mesh, write a policy for each workload, or use `mode: enterprise`.',
    }),
  ]
}

/** Permissions by request need HTTP, and a destination by name. */
function requestMistakes(
  policy: ComponentOf<'authorization'>,
  rules: readonly OrderedRule[],
  workload: ResolvedWorkload | undefined,
): readonly Diagnostic[] {
  const conditional = rules.filter(({ rule }) => isConditional(rule))
  if (workload !== undefined && protocolOfService(workload) !== 'tcp') return []
  return conditional.map(({ rule }) =>
    mistake(policy, rule.path, 'MF3020', {
      summary:
        workload === undefined
          ? 'Intentions for every service know callers only, not requests'
          : `${workload.address} speaks tcp, so intentions know callers only, not requests`,
      hint:
        workload === undefined
          ? 'Write a policy for the workload.'
          : 'Declare its port as http, or leave methods, paths and headers out.',
    }),
  )
}

function callerMistakes(policy: ComponentOf<'authorization'>, rule: ResolvedRule): readonly Diagnostic[] {
  return rule.callers
    .filter((caller) => caller.kind === 'principal' && sourceOf(caller, true).length === 0)
    .map((caller) =>
      mistake(policy, caller.path, 'MF3020', {
        summary: 'The identity names no service',
        hint: 'Write it as Consul does (`<trust domain>/ns/<ns>/dc/<dc>/svc/<service>`), or name the workload.',
      }),
    )
}

function moot(policy: ComponentOf<'authorization'>): Diagnostic {
  return mistake(policy, ['allow'], 'MF3008', {
    severity: 'warning',
    summary: 'The allow rules have no effect, since whatever no rule names is allowed',
    hint: 'Remove `default: allow`, or the allow rules.',
  })
}
