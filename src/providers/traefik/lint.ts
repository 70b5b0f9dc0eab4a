import type { Manifest } from '../../plan/manifest.ts'
import type { LintFinding } from '../contract.ts'
import { lintFinding } from '../lint-finding.ts'

/** Versions of SMI that its controller reads, by group; others are served by other meshes' CRDs and passed over. */
const READ: { readonly [group: string]: string } = {
  'split.smi-spec.io': 'v1alpha3',
  'specs.smi-spec.io': 'v1alpha3',
  'access.smi-spec.io': 'v1alpha2',
}

const TYPES = new Set(['http', 'tcp', 'udp'])

/** What Traefik Mesh passes over, told from the objects alone. */
export function lintTraefik(manifests: readonly Manifest[]): readonly LintFinding[] {
  return [...manifests.flatMap(unreadVersion), ...manifests.filter(({ kind }) => kind === 'Service').flatMap(unknownType)]
}

function unreadVersion(manifest: Manifest): readonly LintFinding[] {
  const [group = '', version] = manifest.apiVersion.split('/')
  const read = READ[group]
  if (read === undefined || read === version) return []
  return [
    lintFinding(manifest, ['apiVersion'], 'MF3037', {
      summary: `Traefik Mesh reads ${manifest.kind} ${read}, not ${version ?? ''}`,
      hint: `Write it as ${group}/${read}.`,
    }),
  ]
}

function unknownType(service: Manifest): readonly LintFinding[] {
  const type = service.metadata.annotations?.['mesh.traefik.io/traffic-type']
  if (type === undefined || TYPES.has(type)) return []
  return [
    lintFinding(service, ['metadata', 'annotations', 'mesh.traefik.io/traffic-type'], 'MF3035', {
      summary: `Service ${service.metadata.name} has the unknown traffic type ${type}, so the mesh leaves it out`,
      hint: 'Use http, tcp or udp.',
    }),
  ]
}
