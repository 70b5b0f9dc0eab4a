import { GATEWAY_FIELDS } from './consul-vm/gateway-fields.ts'
import { CONSUL_HTTP_API, entryFields, entryKind } from './consul-vm/words.ts'
import type { FieldSchema } from './field-schema.ts'
import { KIND_FIELDS } from './kind-fields.ts'

/** The fields below `spec` of a kind; undefined where its definition is not known. Large: loaded where settings are to be checked. */
export function fieldsOfKind(apiVersion: string, kind: string): FieldSchema | undefined {
  if (apiVersion === CONSUL_HTTP_API && GATEWAY_FIELDS[kind] !== undefined) return GATEWAY_FIELDS[kind]
  const entry = apiVersion === CONSUL_HTTP_API ? entryKind(kind) : undefined
  if (entry === undefined) return parsed(`${apiVersion}/${kind}`)
  const resource = parsed(`consul.hashicorp.com/v1alpha1/${entry}`)
  return resource === undefined ? undefined : entryFields(entry, resource)
}

function parsed(id: string): FieldSchema | undefined {
  const text = KIND_FIELDS[id]
  return text === undefined ? undefined : (JSON.parse(text) as FieldSchema)
}
