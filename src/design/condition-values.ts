import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { Component } from './component.ts'
import type { Design } from './design.ts'
import { compileExpression, isProblem } from './expression.ts'
import type { ModuleValues } from './module-values.ts'

type Block = keyof ModuleValues

const BLOCKS: readonly Block[] = ['inputs', 'locals', 'outputs']

/**
 * The values that postconditions ask for, by module: they are evaluated after the apply, when only the plan may be at hand. Nothing else
 * is told, and none of the design's own inputs, which plans hold anyway.
 */
export function conditionValues({ components, modules }: Pick<Design, 'components' | 'modules'>): JsonObject {
  const told: Record<string, Record<Block, Record<string, JsonValue>>> = {}
  const tell = (scope: string, block: Block, name: string | undefined) => {
    const values = scope === '' && block === 'inputs' ? undefined : modules.get(scope)?.[block]
    for (const each of name === undefined ? (values?.keys() ?? []) : [name]) {
      const found = values?.get(each)
      if (found === undefined) continue
      told[scope] ??= { inputs: {}, locals: {}, outputs: {} }
      told[scope][block][each] = found.value
    }
  }
  for (const component of components) {
    for (const { root, steps } of referencesOf(component)) {
      const [first] = steps
      const block = BLOCKS.find((candidate) => candidate === root)
      if (block !== undefined) tell(component.scope, block, first?.name)
      if (root !== 'patterns') continue
      for (const { section, scope, name, address } of components) {
        const isMeant = section === 'patterns' && scope === component.scope && (first === undefined || first.name === name)
        if (isMeant) tell(address, 'outputs', undefined)
      }
    }
  }
  return told
}

/** The values that `conditionValues` told. */
export function modulesFromJson(json: JsonObject): Map<string, ModuleValues> {
  const valuesOf = (value: JsonValue | undefined): ModuleValues[Block] =>
    new Map(
      Object.entries(isJsonObject(value) ? value : {}).map(([name, item]) => [name, { value: item ?? null, sensitive: false }]),
    )
  return new Map(
    Object.entries(json).map(([scope, value]) => {
      const blocks = isJsonObject(value) ? value : {}
      return [scope, { inputs: valuesOf(blocks.inputs), locals: valuesOf(blocks.locals), outputs: valuesOf(blocks.outputs) }]
    }),
  )
}

function referencesOf({ spec }: Component) {
  return (spec.lifecycle?.postconditions ?? []).flatMap(({ condition }) => {
    const compiled = typeof condition === 'string' ? compileExpression(condition) : undefined
    return compiled === undefined || isProblem(compiled) ? [] : compiled.references
  })
}
