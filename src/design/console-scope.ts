import type { Diagnostic } from '../plan/diagnostic.ts'
import type { JsonObject, JsonValue } from '../plan/json.ts'
import type { Design } from './design.ts'
import { attributesOf } from './evaluate/component-attributes.ts'
import { evaluateExpression } from './expression.ts'
import { mistake } from './mistake.ts'
import { SECTIONS } from './module/module-source.ts'

/** What an expression of the console gives. */
export type ConsoleResult =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly diagnostic: Diagnostic }

/** What expressions over an evaluated design see: its inputs, components and outputs. */
export function designScope(design: Design): JsonObject {
  return {
    inputs: Object.fromEntries(Object.entries(design.inputs).map(([name, { value }]) => [name, value])),
    outputs: Object.fromEntries(design.outputs.map(({ name, value }) => [name, value.known ? value.value : null])),
    design: { name: design.name, version: design.version ?? '' },
    ...Object.fromEntries(SECTIONS.map((section) => [section, sectionOf(design, section)])),
  }
}

/** Evaluates expressions over a design that is evaluated already. Pure. */
export function consoleScope(design: Design): (text: string) => ConsoleResult {
  const scope = designScope(design)
  return (text) => {
    const result = evaluateExpression(text, scope)
    if (result.ok) return { ok: true, value: result.value }
    const { code, summary, detail, hint, start } = result.problem
    const place = { file: 'console', line: 1, column: start + 1 }
    return { ok: false, diagnostic: mistake(code, place, { summary, detail, hint }) }
  }
}

function sectionOf(design: Design, section: (typeof SECTIONS)[number]): JsonObject {
  const found: Record<string, JsonValue> = {}
  for (const component of design.components) {
    if (component.section !== section || component.scope !== '') continue
    const attributes = Object.fromEntries(Object.entries(attributesOf(component)).map(([name, get]) => [name, get()]))
    if (component.key === undefined) found[component.name] = attributes
    else found[component.name] = { ...(found[component.name] as JsonObject | undefined), [component.key]: attributes }
  }
  return found
}
