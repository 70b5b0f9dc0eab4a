import type { LiveObject } from '../contract.ts'
import {
  autoscalerHealth,
  conditionHealth,
  definitionHealth,
  namespaceHealth,
  presentHealth,
  serviceHealth,
  volumeClaimHealth,
} from './cluster-kinds.ts'
import { allConditions, routeHealth } from './gateway-kinds.ts'
import type { Health } from './health.ts'
import { podHealth } from './pods.ts'
import { daemonSetHealth, deploymentHealth, jobHealth, replicaSetHealth, statefulSetHealth } from './workloads.ts'

/** How kinds that everybody knows tell their health, by `group/kind`. Kinds that are not here are judged by their conditions. */
export const BUILT_IN_HEALTH: ReadonlyMap<string, (object: LiveObject) => Health> = new Map([
  ['apps/Deployment', deploymentHealth],
  ['apps/StatefulSet', statefulSetHealth],
  ['apps/DaemonSet', daemonSetHealth],
  ['apps/ReplicaSet', replicaSetHealth],
  ['batch/Job', jobHealth],
  ['batch/CronJob', presentHealth],
  ['/Pod', podHealth],
  ['/Service', serviceHealth],
  ['/Namespace', namespaceHealth],
  ['/PersistentVolumeClaim', volumeClaimHealth],
  ['networking.k8s.io/Ingress', presentHealth],
  ['autoscaling/HorizontalPodAutoscaler', autoscalerHealth],
  ['apiextensions.k8s.io/CustomResourceDefinition', definitionHealth],
  ['apiregistration.k8s.io/APIService', conditionHealth('Available')],
  ['gateway.networking.k8s.io/GatewayClass', allConditions('Accepted')],
  ['gateway.networking.k8s.io/Gateway', allConditions('Accepted', 'Programmed')],
  ['gateway.networking.k8s.io/HTTPRoute', routeHealth],
  ['gateway.networking.k8s.io/GRPCRoute', routeHealth],
  ['gateway.networking.k8s.io/TCPRoute', routeHealth],
  ['gateway.networking.k8s.io/TLSRoute', routeHealth],
  ['gateway.networking.k8s.io/UDPRoute', routeHealth],
])
