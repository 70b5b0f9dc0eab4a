import { evaluateExpression } from '../design/expression.ts'
import { matchesFieldPath } from '../plan/field-path.ts'
import { isJsonObject, type JsonObject } from '../plan/json.ts'
import type { IgnoreRule } from '../providers/rules.ts'
import type { DesiredObject } from './desired-object.ts'
import { type Leaf, ownedLeaves } from './owned-leaves.ts'

/** True of a rule whose fields only an object tells. */
export function dependsOnObject(rule: IgnoreRule): boolean {
  return rule.managers !== undefined || rule.where !== undefined || rule.everything === true
}

/**
 * Rules with nothing but paths: those that go by managers or by an expression become the paths that they come to in these objects. A
 * field that one of them has so is ignored in all, so that both sides of a difference are without it.
 */
export function resolvedRules(rules: readonly IgnoreRule[], objects: readonly JsonObject[]): readonly IgnoreRule[] {
  if (!rules.some(dependsOnObject)) return rules
  const leaves = objects.map((object) => ({ object, leaves: ownedLeaves(object).filter(isSomebodys) }))
  return rules.map((rule) => {
    if (!dependsOnObject(rule)) return rule
    const { managers: _managers, where: _where, everything, ...rest } = rule
    if (everything === true) return { ...rest, paths: [...new Set(objects.flatMap(pathsOfAll))] }
    const paths = leaves.flatMap((one) => one.leaves.filter((leaf) => holds(rule, leaf, one.object)).map(({ path }) => path))
    return { ...rest, paths: [...new Set(paths)] }
  })
}

/** An object whose rules are settled by what is live and what is wished for. */
export function withResolvedRules(desired: DesiredObject, live: JsonObject | undefined): DesiredObject {
  const { ignore, manifest } = desired
  if (!ignore.some(dependsOnObject)) return desired
  return { ...desired, ignore: resolvedRules(ignore, live === undefined ? [manifest] : [live, manifest]) }
}

/** The fields at the top of an object, and its labels and annotations one by one: ours are among them. */
function pathsOfAll(object: JsonObject): readonly string[] {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {}
  const top = Object.keys(object).map((name): Pick<Leaf, 'place' | 'path'> => ({ place: [name], path: quotedStep(name) }))
  const marks = ['labels', 'annotations'].flatMap((kind) => {
    const map = metadata[kind]
    return Object.keys(isJsonObject(map) ? map : {}).map((name) => {
      return { place: ['metadata', kind, name], path: `metadata.${kind}${quotedStep(name)}` }
    })
  })
  const more = Object.keys(metadata)
    .filter((name) => name !== 'labels' && name !== 'annotations')
    .map((name) => ({ place: ['metadata', name], path: `metadata${quotedStep(name)}` }))
  return [...top, ...marks, ...more]
    .filter(({ place }) => place.join('.') !== 'metadata' && isSomebodys({ place }))
    .map(({ path }) => path)
}

function quotedStep(name: string): string {
  return `[${JSON.stringify(name)}]`
}

/** What names an object is nobody's to change, and neither are the marks of its design. */
function isSomebodys({ place: [first, second, third] }: Pick<Leaf, 'place'>): boolean {
  if (first === 'apiVersion' || first === 'kind' || first === 'status') return false
  if (first !== 'metadata') return true
  if (second !== 'labels' && second !== 'annotations') return second !== 'name' && second !== 'namespace' && second !== 'uid'
  return typeof third !== 'string' || !third.startsWith('meshform.dev/')
}

function holds({ paths, managers, where }: IgnoreRule, leaf: Leaf, object: JsonObject): boolean {
  if (managers !== undefined && !leaf.managers.some((manager) => managers.includes(manager))) return false
  if (paths.length > 0 && !paths.some((path) => matchesFieldPath(path, leaf.place, object))) return false
  if (where === undefined) return true
  const name = leaf.place.findLast((step) => typeof step === 'string') ?? ''
  const field = { path: leaf.path, name, value: leaf.value, managers: [...leaf.managers] }
  const result = evaluateExpression(where, { field, object: withoutBookkeeping(object) })
  // What can't be told of a field, such as the beginning of a number, is not true of it.
  return result.ok && result.value === true
}

function withoutBookkeeping(object: JsonObject): JsonObject {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {}
  const { managedFields: _managedFields, ...rest } = metadata
  return { ...object, metadata: rest }
}
