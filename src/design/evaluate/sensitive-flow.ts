import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { type SensitiveTexts, sensitiveTexts } from '../../plan/sensitive-text.ts'
import type { ExpressionReference } from '../expression/references.ts'
import { secretTexts } from '../inputs/secret-texts.ts'
import type { EvaluationContext, ModuleInstance } from './module-instance.ts'

/** Values are looked for in other texts from this length on: a user's name in a Secret, or a part of an address, may be a common word. */
const SHORTEST_READ = 6
const SHORTEST_MADE = 8

/** Told what each expression gave. */
export type SensitiveFlow = (expression: string, references: readonly ExpressionReference[], value: JsonValue) => void

/**
 * Notes values that become sensitive by where they come from: those that an expression reads out of a Secret, and texts that it works
 * out of nothing but sensitive inputs (a part, a digest) and that can't be told by what they hold. What an expression that reads
 * other things as well gives may be one of these, so it is not noted.
 */
export function sensitiveFlow(instance: ModuleInstance, context: EvaluationContext): SensitiveFlow {
  const { sensitiveValues } = context
  let known: SensitiveTexts | undefined
  let size = 0
  return (expression, references, value) => {
    if (references.length === 0) return
    const given = new Set(secretTexts(value))
    for (const text of references.flatMap((reference) => readFromSecret(reference, instance))) {
      if (text.length >= SHORTEST_READ && given.has(text)) sensitiveValues.add(text)
    }
    if (sensitiveValues.size === 0 || !references.every((reference) => isSensitive(reference, instance))) return
    if (known === undefined || size !== sensitiveValues.size) known = sensitiveTexts([...sensitiveValues])
    size = sensitiveValues.size
    for (const text of given) {
      const isLiteral = expression.includes(`"${text}"`) || expression.includes(`'${text}'`)
      if (text.length >= SHORTEST_MADE && !isLiteral && !known.isSecretText(text)) sensitiveValues.add(text)
    }
  }
}

/** Values of the Secret that a reference reads; none when it reads something else. */
function readFromSecret({ root, steps }: ExpressionReference, instance: ModuleInstance): readonly string[] {
  const [first] = steps
  const at = steps.findIndex(({ name }) => name === 'manifest')
  const field = steps[at + 1]?.name
  if (root !== 'resources' || first === undefined || at < 1 || (field !== 'data' && field !== 'stringData')) return []
  const components = instance.entries.get(`resources.${first.name}`)?.instances.values() ?? []
  return [...components].flatMap(({ spec }) => {
    const manifest = 'manifest' in spec ? (spec.manifest as JsonValue | undefined) : undefined
    return isJsonObject(manifest) && manifest.kind === 'Secret' && manifest.apiVersion === 'v1'
      ? secretTexts(manifest[field] ?? null)
      : []
  })
}

function isSensitive({ root, steps }: ExpressionReference, instance: ModuleInstance): boolean {
  const name = steps[0]?.name ?? ''
  if (root === 'inputs') return instance.inputs.get(name)?.sensitive === true
  return root === 'locals' && instance.sensitiveLocals.has(name)
}
