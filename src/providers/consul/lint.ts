import type { JsonObject } from '../../plan/json.ts'
import { groupOf, type Manifest } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import { admissionFindings } from '../admission.ts'
import type { LintFinding } from '../contract.ts'
import { objectIn, objectsIn, stringIn } from '../json-view.ts'
import { lintFinding } from '../lint-finding.ts'
import { CONSUL_K8S_ADMISSION, entryRefusals } from './admission.ts'
import type { EntryKind } from './entry.ts'
import type { LintedEntry } from './linted-entry.ts'

/** Findings about Consul's custom resources. */
export function lintConsul(manifests: readonly Manifest[]): readonly LintFinding[] {
  const entries = lintEntries(
    manifests.flatMap((manifest): LintedEntry[] => {
      const kind = KINDS.find((candidate) => candidate === manifest.kind)
      if (kind === undefined || groupOf(manifest.apiVersion) !== 'consul.hashicorp.com') return []
      return [{ manifest, kind, spec: objectIn(manifest, 'spec'), pathOf: (...path) => ['spec', ...path] }]
    }),
  )
  return [...entries, ...admissionFindings(manifests, CONSUL_K8S_ADMISSION)]
}

const KINDS: readonly EntryKind[] = [
  'ProxyDefaults',
  'Mesh',
  'ServiceDefaults',
  'ServiceResolver',
  'ServiceSplitter',
  'ServiceRouter',
  'ServiceIntentions',
]

/**
 * What servers refuse, or carry out as nobody meant it, and can be told from the entries alone. An entry that is not among them may
 * be in Consul, so only what contradicts them is reported.
 */
export function lintEntries(entries: readonly LintedEntry[]): readonly LintFinding[] {
  const of = (kind: EntryKind) => entries.filter((entry) => entry.kind === kind)
  const resolvers = new Map(of('ServiceResolver').map((entry) => [entry.manifest.metadata.name, entry]))
  const defaults = new Map(of('ServiceDefaults').map((entry) => [entry.manifest.metadata.name, entry]))
  return [
    ...entries.flatMap(entryRefusals),
    ...of('ProxyDefaults').flatMap((entry) => namedOnly(entry, 'global')),
    ...of('Mesh').flatMap((entry) => namedOnly(entry, 'mesh')),
    ...of('ServiceSplitter').flatMap((entry) => [
      ...weights(entry),
      ...streams(entry, defaults),
      ...splitSubsets(entry, resolvers),
    ]),
    ...of('ServiceRouter').flatMap((entry) => [
      ...streams(entry, defaults),
      ...routeSubsets(entry, resolvers),
      ...unreached(entry),
    ]),
    ...rivalIntentions(of('ServiceIntentions')),
  ]
}

function namedOnly({ manifest }: LintedEntry, name: string): readonly LintFinding[] {
  if (manifest.metadata.name === name) return []
  return [
    lintFinding(manifest, ['metadata', 'name'], 'MF3020', {
      summary: `${manifest.kind} must be called "${name}"`,
      detail: 'There is one for all of Consul, and an entry of another name is refused.',
      hint: `Name it ${name}.`,
    }),
  ]
}

function weights({ manifest, spec, pathOf }: LintedEntry): readonly LintFinding[] {
  const splits = objectsIn(spec, 'splits')
  const total = splits.reduce((sum, { weight }) => sum + (typeof weight === 'number' ? weight : 0), 0)
  if (splits.length === 0 || Math.abs(total - 100) < 0.01) return []
  return [
    lintFinding(manifest, pathOf('splits'), 'MF3015', {
      summary: `The weights add up to ${total}, not 100`,
      detail: 'Consul refuses the entry.',
    }),
  ]
}

/** Routers and splitters are refused for services that speak TCP, which is what services without defaults speak. */
function streams({ manifest }: LintedEntry, defaults: ReadonlyMap<string, LintedEntry>): readonly LintFinding[] {
  const own = defaults.get(manifest.metadata.name)
  const protocol = own === undefined ? undefined : (stringIn(own.spec, 'protocol') ?? 'tcp')
  if (protocol !== 'tcp') return []
  return [
    lintFinding(manifest, [], 'MF3020', {
      summary: `${manifest.metadata.name} speaks tcp, and Consul routes and splits HTTP only`,
      hint: 'Say `protocol: http` in its defaults.',
    }),
  ]
}

function splitSubsets(entry: LintedEntry, resolvers: ReadonlyMap<string, LintedEntry>): readonly LintFinding[] {
  return objectsIn(entry.spec, 'splits').flatMap((split, index) =>
    missingSubset(entry, split, entry.pathOf('splits', index), resolvers),
  )
}

function routeSubsets(entry: LintedEntry, resolvers: ReadonlyMap<string, LintedEntry>): readonly LintFinding[] {
  return objectsIn(entry.spec, 'routes').flatMap((route, index) =>
    missingSubset(entry, objectIn(route, 'destination'), entry.pathOf('routes', index, 'destination'), resolvers),
  )
}

function missingSubset(
  { manifest }: LintedEntry,
  target: JsonObject,
  path: ValuePath,
  resolvers: ReadonlyMap<string, LintedEntry>,
): readonly LintFinding[] {
  const subset = stringIn(target, 'serviceSubset')
  const service = stringIn(target, 'service') ?? manifest.metadata.name
  const resolver = resolvers.get(service)
  if (subset === undefined || resolver === undefined) return []
  const known = Object.keys(objectIn(resolver.spec, 'subsets'))
  if (known.includes(subset)) return []
  return [
    lintFinding(manifest, path, 'MF3031', {
      summary: `${service} has no subset "${subset}"`,
      detail: known.length === 0 ? 'Its resolver has no subsets.' : `Its resolver has ${known.join(', ')}.`,
      hint: 'Consul refuses the entry: add the subset to the resolver.',
    }),
  ]
}

/** The first route that matches is taken, so nothing comes after one for every path. */
function unreached({ manifest, spec, pathOf }: LintedEntry): readonly LintFinding[] {
  const routes = objectsIn(spec, 'routes')
  const all = routes.findIndex((route) => {
    const http = objectIn(route, 'match', 'http')
    const [only, ...others] = Object.keys(http)
    return only === undefined || (others.length === 0 && stringIn(http, 'pathPrefix') === '/')
  })
  if (all < 0 || all === routes.length - 1) return []
  return [
    lintFinding(manifest, pathOf('routes', all + 1), 'MF3033', {
      summary: 'The route is never reached: the one before it takes every request',
      hint: 'Put the route for everything last.',
    }),
  ]
}

function rivalIntentions(entries: readonly LintedEntry[]): readonly LintFinding[] {
  const first = new Map<string, LintedEntry>()
  return entries.flatMap((entry) => {
    const destination = `${stringIn(entry.spec, 'destination', 'namespace') ?? ''}/${stringIn(entry.spec, 'destination', 'name') ?? ''}`
    const rival = first.get(destination)
    if (rival === undefined) {
      first.set(destination, entry)
      return []
    }
    return [
      lintFinding(entry.manifest, entry.pathOf('destination'), 'MF3032', {
        summary: `${entry.manifest.metadata.name} and ${rival.manifest.metadata.name} are both about calls of ${destination.slice(1)}`,
        detail: 'Consul keeps one list of intentions for a service, and refuses the second.',
        hint: 'Merge them.',
      }),
    ]
  })
}
