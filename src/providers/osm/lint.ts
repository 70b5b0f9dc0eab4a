import type { Manifest } from '../../plan/manifest.ts'
import { admissionFindings, refusedBy } from '../admission.ts'
import type { LintFinding } from '../contract.ts'
import { stringIn } from '../json-view.ts'
import { lintSmi } from '../smi/lint.ts'
import { OSM_ADMISSION } from './admission.ts'

/** Findings about objects of Open Service Mesh, SMI's among them. */
export function lintOsm(manifests: readonly Manifest[]): readonly LintFinding[] {
  return [...admissionFindings(manifests, OSM_ADMISSION), ...sharedHosts(manifests), ...lintSmi(manifests)]
}

/** A host has one UpstreamTrafficSetting in the whole mesh. */
function sharedHosts(manifests: readonly Manifest[]): readonly LintFinding[] {
  const first = new Map<string, Manifest>()
  return manifests.flatMap((manifest) => {
    if (manifest.kind !== 'UpstreamTrafficSetting') return []
    const host = stringIn(manifest, 'spec', 'host') ?? ''
    const rival = first.get(host)
    if (rival === undefined) {
      first.set(host, manifest)
      return []
    }
    const problem = `is for ${host}, which ${rival.metadata.namespace}/${rival.metadata.name} is for already`
    return [refusedBy(OSM_ADMISSION.by, manifest, ['spec', 'host'], problem, 'Merge the two.')]
  })
}
