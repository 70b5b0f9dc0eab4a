import { addressController } from './address-controller.ts'
import { autoscalerController } from './autoscaler-controller.ts'
import type { Controller } from './controller.ts'
import { cronJobController } from './cron-job-controller.ts'
import { daemonSetController } from './daemon-set-controller.ts'
import { deploymentController } from './deployment-controller.ts'
import { disruptionController } from './disruption-controller.ts'
import { endpointsController } from './endpoints-controller.ts'
import { gatewayController } from './gateway-controller.ts'
import { jobController } from './job-controller.ts'
import { meshEntryController } from './mesh-entry-controller.ts'
import { namespaceController } from './namespace-controller.ts'
import { podController } from './pod-controller.ts'
import { replicaSetController, replicationController } from './replica-set-controller.ts'
import { routeController } from './route-controller.ts'
import { RouteIndex } from './route-index.ts'
import { statefulSetController } from './stateful-set-controller.ts'
import { volumeClaimController } from './volume-claim-controller.ts'
import { volumeController } from './volume-controller.ts'

/**
 * All the controllers, each with a memory of its own, in the order in which they work: what counts comes after what it
 * counts, so that one round sees the effects of the one before.
 */
export function controllers(): readonly Controller[] {
  const routes = new RouteIndex()
  return [
    namespaceController(),
    volumeClaimController(),
    volumeController(),
    podController(),
    replicaSetController(),
    replicationController(),
    deploymentController(),
    statefulSetController(),
    daemonSetController(),
    jobController(),
    cronJobController(),
    autoscalerController(),
    disruptionController(),
    endpointsController(),
    addressController(),
    gatewayController(routes),
    routeController(routes),
    meshEntryController(),
  ]
}
