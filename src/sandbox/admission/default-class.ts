import type { JsonObject } from '../../plan/json.ts'
import { objectAt, textAt } from '../builtin/json-tree.ts'

/** The name of the class that is marked as the default one; of several, the newest. */
export function defaultClassName(classes: readonly JsonObject[], annotation: string): string | undefined {
  const marked = classes.filter((each) => objectAt(objectAt(each, 'metadata'), 'annotations')?.[annotation] === 'true')
  const created = (each: JsonObject): string => textAt(objectAt(each, 'metadata'), 'creationTimestamp')
  const newest = marked.sort((left, right) => (created(left) < created(right) ? 1 : -1))[0]
  return newest === undefined ? undefined : textAt(objectAt(newest, 'metadata'), 'name')
}

/** An object whose specification names a class, where it named none. */
export function withClass(object: JsonObject, field: string, className: string | undefined): JsonObject {
  const spec = objectAt(object, 'spec') ?? {}
  if (className === undefined || spec[field] !== undefined) return object
  return { ...object, spec: { ...spec, [field]: className } }
}
