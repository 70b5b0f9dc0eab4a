import type { ComponentOf } from '../../design/component.ts'
import { objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { from, traceManifest } from '../traced-manifest.ts'
import { KUMA_API, policyLabels } from './api.ts'

const PROTOCOLS = { http: 'http', grpc: 'grpc', https: 'tls', tls: 'tls', tcp: 'tcp' } as const

/** An external host as MeshPassthrough of its namespace, by name or by address. */
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
  const manifest = traceManifest(
    {
      apiVersion: KUMA_API,
      kind: 'MeshPassthrough',
      metadata: { name: objectNameOf(external), namespace: spec.namespace ?? 'default', labels: policyLabels(scope) },
      spec: { targetRef: { kind: 'Mesh' }, default: { passthroughMode: 'Matched', appendMatch: matches } },
    },
    ['hosts'],
  )
  return { manifests: [manifest], diagnostics }
}

function needsAddresses(external: ComponentOf<'external'>, index: number): Diagnostic {
  return mistake(external, ['ports', index, 'protocol'], 'MF3020', {
    summary: 'Plain TCP tells no hosts apart, so the host needs its addresses',
    hint: 'Say `addresses: [...]`, or protocol tls, https or http.',
  })
}
