import type { Manifest } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import { admissionFindings } from '../admission.ts'
import type { LintFinding } from '../contract.ts'
import { objectsIn, stringIn, valueIn } from '../json-view.ts'
import { lintFinding } from '../lint-finding.ts'
import { KUMA_ADMISSION } from './admission.ts'

/** Kinds that 3.0 no longer knows (kuma UPGRADE.md). */
const GONE = new Set([
  'CircuitBreaker',
  'ExternalService',
  'FaultInjection',
  'HealthCheck',
  'MeshGateway',
  'MeshGatewayConfig',
  'MeshGatewayInstance',
  'MeshGatewayRoute',
  'ProxyTemplate',
  'RateLimit',
  'Retry',
  'Timeout',
  'TrafficLog',
  'TrafficPermission',
  'TrafficRoute',
  'TrafficTrace',
  'VirtualOutbound',
  'ZoneEgress',
  'ZoneIngress',
])
const KEPT_TARGETS = new Set(['Mesh', 'Dataplane'])

/** What works with 2.x and is gone in 3.0, and policies whose effect two of them claim. */
export function lintKuma(manifests: readonly Manifest[]): readonly LintFinding[] {
  const own = manifests.filter((manifest) => manifest.apiVersion.startsWith('kuma.io/'))
  return [...admissionFindings(own, KUMA_ADMISSION), ...own.flatMap(goneInThree)]
}

function goneInThree(manifest: Manifest): readonly LintFinding[] {
  const gone = (path: ValuePath, what: string, hint: string) =>
    lintFinding(manifest, path, 'MF3037', {
      summary: `${manifest.kind} ${manifest.metadata.name}: ${what} is gone in Kuma 3.0`,
      hint,
    })
  if (GONE.has(manifest.kind))
    return [gone(['kind'], 'this kind', 'Write the policy that replaces it; kuma-migrator converts it.')]
  const target = stringIn(manifest, 'spec', 'targetRef', 'kind')
  return [
    ...(valueIn(manifest, 'spec', 'mtls') !== undefined && manifest.kind === 'Mesh'
      ? [gone(['spec', 'mtls'], 'mtls of a Mesh', 'Use MeshIdentity and MeshTLS.')]
      : []),
    ...(objectsIn(manifest, 'spec', 'from').length > 0 ? [gone(['spec', 'from'], '`from`', 'Use `rules`.')] : []),
    ...(target !== undefined && !KEPT_TARGETS.has(target)
      ? [gone(['spec', 'targetRef', 'kind'], `targetRef of kind ${target}`, 'Use kind Dataplane with labels.')]
      : []),
    ...(manifest.metadata.annotations?.['kuma.io/mesh'] !== undefined
      ? [gone(['metadata', 'annotations', 'kuma.io/mesh'], 'the annotation kuma.io/mesh', 'Use the label of that name.')]
      : []),
  ]
}
