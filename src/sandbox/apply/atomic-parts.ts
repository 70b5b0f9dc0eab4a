import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import type { MergeType } from './merge-type.ts'

/** The paths of lists, maps and structs in a value that are owned as a whole. */
export function atomicParts(value: JsonValue, type: MergeType, path = ''): readonly string[] {
  if (Array.isArray(value) && type.list !== undefined) {
    const { relationship, element } = type.list
    const inside = (value as readonly JsonValue[]).flatMap((item, index) => atomicParts(item, element(), `${path}[${index}]`))
    return relationship === 'atomic' ? [path, ...inside] : inside
  }
  if (!isJsonObject(value) || type.map === undefined) return []
  const { relationship, field } = type.map
  const inside = Object.entries(value).flatMap(([name, inner]) => {
    const declared = field(name)
    return declared === undefined ? [] : atomicParts(inner, declared, `${path}.${name}`)
  })
  return relationship === 'atomic' ? [path, ...inside] : inside
}
