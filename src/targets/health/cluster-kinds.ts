import type { LiveObject } from '../contract.ts'
import { objectOf, objectsOf, textOf } from '../json-fields.ts'
import { conditionOf, describeCondition } from './conditions.ts'
import { genericHealth } from './generic.ts'
import type { Health } from './health.ts'

const current: Health = { status: 'current', reason: '' }

/** Fine when it is there. */
export function presentHealth(): Health {
  return current
}

/** There when this condition is True. */
export function conditionHealth(type: string): (object: LiveObject) => Health {
  return (object) => {
    const condition = conditionOf(object, type)
    if (condition?.status === 'True') return current
    return {
      status: 'in-progress',
      reason: condition === undefined ? `it has no condition ${type} yet` : describeCondition(condition),
    }
  }
}

/** Served once its names are accepted and it is established; names that another definition has are a failure. */
export function definitionHealth(object: LiveObject): Health {
  const names = conditionOf(object, 'NamesAccepted')
  if (names?.status === 'False') return { status: 'failed', reason: describeCondition(names) }
  return conditionHealth('Established')(object)
}

/** There when it is active. */
export function namespaceHealth(object: LiveObject): Health {
  switch (textOf(objectOf(object.status).phase)) {
    case 'Active':
      return current
    case 'Terminating':
      return { status: 'terminating', reason: 'it is being deleted' }
    default:
      return { status: 'in-progress', reason: 'it is not active yet' }
  }
}

/** Services are there at once, but those of a load balancer, which wait for an address. */
export function serviceHealth(object: LiveObject): Health {
  if (textOf(objectOf(object.spec).type) !== 'LoadBalancer') return current
  const addresses = objectsOf(objectOf(objectOf(object.status).loadBalancer).ingress)
  if (addresses.some((address) => textOf(address.ip) !== undefined || textOf(address.hostname) !== undefined)) return current
  return { status: 'in-progress', reason: 'the load balancer has no address yet' }
}

/** Volumes of a provisioner that was already asked are waited for. Others may be bound with their first pod only, which would never come. */
export function volumeClaimHealth(object: LiveObject): Health {
  switch (textOf(objectOf(object.status).phase)) {
    case 'Bound':
      return current
    case 'Lost':
      return { status: 'failed', reason: 'its volume is lost' }
    default: {
      const annotations = objectOf(objectOf(object.metadata).annotations)
      const asked =
        textOf(objectOf(object.spec).volumeName) !== undefined ||
        annotations['volume.kubernetes.io/storage-provisioner'] !== undefined ||
        annotations['volume.beta.kubernetes.io/storage-provisioner'] !== undefined
      if (asked) return { status: 'in-progress', reason: 'its volume is being provisioned' }
      return { status: 'current', reason: 'it is bound with its first pod' }
    }
  }
}

/** An autoscaler is there when it can scale; that it lacks metrics shows as a reason only. */
export function autoscalerHealth(object: LiveObject): Health {
  const able = conditionOf(object, 'AbleToScale')
  if (able?.status === 'False') return { status: 'in-progress', reason: describeCondition(able) }
  const active = conditionOf(object, 'ScalingActive')
  return active?.status === 'False' ? { status: 'current', reason: describeCondition(active) } : genericHealth(object)
}
