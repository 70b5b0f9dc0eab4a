import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { keyElement, valueElement } from './field-set.ts'
import type { ListType } from './merge-type.ts'

/** The path element of an associative list's item, or why it has none. */
export type ListElement = { readonly ok: true; readonly element: string } | { readonly ok: false; readonly problem: string }

/** How an item of an associative list is known: by its keys (defaulted where left out) or by its value. */
export function listElementOf(list: ListType, item: JsonValue): ListElement {
  return list.keys.length > 0 ? keyedElement(list, item) : setElement(item)
}

function keyedElement(list: ListType, item: JsonValue): ListElement {
  if (item === null) return problem('associative list with keys may not have a null element')
  if (!isJsonObject(item)) return problem('associative list with keys may not have non-map elements')
  const key: (readonly [string, JsonValue])[] = []
  for (const name of list.keys) {
    const given = Object.hasOwn(item, name) ? item[name] : undefined
    const value = given === undefined ? list.keyDefault(name) : given
    // An item that leaves out some of its keys is another one than those that have them.
    if (value !== undefined) key.push([name, value])
  }
  if (key.length === 0) {
    const keys = `[${list.keys.map((name) => JSON.stringify(name)).join(' ')}]`
    const lacking = `omits all key fields ${keys} (and doesn't have default values for any key fields)`
    return problem(`associative list with keys has an element that ${lacking}`)
  }
  return { ok: true, element: keyElement(key) }
}

function setElement(item: JsonValue): ListElement {
  if (item === null) return problem("associative list without keys has an element that's an explicit null")
  if (Array.isArray(item)) return problem('not supported: associative list with lists as elements')
  if (isJsonObject(item)) return problem("associative list without keys has an element that's a map type")
  return { ok: true, element: valueElement(item) }
}

function problem(text: string): ListElement {
  return { ok: false, problem: text }
}
