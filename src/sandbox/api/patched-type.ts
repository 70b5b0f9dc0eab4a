import type { JsonObject } from '../../plan/json.ts'
import { goKindOf } from '../go-json-error.ts'
import type { ApiContext } from './api-context.ts'
import { typeMismatch } from './request-body.ts'
import type { ServedResource } from './resource-registry.ts'
import { internalError } from './status-error.ts'

/** What a patch made of a custom object must still say what it is. */
export function checkCustomType(patched: JsonObject, shown: () => string, problem: (text: string) => Error): void {
  const { apiVersion, kind } = patched
  for (const [name, value] of Object.entries({ apiVersion, kind })) {
    if (value === undefined || value === null || typeof value === 'string') continue
    const why = `json: cannot unmarshal ${goKindOf(value)} into Go struct field .${name} of type string`
    throw problem(`couldn't get version/kind; json parse error: ${why}`)
  }
  if (typeof apiVersion === 'string' && apiVersion.split('/').length > 2) {
    throw problem(`unexpected GroupVersion string: ${apiVersion}`)
  }
  if (typeof kind !== 'string' || kind === '') throw problem(`Object 'Kind' is missing in '${shown()}'`)
  if (typeof apiVersion !== 'string') throw internalError("Object 'apiVersion' is missing in 'object has no apiVersion field'")
}

/** A patch may not make another kind of a built-in one. */
export function checkType(
  context: ApiContext,
  resource: ServedResource,
  patched: JsonObject,
  problem: (text: string) => Error,
): void {
  const { kind, apiVersion } = patched
  if (typeof kind !== 'string' || typeof apiVersion !== 'string' || kind === '' || apiVersion === '') return
  if (kind === resource.type.kind && apiVersion === resource.apiVersion) return
  throw problem(typeMismatch(apiVersion, kind, resource, context.registry))
}
