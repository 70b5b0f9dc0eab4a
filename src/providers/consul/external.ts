import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { Scope } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { findGateway } from '../references.ts'
import { indexOf } from '../scope-index.ts'
import { from } from '../traced-manifest.ts'
import type { ConsulEntry, Entries } from './entry.ts'
import { consulService } from './subsets.ts'

/**
 * The services that an external host's ports become, since a destination has one port. A service of Consul has its name for itself,
 * so that a host named like a workload's service is told from it.
 */
export function externalServices(
  external: ComponentOf<'external'>,
  scope: Scope,
): readonly { readonly name: string; readonly port: ComponentOf<'external'>['spec']['ports'][number]; readonly index: number }[] {
  const { ports } = external.spec
  const name = objectNameOf(external)
  const taken = indexOf(scope).workloads.some((workload) => consulService(workload) === name)
  const base = taken ? joinName(name, 'external') : name
  return ports.map((port, index) => ({ name: ports.length === 1 ? base : joinName(base, String(port.port)), port, index }))
}

/** An external host as ServiceDefaults with a destination; a terminating gateway leads there. */
export function externalEntries(external: ComponentOf<'external'>, scope: Scope): Entries {
  const { spec } = external
  const via = spec.via === undefined ? undefined : findGateway(spec.via, external, ['via'], scope)
  const diagnostics: Diagnostic[] = [...(via?.diagnostics ?? [])]
  spec.hosts.forEach((host, index) => {
    if (!host.includes('*')) return
    diagnostics.push(
      mistake(external, ['hosts', index], 'MF3020', {
        summary: 'A destination of Consul is a whole host name',
        hint: 'Name each host.',
      }),
    )
  })
  const addresses = spec.addresses === undefined ? from(['hosts'], spec.hosts) : from(['addresses'], spec.addresses)
  const entries = externalServices(external, scope).map(
    ({ name, port, index }): ConsulEntry => ({
      kind: 'ServiceDefaults',
      name,
      namespace: spec.namespace ?? 'default',
      spec: {
        // The workload itself speaks TLS to the host, so Consul sees a stream.
        protocol: from(['ports', index], port.protocol === 'http' || port.protocol === 'grpc' ? port.protocol : 'tcp'),
        destination: { addresses, port: from(['ports', index, 'port'], port.port) },
      },
      origin: ['ports', index],
    }),
  )
  return { entries, diagnostics }
}

/** The hosts that leave by a gateway of the design. */
export function throughGateway(gateway: ComponentOf<'gateways'>, scope: Scope): readonly ComponentOf<'external'>[] {
  return [...scope.external.values()].filter(
    (external) => external.spec.via !== undefined && findGateway(external.spec.via, external, [], scope).value === gateway,
  )
}

/** An egress gateway as TerminatingGateway, which lists the services it leads to. */
export function terminatingGateway(gateway: ComponentOf<'gateways'>, scope: Scope, namespace: string): ConsulEntry {
  const told = gateway.spec.settings?.service
  return {
    kind: 'TerminatingGateway',
    name: typeof told === 'string' ? told : objectNameOf(gateway),
    namespace: gateway.spec.namespace ?? namespace,
    spec: {
      services: throughGateway(gateway, scope).flatMap((external) =>
        externalServices(external, scope).map(({ name }) => ({ name })),
      ),
    },
    origin: ['direction'],
  }
}
