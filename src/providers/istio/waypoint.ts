import type { ComponentOf } from '../../design/component.ts'
import type { MeshSpec } from '../../design/schema/mesh.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { Scope } from '../contract.ts'
import { mistake } from '../mistake.ts'

/** The waypoint's name, undefined where the mesh is used for layer 4 only. */
export function waypointOf(mesh: MeshSpec): string | undefined {
  const told = mesh.settings?.waypoint
  if (told === 'none') return undefined
  return typeof told === 'string' ? told : 'waypoint'
}

/** True where the design has a gateway that lets traffic into the mesh. */
export function hasIngress({ gateways, mesh }: Scope): boolean {
  return [...gateways.values()].some(
    ({ spec, cluster }) => (spec.direction ?? 'ingress') === 'ingress' && cluster === mesh.cluster,
  )
}

/** The mistake of asking for layer 7 where the design keeps waypoints out. */
export function needsWaypoint(
  component: ComponentOf<'traffic'> | ComponentOf<'authorization'>,
  path: readonly string[],
): Diagnostic {
  return mistake(component, path, 'MF3020', {
    summary: 'Without a waypoint, ambient mode knows connections only, not requests',
    hint: 'Remove `settings: {waypoint: none}` from the mesh.',
  })
}
