import { Ajv, type ValidateFunction } from 'ajv'
import type { JsonObject, JsonValue } from '../../../src/plan/json.ts'
import { isJsonObject } from '../../../src/plan/json.ts'
import { groupOf, type Manifest } from '../../../src/plan/manifest.ts'
import { stringIn } from '../../../src/providers/json-view.ts'
import { Sandbox } from '../../../src/sandbox/sandbox.ts'
import { type DefinitionFile, definitionsOf, versionOf } from './crd-schemas.ts'

/** Built-in kinds that providers make, with the collection they are sent to. */
const BUILT_IN: { readonly [id: string]: string } = {
  '/Namespace': '/api/v1/namespaces',
  '/Service': '/api/v1/namespaces/{namespace}/services',
  '/ServiceAccount': '/api/v1/namespaces/{namespace}/serviceaccounts',
  '/ConfigMap': '/api/v1/namespaces/{namespace}/configmaps',
  'apps/Deployment': '/apis/apps/v1/namespaces/{namespace}/deployments',
}

/** A Kubernetes API with a mesh's CustomResourceDefinitions, that says what it would refuse. */
export interface MeshApi {
  /** Why the API would refuse the object: types, required fields, enums, unknown fields; empty when it would take it. */
  readonly refusals: (manifest: Manifest) => Promise<readonly string[]>
}

/** Opens an API with the definitions of these folders of test/fixtures/crds. */
export async function openMeshApi(folders: readonly string[]): Promise<MeshApi> {
  const definitions = definitionsOf(folders)
  const validators = new Map<string, ValidateFunction | string>()
  const sandbox = await Sandbox.open({ directory: undefined })
  const builtIn = async (manifest: Manifest, path: string): Promise<readonly string[]> => {
    const namespace = manifest.metadata.namespace ?? ''
    if (path.includes('{namespace}') && namespace === '') return ['metadata.namespace: Required value']
    if (namespace !== '') await send(sandbox, '/api/v1/namespaces', namespaceOf(namespace))
    return send(sandbox, `${path.replace('{namespace}', namespace)}?dryRun=All&fieldValidation=Strict`, manifest)
  }
  return {
    refusals: async (manifest) => {
      const id = `${groupOf(manifest.apiVersion)}/${manifest.kind}`
      const path = BUILT_IN[id]
      if (path !== undefined) return builtIn(manifest, path)
      const definition = definitions.get(id)
      if (definition === undefined) return [`no definition of ${id} in ${folders.join(', ')}`]
      return customRefusals(manifest, definition, validators)
    },
  }
}

function namespaceOf(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
}

async function send(sandbox: Sandbox, path: string, manifest: Manifest): Promise<readonly string[]> {
  const response = await sandbox.handle({ method: 'POST', path, headers: { 'content-type': 'application/json' }, body: manifest })
  if (response.kind !== 'answer') throw new Error('a write is answered, not watched')
  return response.status < 400 || response.status === 409 ? [] : [stringIn(response.json(), 'message') ?? `${response.status}`]
}

function customRefusals(
  manifest: Manifest,
  definition: DefinitionFile,
  validators: Map<string, ValidateFunction | string>,
): readonly string[] {
  const version = manifest.apiVersion.split('/')[1] ?? ''
  const key = `${definition.id}@${version}`
  let validator = validators.get(key)
  if (validator === undefined) {
    const found = versionOf(definition.read(), version)
    validator = found === undefined ? `${definition.id} is not served at ${version}` : compile(found.schema)
    validators.set(key, validator)
  }
  if (typeof validator === 'string') return [validator]
  if (validator(manifest)) return []
  return (validator.errors ?? []).map(
    (error) => `${error.instancePath || '/'} ${error.message ?? ''} ${JSON.stringify(error.params)}`,
  )
}

function compile(schema: JsonObject): ValidateFunction {
  return new Ajv({ allErrors: true, strict: false, validateFormats: false }).compile(strictSchema(schema, true))
}

/** A structural schema as JSON Schema that allows no unknown fields, as `fieldValidation=Strict` does. */
function strictSchema(schema: JsonObject, root: boolean): JsonObject {
  const result: Record<string, JsonValue> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'exclusiveMinimum' || key === 'exclusiveMaximum' || key === 'default' || key === 'description') continue
    if ((key === 'properties' || key === 'patternProperties') && isJsonObject(value)) {
      result[key] = Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [name, isJsonObject(inner) ? strictSchema(inner, false) : inner]),
      )
    } else if ((key === 'items' || key === 'additionalProperties') && isJsonObject(value)) {
      result[key] = strictSchema(value, false)
    } else {
      result[key] = value
    }
  }
  if (schema['x-kubernetes-int-or-string'] === true) {
    delete result.type
    result.anyOf = [{ type: 'integer' }, { type: 'string' }]
  }
  if (schema.nullable === true && typeof result.type === 'string') result.type = [result.type, 'null']
  const closes =
    isJsonObject(schema.properties) &&
    schema.additionalProperties === undefined &&
    schema['x-kubernetes-preserve-unknown-fields'] !== true
  if (closes) result.additionalProperties = false
  if (root) {
    result.properties = {
      ...(isJsonObject(result.properties) ? result.properties : {}),
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
    }
  }
  return result
}
