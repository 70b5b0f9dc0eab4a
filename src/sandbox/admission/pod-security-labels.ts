import type { JsonObject } from '../../plan/json.ts'
import { objectAt, stringMapAt } from '../builtin/json-tree.ts'
import { FieldErrors } from '../builtin/validation/field-errors.ts'
import type { FieldError } from '../resource-type.ts'

const prefix = 'pod-security.kubernetes.io/'
const modes = ['enforce', 'audit', 'warn']
const levels = ['privileged', 'baseline', 'restricted']

function labelsOf(namespace: JsonObject | undefined): { readonly [label: string]: string } {
  return stringMapAt(objectAt(namespace, 'metadata'), 'labels')
}

/** What is wrong with the standards of pod security that a namespace asks for; of a changed one only where they changed. */
export function podSecurityErrors(namespace: JsonObject, before?: JsonObject): readonly FieldError[] {
  const errors = new FieldErrors()
  const [labels, old] = [labelsOf(namespace), labelsOf(before)]
  const names = modes.flatMap((mode) => [`${prefix}${mode}`, `${prefix}${mode}-version`])
  if (before !== undefined && names.every((name) => labels[name] === old[name])) return []
  for (const name of names) {
    const value = labels[name]
    if (value === undefined) continue
    const field = `metadata.labels[${name}]`
    if (name.endsWith('-version')) {
      if (value !== 'latest' && !/^v1\.(?:0|[1-9]\d*)$/.test(value)) errors.invalid(field, value, 'must be "latest" or "v1.x"')
    } else if (!levels.includes(value)) errors.invalid(field, value, `must be one of ${levels.join(', ')}`)
  }
  return errors.all
}

/** What a namespace asks of its pods in a mode: the standard as messages name it, and its level; undefined without one. */
export function podSecurityStandard(
  namespace: JsonObject | undefined,
  mode: 'enforce' | 'warn',
): { readonly name: string; readonly level: string } | undefined {
  const labels = labelsOf(namespace)
  const level = labels[`${prefix}${mode}`]
  if (level === undefined || level === 'privileged') return undefined
  return { name: `${level}:${labels[`${prefix}${mode}-version`] ?? 'latest'}`, level }
}
