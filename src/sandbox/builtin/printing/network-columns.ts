import type { JsonObject, JsonValue } from '../../../plan/json.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { countColumn, formatSelector, integerColumn, type KindColumn, orNone, textColumn } from './common-columns.ts'
import { loadBalancerAddresses } from './service-columns.ts'

function hosts(ingress: JsonObject): string {
  const names = objectsAt(objectAt(ingress, 'spec'), 'rules')
    .map((rule) => textAt(rule, 'host'))
    .filter((host) => host !== '')
  if (names.length === 0) return '*'
  return names.length > 3 ? `${names.slice(0, 3).join(',')} + ${names.length - 3} more...` : names.join(',')
}

/** CLASS, HOSTS, ADDRESS and PORTS. */
export const ingressColumns: readonly KindColumn[] = [
  textColumn('Class', (ingress) => orNone(textAt(objectAt(ingress, 'spec'), 'ingressClassName'))),
  textColumn('Hosts', hosts),
  textColumn('Address', (ingress) => loadBalancerAddresses(ingress).join(',')),
  textColumn('Ports', (ingress) => (listAt(objectAt(ingress, 'spec'), 'tls').length > 0 ? '80, 443' : '80')),
]

/** CONTROLLER and PARAMETERS. */
export const ingressClassColumns: readonly KindColumn[] = [
  textColumn('Controller', (each) => textAt(objectAt(each, 'spec'), 'controller')),
  textColumn('Parameters', (each) => {
    const parameters = objectAt(objectAt(each, 'spec'), 'parameters')
    if (parameters === undefined) return '<none>'
    const group = textAt(parameters, 'apiGroup')
    return `${textAt(parameters, 'kind')}${group === '' ? '' : `.${group}`}/${textAt(parameters, 'name')}`
  }),
]

/** POD-SELECTOR. */
export const networkPolicyColumns: readonly KindColumn[] = [
  textColumn('Pod-Selector', (policy) => formatSelector(objectAt(objectAt(policy, 'spec'), 'podSelector'))),
]

function orNotAvailable(value: JsonValue | undefined): string {
  return value === undefined ? 'N/A' : String(value)
}

/** MIN AVAILABLE, MAX UNAVAILABLE and ALLOWED DISRUPTIONS. */
export const disruptionBudgetColumns: readonly KindColumn[] = [
  textColumn('Min Available', (budget) => orNotAvailable(objectAt(budget, 'spec')?.minAvailable)),
  textColumn('Max Unavailable', (budget) => orNotAvailable(objectAt(budget, 'spec')?.maxUnavailable)),
  integerColumn('Allowed Disruptions', (budget) => numberAt(objectAt(budget, 'status'), 'disruptionsAllowed') ?? 0),
]

function currentOf(status: JsonObject | undefined, key: string, index: number): string {
  const current = objectAt(objectAt(objectsAt(status, 'currentMetrics')[index], key), 'current')
  if (current === undefined) return '<unknown>'
  const utilization = numberAt(current, 'averageUtilization')
  return utilization === undefined ? String(current.averageValue ?? current.value ?? '<unknown>') : `${utilization}%`
}

function targets(autoscaler: JsonObject): string {
  const status = objectAt(autoscaler, 'status')
  const shown = objectsAt(objectAt(autoscaler, 'spec'), 'metrics').map((metric, index) => {
    const type = textAt(metric, 'type')
    const key = `${type.slice(0, 1).toLowerCase()}${type.slice(1)}`
    const source = objectAt(metric, key)
    const target = objectAt(source, 'target')
    const utilization = numberAt(target, 'averageUtilization')
    const wanted = utilization === undefined ? String(target?.averageValue ?? target?.value ?? '<auto>') : `${utilization}%`
    const name = type === 'Resource' || type === 'ContainerResource' ? `${textAt(source, 'name')}: ` : ''
    return `${name}${currentOf(status, key, index)}/${wanted}`
  })
  const more = shown.length > 2 ? ` + ${shown.length - 2} more...` : ''
  return orNone(`${shown.slice(0, 2).join(', ')}${more}`)
}

/** REFERENCE, TARGETS, MINPODS, MAXPODS and REPLICAS. */
export const autoscalerColumns: readonly KindColumn[] = [
  textColumn('Reference', (autoscaler) => {
    const target = objectAt(objectAt(autoscaler, 'spec'), 'scaleTargetRef')
    return `${textAt(target, 'kind')}/${textAt(target, 'name')}`
  }),
  textColumn('Targets', targets),
  textColumn('MinPods', (autoscaler) => String(numberAt(objectAt(autoscaler, 'spec'), 'minReplicas') ?? '<unset>')),
  countColumn('MaxPods', (autoscaler) => numberAt(objectAt(autoscaler, 'spec'), 'maxReplicas') ?? 0),
  countColumn('Replicas', (autoscaler) => numberAt(objectAt(autoscaler, 'status'), 'currentReplicas') ?? 0),
]
