import type { JsonObject } from '../../plan/json.ts'
import { objectAt, textsAt } from '../builtin/json-tree.ts'
import type { ControllerWorld } from './controller.ts'
import type { KindKey } from './controller-host.ts'

/** Takes a finalizer off an object, which then goes if it waits for nothing else. */
export function releaseFinalizer(kind: KindKey, object: JsonObject, finalizer: string, world: ControllerWorld): void {
  const metadata = objectAt(object, 'metadata')
  const finalizers = textsAt(metadata, 'finalizers')
  if (!finalizers.includes(finalizer)) return
  const kept = finalizers.filter((each) => each !== finalizer)
  world.host.update(kind, { ...object, metadata: { ...metadata, finalizers: kept } })
}
