import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { ScalePaths } from '../resource-type.ts'
import { metadataOf } from './object-metadata.ts'
import { internalError } from './status-error.ts'

/** The names in a dotted path. */
export function stepsOf(path: string): readonly string[] {
  return path.split('.').filter((step) => step !== '')
}

/** The value at a dotted path. */
export function valueAt(object: JsonObject, path: string | undefined): JsonValue | undefined {
  if (path === undefined) return undefined
  let value: JsonValue | undefined = object
  for (const step of stepsOf(path)) value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
  return value
}

/** The object with the value at a dotted path replaced. */
function withValueAt(object: JsonObject, steps: readonly string[], value: JsonValue): JsonObject {
  const [first, ...rest] = steps
  if (first === undefined) return object
  const inner = object[first]
  return { ...object, [first]: rest.length === 0 ? value : withValueAt(isJsonObject(inner) ? inner : {}, rest, value) }
}

function selectorText(selector: JsonValue | undefined): string | undefined {
  if (typeof selector === 'string') return selector
  if (!isJsonObject(selector)) return undefined
  // A ReplicationController's selector is labels alone, of which none is a map.
  const isPlain = Object.values(selector).every((value) => typeof value === 'string')
  const labels = isPlain ? selector : isJsonObject(selector.matchLabels) ? selector.matchLabels : {}
  const terms = Object.entries(labels).map(([name, value]) => `${name}=${String(value)}`)
  const expressions = Array.isArray(selector.matchExpressions) ? (selector.matchExpressions as readonly JsonValue[]) : []
  for (const expression of expressions.filter(isJsonObject)) {
    const key = String(expression.key)
    const values = Array.isArray(expression.values) ? expression.values.join(',') : ''
    if (expression.operator === 'In') terms.push(`${key} in (${values})`)
    else if (expression.operator === 'NotIn') terms.push(`${key} notin (${values})`)
    else terms.push(expression.operator === 'Exists' ? key : `!${key}`)
  }
  return terms.sort().join(',')
}

/** The `autoscaling/v1` Scale of an object. */
export function scaleOf(object: JsonObject, paths: ScalePaths, custom: boolean): JsonObject {
  const metadata = metadataOf(object)
  const replicas = valueAt(object, paths.specReplicasPath)
  const current = valueAt(object, paths.statusReplicasPath)
  const selector = selectorText(valueAt(object, custom ? paths.labelSelectorPath : (paths.labelSelectorPath ?? '.spec.selector')))
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: Object.fromEntries(
      ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp'].flatMap((name) => {
        const value = metadata[name]
        return value === undefined ? [] : [[name, value]]
      }),
    ),
    spec: typeof replicas === 'number' && replicas !== 0 ? { replicas } : {},
    status: {
      replicas: typeof current === 'number' ? current : 0,
      ...(selector === undefined || selector === '' ? {} : { selector }),
    },
  }
}

/** The Scale of an object as it is read; a custom object without a number of replicas has none. */
export function readableScale(object: JsonObject, paths: ScalePaths, custom: boolean): JsonObject {
  if (custom && typeof valueAt(object, paths.specReplicasPath) !== 'number') {
    throw internalError(`the spec replicas field ${JSON.stringify(paths.specReplicasPath)} does not exist`)
  }
  return scaleOf(object, paths, custom)
}

/** The replicas that a Scale asks for; a Scale without asks for none. */
export function replicasOf(scale: JsonObject): number {
  const spec = scale.spec
  return isJsonObject(spec) && typeof spec.replicas === 'number' ? spec.replicas : 0
}

/** The object scaled. */
export function withReplicas(object: JsonObject, paths: ScalePaths, replicas: number): JsonObject {
  return withValueAt(object, stepsOf(paths.specReplicasPath), replicas)
}

/** The replicas of an object as its Scale writes them: nought is left out. */
export function presentReplicas(object: JsonObject, paths: ScalePaths): number | undefined {
  const replicas = valueAt(object, paths.specReplicasPath)
  return typeof replicas === 'number' && replicas !== 0 ? replicas : undefined
}

/** The replicas that stand in an applied Scale, nought among them. */
export function appliedReplicas(scale: JsonObject): number | undefined {
  const { spec } = scale
  return isJsonObject(spec) && typeof spec.replicas === 'number' ? spec.replicas : undefined
}
