import { ensureTree, objectAt, objectsAt, setDefault, type Tree, textAt, textsAt } from '../json-tree.ts'

/** Names that follow from the kind, and no conversion between versions. */
export function defaultDefinition(definition: Tree): void {
  const spec = ensureTree(definition, 'spec')
  const names = ensureTree(spec, 'names')
  const kind = textAt(names, 'kind')
  if (kind !== '') {
    setDefault(names, 'singular', kind.toLowerCase())
    setDefault(names, 'listKind', `${kind}List`)
  }
  const conversion = ensureTree(spec, 'conversion')
  setDefault(conversion, 'strategy', 'None')
  const service = objectAt(objectAt(objectAt(conversion, 'webhook'), 'clientConfig'), 'service')
  if (service !== undefined && service.port === undefined) service.port = 443
  const status = objectAt(definition, 'status')
  // A list of stored versions is never empty.
  if (status !== undefined && textsAt(status, 'storedVersions').length === 0) rememberStorageVersion(definition)
}

/** The version that objects are stored in joins those that were ever used for it. */
function rememberStorageVersion(definition: Tree): void {
  const status = ensureTree(definition, 'status')
  const before = textsAt(status, 'storedVersions')
  const storage = objectsAt(objectAt(definition, 'spec'), 'versions').find((version) => version.storage === true)
  const name = textAt(storage, 'name')
  status.storedVersions = name === '' || before.includes(name) ? [...before] : [...before, name]
}

/** A new definition has no conditions yet. */
export function prepareDefinition(definition: Tree): void {
  definition.status = { conditions: null, acceptedNames: { plural: '', kind: '' } }
  rememberStorageVersion(definition)
}

/** A definition that changes its storage version keeps the others in mind. */
export function prepareDefinitionUpdate(definition: Tree): void {
  rememberStorageVersion(definition)
}
