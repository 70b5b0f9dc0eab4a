import type { Diagnostic } from '../plan/diagnostic.ts'
import type { JsonObject, JsonValue } from '../plan/json.ts'
import type { Component } from './component.ts'
import type { Design } from './design.ts'
import { attributesOf } from './evaluate/component-attributes.ts'
import { compileExpression, evaluateExpression, isProblem } from './expression.ts'
import { mistake } from './mistake.ts'
import { SECTIONS } from './module/module-source.ts'
import { plainValues } from './module-values.ts'

/** What an expression of the console gives. */
export type ConsoleResult =
  /** `sensitive`: it was worked out of values that may not be shown. */
  | { readonly ok: true; readonly value: JsonValue; readonly sensitive: boolean }
  | { readonly ok: false; readonly diagnostic: Diagnostic }

/** What expressions over an evaluated design see: inputs, locals, components and outputs of the design, or of one use of a pattern. */
export function designScope(design: Design, scope = ''): JsonObject {
  const values = design.modules.get(scope)
  const named = (block: 'inputs' | 'locals' | 'outputs') => (values === undefined ? {} : plainValues(values[block]))
  return {
    inputs: named('inputs'),
    locals: named('locals'),
    outputs: named('outputs'),
    design: { name: design.name, version: design.version ?? '' },
    ...sectionsOf(design, scope),
  }
}

/**
 * Evaluates expressions over a design that is evaluated already. Pure. `line` is where the text stands in what is read, for the place of
 * mistakes.
 */
export function consoleScope(design: Design): (text: string, line?: number) => ConsoleResult {
  const scope = designScope(design)
  return (text, line = 1) => {
    const result = evaluateExpression(text, scope)
    if (result.ok) return { ok: true, value: result.value, sensitive: readsSensitive(text, design) }
    const { code, summary, detail, hint, start } = result.problem
    const before = text.slice(0, start).split('\n')
    const place = { file: 'console', line: line + before.length - 1, column: (before.at(-1) ?? '').length + 1 }
    return { ok: false, diagnostic: mistake(code, place, { summary, detail, hint }) }
  }
}

/** A whole map, such as `inputs`, is none of its values: these are covered one by one. */
function readsSensitive(text: string, { modules, outputs }: Design): boolean {
  const compiled = compileExpression(text)
  const values = modules.get('')
  if (isProblem(compiled) || values === undefined) return false
  return compiled.references.some(({ root, steps: [first] }) => {
    if (first === undefined) return false
    if (root === 'outputs') return outputs.some(({ name, sensitive }) => sensitive && first.name === name)
    return (root === 'inputs' || root === 'locals') && values[root].get(first.name)?.sensitive === true
  })
}

function sectionsOf(design: Design, scope: string): JsonObject {
  const found = Object.fromEntries(SECTIONS.map((section): [string, Record<string, JsonValue>] => [section, {}]))
  for (const component of design.components) {
    const section = component.scope === scope ? found[component.section] : undefined
    if (section === undefined) continue
    const { name, key } = component
    const attributes = Object.fromEntries(
      Object.entries(attributesOf(component, outputsOf(component, design))).map(([attribute, get]) => [attribute, get()]),
    )
    if (key === undefined) section[name] = attributes
    else section[name] = Object.assign(section[name] ?? {}, { [key]: attributes })
  }
  return found
}

function outputsOf({ section, address }: Component, { modules }: Design): JsonObject | undefined {
  const values = section === 'patterns' ? modules.get(address) : undefined
  return values === undefined ? undefined : plainValues(values.outputs)
}
