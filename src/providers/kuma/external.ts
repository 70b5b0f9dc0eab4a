import type { ComponentOf } from '../../design/component.ts'
import { objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { Scope, Translation } from '../contract.ts'
import { callingNamespaces } from '../external-namespaces.ts'
import { mistake } from '../mistake.ts'
import { from, traceManifest } from '../traced-manifest.ts'
import { KUMA_API, policyLabels } from './api.ts'

const PROTOCOLS = { http: 'http', grpc: 'grpc', https: 'tls', tls: 'tls', tcp: 'tcp' } as const

/** An external host as MeshPassthrough, by name or by address: one in each namespace that calls it, since it holds for its own alone. */
export function kumaExternal(external: ComponentOf<'external'>, scope: Scope): Translation {
  const { spec } = external
  const diagnostics: Diagnostic[] = []
  const matches = spec.ports.flatMap((port, index) => {
    const protocol = PROTOCOLS[port.protocol ?? 'https']
    const rest = { port: from(['ports', index, 'port'], port.port), protocol: from(['ports', index, 'protocol'], protocol) }
    const byAddress = (spec.addresses ?? []).map((value, position) =>
      from(['addresses', position], { type: value.includes('/') ? 'CIDR' : 'IP', value, ...rest }),
    )
    if (protocol === 'tcp') {
      if (spec.addresses === undefined) diagnostics.push(needsAddresses(external, index))
      return byAddress
    }
    return [...spec.hosts.map((value, position) => from(['hosts', position], { type: 'Domain', value, ...rest })), ...byAddress]
  })
  const manifests = callingNamespaces(external, scope).map((namespace) =>
    traceManifest(
      {
        apiVersion: KUMA_API,
        kind: 'MeshPassthrough',
        metadata: { name: objectNameOf(external), namespace, labels: policyLabels(scope) },
        spec: { targetRef: { kind: 'Mesh' }, default: { passthroughMode: 'Matched', appendMatch: matches } },
      },
      ['hosts'],
    ),
  )
  return { manifests, diagnostics }
}

function needsAddresses(external: ComponentOf<'external'>, index: number): Diagnostic {
  return mistake(external, ['ports', index, 'protocol'], 'MF3020', {
    summary: 'Plain TCP tells no hosts apart, so the host needs its addresses',
    hint: 'Say `addresses: [...]`, or protocol tls, https or http.',
  })
}
