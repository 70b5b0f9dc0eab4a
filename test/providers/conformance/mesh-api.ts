import { isJsonObject, type JsonObject } from '../../../src/plan/json.ts'
import { groupOf, type Manifest } from '../../../src/plan/manifest.ts'
import { stringIn } from '../../../src/providers/json-view.ts'
import { Sandbox } from '../../../src/sandbox/sandbox.ts'
import { type DefinitionFile, definitionsOf } from './definition-files.ts'

/** Built-in kinds that providers make, with the collection they are sent to. */
const BUILT_IN: { readonly [id: string]: string } = {
  '/Namespace': '/api/v1/namespaces',
  '/Service': '/api/v1/namespaces/{namespace}/services',
  '/ServiceAccount': '/api/v1/namespaces/{namespace}/serviceaccounts',
  '/ConfigMap': '/api/v1/namespaces/{namespace}/configmaps',
  'apps/Deployment': '/apis/apps/v1/namespaces/{namespace}/deployments',
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** A Kubernetes API with a mesh's CustomResourceDefinitions, that says what it would refuse. */
export interface MeshApi {
  /** Why the API would refuse the object: types, required fields, enums, CEL rules, unknown fields; empty when it takes it. */
  readonly refusals: (manifest: Manifest) => Promise<readonly string[]>
}

/**
 * Opens an API with the definitions of these folders of test/fixtures/crds, each installed when its kind is first sent. `older` serves
 * the version that is sent, as releases did that had it newest.
 */
export async function openMeshApi(folders: readonly string[], older = false): Promise<MeshApi> {
  const definitions = definitionsOf(folders)
  const collections = new Map<string, string>()
  const sandbox = await Sandbox.open({ directory: undefined })
  const collectionOf = async (manifest: Manifest, definition: DefinitionFile): Promise<string> => {
    const known = collections.get(manifest.apiVersion + manifest.kind)
    if (known !== undefined) return known
    const crd = older ? serving(definition.read(), manifest.apiVersion) : definition.read()
    const refusals = await send(sandbox, DEFINITIONS, crd as Manifest)
    if (refusals.length > 0) throw new Error(`the definition of ${definition.id} is refused: ${refusals.join(' ')}`)
    const plural = stringIn(crd, 'spec', 'names', 'plural') ?? ''
    const namespaced = stringIn(crd, 'spec', 'scope') === 'Namespaced'
    const collection = `/apis/${manifest.apiVersion}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}`
    collections.set(manifest.apiVersion + manifest.kind, collection)
    return collection
  }
  return {
    refusals: async (manifest) => {
      const id = `${groupOf(manifest.apiVersion)}/${manifest.kind}`
      const definition = definitions.get(id)
      const path = BUILT_IN[id] ?? (definition === undefined ? undefined : await collectionOf(manifest, definition))
      if (path === undefined) return [`no definition of ${id} in ${folders.join(', ')}`]
      const namespace = manifest.metadata.namespace ?? ''
      if (path.includes('{namespace}') !== (namespace !== '')) return [`metadata.namespace: ${namespace || 'Required value'}`]
      if (namespace !== '') await send(sandbox, '/api/v1/namespaces', namespaceOf(namespace))
      return send(sandbox, `${path.replace('{namespace}', namespace)}?dryRun=All&fieldValidation=Strict`, manifest)
    },
  }
}

function serving(crd: JsonObject, apiVersion: string): JsonObject {
  const spec = isJsonObject(crd.spec) ? crd.spec : {}
  const versions = Array.isArray(spec.versions) ? spec.versions.filter(isJsonObject) : []
  const sent = versions.map((version) => (apiVersion.endsWith(`/${version.name}`) ? { ...version, served: true } : version))
  return { ...crd, spec: { ...spec, versions: sent } }
}

function namespaceOf(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
}

async function send(sandbox: Sandbox, path: string, manifest: Manifest): Promise<readonly string[]> {
  const response = await sandbox.handle({ method: 'POST', path, headers: { 'content-type': 'application/json' }, body: manifest })
  if (response.kind !== 'answer') throw new Error('a write is answered, not watched')
  return response.status < 400 || response.status === 409 ? [] : [stringIn(response.json(), 'message') ?? `${response.status}`]
}
