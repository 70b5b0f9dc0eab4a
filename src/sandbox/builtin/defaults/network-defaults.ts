import { ensureTree, listAt, objectAt, objectsAt, setDefault, type Tree } from '../json-tree.ts'

/** Ports are TCP; a policy is about what comes in, and about what goes out where it says anything of it. */
export function defaultNetworkPolicy(policy: Tree): void {
  const spec = ensureTree(policy, 'spec')
  for (const rule of [...objectsAt(spec, 'ingress'), ...objectsAt(spec, 'egress')]) {
    for (const port of objectsAt(rule, 'ports')) setDefault(port, 'protocol', 'TCP')
  }
  if (listAt(spec, 'policyTypes').length > 0) return
  spec.policyTypes = objectsAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
}

/** A new ingress has no addresses yet. */
export function prepareIngress(ingress: Tree): void {
  ingress.status = { loadBalancer: {} }
}

/** Parameters of a class are cluster-scoped unless they say otherwise. */
export function defaultIngressClass(ingressClass: Tree): void {
  const parameters = objectAt(objectAt(ingressClass, 'spec'), 'parameters')
  if (parameters !== undefined) setDefault(parameters, 'scope', 'Cluster')
}

/** Ports of a slice are TCP and have a name, if an empty one. */
export function defaultEndpointSlice(slice: Tree): void {
  for (const port of objectsAt(slice, 'ports')) {
    port.name ??= ''
    setDefault(port, 'protocol', 'TCP')
  }
}

const usualPolicies = { Pods: 4, Percent: 100 } as const

function defaultScaling(rules: Tree, isUp: boolean): void {
  setDefault(rules, 'selectPolicy', 'Max')
  if (isUp) rules.stabilizationWindowSeconds ??= 0
  // Policies that were given stay, even when there are none.
  if (Array.isArray(rules.policies)) return
  const percent = { type: 'Percent', value: usualPolicies.Percent, periodSeconds: 15 }
  rules.policies = isUp ? [{ type: 'Pods', value: usualPolicies.Pods, periodSeconds: 15 }, percent] : [percent]
}

/** At least one replica, kept at four fifths of the requested CPU. */
export function defaultAutoscaler(autoscaler: Tree): void {
  const spec = ensureTree(autoscaler, 'spec')
  spec.minReplicas ??= 1
  if (listAt(spec, 'metrics').length === 0) {
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }]
  }
  const behavior = objectAt(spec, 'behavior')
  if (behavior === undefined) return
  defaultScaling(ensureTree(behavior, 'scaleUp'), true)
  defaultScaling(ensureTree(behavior, 'scaleDown'), false)
}
