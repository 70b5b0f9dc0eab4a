import { didYouMean } from '../design/nearest.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { formatFieldPath } from '../plan/field-text.ts'
import { isJsonObject, type JsonValue } from '../plan/json.ts'
import { describeObject, groupOf } from '../plan/manifest.ts'
import type { ValuePath } from '../plan/source.ts'
import type { DesiredObject } from '../planner/desired-object.ts'
import type { StructuralSchema } from '../sandbox/structural-schema.ts'

/** Fields that the kinds of Kubernetes itself do not have, found without a cluster: a server refuses them, strictly as it is asked. */
export async function checkBuiltinFields(objects: readonly DesiredObject[]): Promise<readonly Diagnostic[]> {
  if (objects.length === 0) return []
  const { builtinResourceTypes } = await import('../sandbox/builtin/resource-types.ts')
  const types = new Map(builtinResourceTypes.map((type) => [`${type.group}/${type.version}/${type.kind}`, type]))
  return objects.flatMap(({ key, manifest, address, origin, originOf }) => {
    const { apiVersion } = manifest
    const version = apiVersion.slice(apiVersion.lastIndexOf('/') + 1)
    const type = types.get(`${groupOf(apiVersion)}/${version}/${key.kind}`)
    if (type === undefined) return []
    return unknownFields(type.schema, manifest, []).map(({ path, known }): Diagnostic => {
      const location = originOf(path) ?? origin
      return {
        severity: 'error',
        code: 'MF2039',
        summary: `${describeObject(key)} has a field that ${key.kind} has not: ${formatFieldPath(path)}`,
        detail: `Held against ${key.kind} of ${apiVersion} in Kubernetes 1.36; a server refuses what it does not know.`,
        address,
        ...(location.file === '' ? {} : { location }),
        hint: didYouMean(String(path.at(-1)), known) ?? 'Take it out.',
      }
    })
  })
}

interface UnknownField {
  readonly path: ValuePath
  /** The fields that there are in its place. */
  readonly known: readonly string[]
}

function unknownFields(schema: StructuralSchema, value: JsonValue | undefined, path: ValuePath): readonly UnknownField[] {
  if (Array.isArray(value)) {
    const { items } = schema
    return items === undefined ? [] : value.flatMap((item: JsonValue, index) => unknownFields(items, item, [...path, index]))
  }
  if (!isJsonObject(value) || schema.type !== 'object' || schema['x-kubernetes-preserve-unknown-fields'] === true) return []
  const { properties = {}, additionalProperties } = schema
  return Object.entries(value).flatMap(([name, child]): readonly UnknownField[] => {
    const inner = Object.hasOwn(properties, name) ? properties[name] : additionalProperties
    if (typeof inner === 'object') return unknownFields(inner, child, [...path, name])
    const takesAll = inner === true || (schema.properties === undefined && additionalProperties === undefined)
    return takesAll ? [] : [{ path: [...path, name], known: Object.keys(properties) }]
  })
}
