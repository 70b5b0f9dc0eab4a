import type { JsonValue } from '../../plan/json.ts'

/** A value and where it stands in the text: offsets in UTF-16 units, `end` behind its last character. */
export interface QuickNode {
  readonly value: JsonValue
  readonly start: number
  readonly end: number
  /** Of a map: where each key stands, and its value. */
  readonly entries?: ReadonlyMap<string, { readonly start: number; readonly node: QuickNode }>
  /** Of a list. */
  readonly items?: readonly QuickNode[]
}
