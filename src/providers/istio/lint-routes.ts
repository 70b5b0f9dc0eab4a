import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { LintFinding } from '../contract.ts'
import { objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'
import { lintFinding } from '../lint-finding.ts'

/** Findings about VirtualServices beside the DestinationRules and Gateways of the same design. */
export function lintVirtualServices(
  services: readonly Manifest[],
  rules: readonly Manifest[],
  gateways: readonly Manifest[],
): readonly LintFinding[] {
  const subsets = subsetsByHost(rules)
  const byName = new Map(gateways.map((gateway) => [`${gateway.metadata.namespace ?? ''}/${gateway.metadata.name}`, gateway]))
  return [
    ...meshHostConflicts(services),
    ...services.flatMap((service) => [
      ...unreachable(service),
      ...unknownSubsets(service, subsets),
      ...hostsOutsideGateways(service, byName),
    ]),
  ]
}

function qualified(host: string, namespace: string): string {
  return host.includes('.') ? host : `${host}.${namespace}.svc.cluster.local`
}

function subsetsByHost(rules: readonly Manifest[]): ReadonlyMap<string, ReadonlySet<string>> {
  const result = new Map<string, Set<string>>()
  for (const rule of rules) {
    const host = qualified(stringIn(rule, 'spec', 'host') ?? '', rule.metadata.namespace ?? '')
    const names = result.get(host) ?? new Set<string>()
    for (const subset of objectsIn(rule, 'spec', 'subsets')) names.add(stringIn(subset, 'name') ?? '')
    result.set(host, names)
  }
  return result
}

/** Inside the mesh, Istio keeps one VirtualService for a host. */
function meshHostConflicts(services: readonly Manifest[]): readonly LintFinding[] {
  const first = new Map<string, Manifest>()
  return services.flatMap((service) => {
    const gateways = stringsIn(service, 'spec', 'gateways')
    if (gateways.length > 0 && !gateways.includes('mesh')) return []
    return stringsIn(service, 'spec', 'hosts').flatMap((host, index) => {
      const full = qualified(host, service.metadata.namespace ?? '')
      const rival = first.get(full)
      if (rival === undefined) {
        first.set(full, service)
        return []
      }
      if (rival === service) return []
      return [
        lintFinding(service, ['spec', 'hosts', index], 'MF3032', {
          summary: `VirtualService ${service.metadata.name} and ${rival.metadata.name} both hold for ${full} inside the mesh`,
          detail: 'Istio takes one of them and ignores the other (IST0109).',
          hint: 'Merge their routes into one.',
        }),
      ]
    })
  })
}

function unreachable(service: Manifest): readonly LintFinding[] {
  const routes = objectsIn(service, 'spec', 'http')
  const seen = new Map<string, number>()
  return routes.flatMap((route, index) => {
    const earlier = seen.get('')
    if (earlier !== undefined) return [unreachableRoute(service, index, earlier)]
    const matches = objectsIn(route, 'match')
    const keys = matches.length === 0 ? [''] : matches.map((match) => canonicalMatch(match))
    const shadowed = keys.map((key) => seen.get(key))
    for (const key of keys) if (!seen.has(key)) seen.set(key, index)
    const [by] = shadowed
    return by !== undefined && shadowed.every((value) => value !== undefined) ? [unreachableRoute(service, index, by)] : []
  })
}

function canonicalMatch(match: JsonObject): string {
  const { name: _name, ...rest } = match
  return Object.keys(rest).length === 0
    ? ''
    : JSON.stringify(Object.fromEntries(Object.entries(rest).sort(([left], [right]) => (left < right ? -1 : 1))))
}

function unreachableRoute(service: Manifest, index: number, by: number): LintFinding {
  return lintFinding(service, ['spec', 'http', index], 'MF3033', {
    summary: `Route ${index + 1} of VirtualService ${service.metadata.name} is never reached`,
    detail: `Route ${by + 1} takes all its requests first (IST0130).`,
    hint: 'Put the narrower route before the wider one.',
  })
}

const FAMILIES = ['http', 'tcp', 'tls'] as const

function unknownSubsets(service: Manifest, subsets: ReadonlyMap<string, ReadonlySet<string>>): readonly LintFinding[] {
  const check = (destination: JsonObject, path: ValuePath): readonly LintFinding[] => {
    const subset = stringIn(destination, 'subset')
    const host = qualified(stringIn(destination, 'host') ?? '', service.metadata.namespace ?? '')
    const known = subsets.get(host)
    if (subset === undefined || known === undefined || known.has(subset)) return []
    return [
      lintFinding(service, [...path, 'subset'], 'MF3031', {
        summary: `VirtualService ${service.metadata.name} sends requests to subset ${subset} of ${host}, which is not defined`,
        detail: `The DestinationRule defines ${[...known].sort().join(', ') || 'no subsets'}; requests are answered with 503 (IST0101).`,
        hint: 'Name a subset that is defined, or define this one.',
      }),
    ]
  }
  return FAMILIES.flatMap((family) =>
    objectsIn(service, 'spec', family).flatMap((route, index) => [
      ...objectsIn(route, 'route').flatMap((target, position) =>
        check(objectIn(target, 'destination'), ['spec', family, index, 'route', position, 'destination']),
      ),
      ...(valueIn(route, 'mirror') === undefined ? [] : check(objectIn(route, 'mirror'), ['spec', family, index, 'mirror'])),
    ]),
  )
}

function hostsOutsideGateways(service: Manifest, gateways: ReadonlyMap<string, Manifest>): readonly LintFinding[] {
  const names = stringsIn(service, 'spec', 'gateways').filter((name) => name !== 'mesh')
  const found = names.map((name) => gateways.get(name.includes('/') ? name : `${service.metadata.namespace ?? ''}/${name}`))
  // A gateway that is not in the design may serve any host.
  if (names.length === 0 || found.includes(undefined)) return []
  const served = found.flatMap((gateway) => objectsIn(gateway, 'spec', 'servers').flatMap((server) => stringsIn(server, 'hosts')))
  const reachable = (host: string) => served.some((pattern) => covers(pattern.split('/').at(-1) ?? pattern, host))
  const hosts = stringsIn(service, 'spec', 'hosts')
  if (stringsIn(service, 'spec', 'gateways').includes('mesh') || hosts.some(reachable)) return []
  return [
    lintFinding(service, ['spec', 'hosts'], 'MF3031', {
      summary: `No gateway of VirtualService ${service.metadata.name} serves ${hosts.join(', ')}`,
      detail: `${names.join(', ')} serve ${[...new Set(served)].sort().join(', ') || 'no host'} (IST0132).`,
      hint: 'Add the host to a listener of the gateway.',
    }),
  ]
}

function covers(pattern: string, host: string): boolean {
  if (pattern === '*' || pattern === host || host === '*') return true
  if (pattern.startsWith('*')) return host.endsWith(pattern.slice(1))
  return host.startsWith('*') && pattern.endsWith(host.slice(1))
}

/** Two Gateways that take the same host on the same port of the same pods. */
export function lintGateways(gateways: readonly Manifest[]): readonly LintFinding[] {
  const first = new Map<string, Manifest>()
  return gateways.flatMap((gateway) => {
    const selector = JSON.stringify(Object.entries(objectIn(gateway, 'spec', 'selector')).sort())
    return objectsIn(gateway, 'spec', 'servers').flatMap((server, index) =>
      stringsIn(server, 'hosts').flatMap((host) => {
        const key = `${selector}/${valueIn(server, 'port', 'number')}/${host}`
        const rival = first.get(key)
        if (rival === undefined) first.set(key, gateway)
        if (rival === undefined || rival === gateway) return []
        return [
          lintFinding(gateway, ['spec', 'servers', index], 'MF3032', {
            summary: `Gateways ${gateway.metadata.name} and ${rival.metadata.name} take ${host} on the same port of the same pods`,
            detail: 'Istio takes one of them (IST0145).',
            hint: 'Give one of them other hosts, another port or another selector.',
          }),
        ]
      }),
    )
  })
}
