import type { ComponentOf } from '../design/component.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { objectKeyText } from '../plan/manifest.ts'
import type { MeshProvider } from '../providers/contract.ts'
import type { DesiredObject } from './desired-object.ts'

/**
 * What the meshes say of the objects that will be on their clusters, those that somebody wrote by hand among them: valid, but not
 * doing what they seem to. Each finding leads back to the line that makes it so.
 */
export function lintObjects(
  objects: readonly DesiredObject[],
  meshes: readonly ComponentOf<'meshes'>[],
  providers: ReadonlyMap<string, MeshProvider>,
): readonly Diagnostic[] {
  const places = new Set(meshes.map((mesh) => `${mesh.cluster} ${mesh.spec.provider}`))
  return [...places].flatMap((place) => {
    const [cluster = '', name = ''] = place.split(' ')
    const there = objects.filter((object) => object.key.cluster === cluster)
    const byId = new Map(there.map((object) => [object.id, object]))
    const findings = providers.get(name)?.lint(there.map((object) => object.manifest)) ?? []
    return findings.map(({ object: about, path, ...diagnostic }): Diagnostic => {
      const object = byId.get(objectKeyText({ cluster, ...about }))
      const location = object?.originOf(path) ?? object?.origin
      return {
        ...diagnostic,
        // A version newer than the rules known here may take what somebody wrote by hand.
        ...(diagnostic.code === 'MF3042' && object?.address.includes('resources.') === true ? { severity: 'warning' } : {}),
        ...(object === undefined ? {} : { address: object.address }),
        ...(location === undefined || location.file === '' ? {} : { location }),
      }
    })
  })
}
