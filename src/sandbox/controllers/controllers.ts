import type { Controller } from './controller.ts'
import { deploymentController } from './deployment-controller.ts'
import { endpointsController } from './endpoints-controller.ts'
import { namespaceController } from './namespace-controller.ts'
import { podController } from './pod-controller.ts'
import { replicaSetController } from './replica-set-controller.ts'

/**
 * All the controllers, each with a memory of its own, in the order in which they work: what counts comes after what it
 * counts, so that one round sees the effects of the one before.
 */
export function controllers(): readonly Controller[] {
  return [namespaceController(), podController(), replicaSetController(), deploymentController(), endpointsController()]
}
