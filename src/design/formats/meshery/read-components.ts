import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import type { ValuePath } from '../../../plan/source.ts'
import type { SourceDocument } from '../../source/yaml-source.ts'
import type { Conversion } from '../conversion.ts'
import { DesignDraft } from './conversion.ts'
import { DRAWING_GROUPS, MESH_TYPES } from './kinds.ts'

/** Where designs of the drawing board kept what they reached clusters with. */
const CREDENTIAL_KEYS: readonly string[] = ['client-key-data', 'client-certificate-data', 'token']

/**
 * A design with `components` (designs.meshery.io/v1beta1 to v1beta3, since 2024). Each component's configuration is the manifest
 * without kind and apiVersion. Relationships have been carried out on the configurations when the design was saved, so they say
 * nothing more.
 */
export function readComponents(source: SourceDocument): Conversion {
  const draft = new DesignDraft(source)
  const components = Array.isArray(draft.root.components) ? draft.root.components : []
  for (const [index, component] of components.entries()) {
    const place: ValuePath = ['components', index]
    if (isJsonObject(component)) addComponent(component, place, draft)
    else draft.refuse(place, { summary: `Component ${index + 1} is no map` })
  }
  return draft.finish()
}

function addComponent(component: JsonObject, place: ValuePath, draft: DesignDraft): void {
  refuseCredentials(component, place, draft)
  const about = isJsonObject(component.metadata) ? component.metadata : {}
  const type = isJsonObject(component.component) ? component.component : {}
  const kind = textOf(type.kind)
  const apiVersion = textOf(type.version).replace(/^\//, '')
  const isOfBoard = DRAWING_GROUPS.includes(apiVersion.split('/')[0] ?? '') && MESH_TYPES[kind] === undefined
  if (about.isAnnotation === true || isOfBoard) {
    draft.addDrawing()
    return
  }
  const displayName = textOf(component.displayName)
  if (kind === '' || apiVersion === '') {
    draft.refuse(place, {
      summary: `The component ${displayName === '' ? '' : `${displayName} `}has no kind`,
      detail: 'Its `component` says neither `kind` nor `version`.',
    })
    return
  }
  const configuration = draft.convert(component.configuration ?? {}, [...place, 'configuration'], (text) => text)
  if (!isJsonObject(configuration)) {
    draft.refuse([...place, 'configuration'], {
      summary: `The configuration of ${displayName || kind} is no map`,
      hint: 'It is the object without its kind and apiVersion.',
    })
    return
  }
  const provider = MESH_TYPES[kind]
  if (provider !== undefined) {
    const model = isJsonObject(component.model) ? component.model : {}
    const version = textOf(configuration.version) || textOf(isJsonObject(model.model) ? model.model.version : undefined)
    draft.addMesh(displayName || provider, { provider, ...(version === '' ? {} : { version }), install: {} }, place)
    return
  }
  const { apiVersion: _version, kind: _kind, metadata: given, ...body } = configuration
  const { labels, annotations, namespace, ...named } = isJsonObject(given) ? given : {}
  const metadata: JsonObject = {
    ...named,
    name: textOf(named.name) || displayName,
    ...(about.isNamespaced === false || textOf(namespace) === '' ? {} : { namespace: textOf(namespace) }),
    ...(isEmpty(labels) ? {} : { labels: labels as JsonObject }),
    ...(isEmpty(annotations) ? {} : { annotations: annotations as JsonObject }),
  }
  if (metadata.name === '') {
    draft.refuse(place, {
      summary: `The component ${kind} has no name`,
      hint: 'Say `displayName`, or `configuration.metadata.name`.',
    })
    return
  }
  const bodyPlace = [...place, 'configuration']
  draft.places.mark(metadata, [...bodyPlace, 'metadata'])
  draft.places.mark(body, bodyPlace)
  draft.addObject(`${kind}-${textOf(metadata.name)}`, { kind, apiVersion, metadata, body, place, bodyPlace })
}

/**
 * Published designs hold the certificate and key of their author's cluster. A plan carries its design, so such a file must not come
 * this far.
 */
function refuseCredentials(component: JsonObject, place: ValuePath, draft: DesignDraft): void {
  for (const keys of [
    ['model', 'registrant', 'metadata', 'auth'],
    ['model', 'metadata', 'auth'],
  ]) {
    const found = findSecret(keys.reduce<JsonValue | undefined>(stepInto, component))
    if (found === undefined) continue
    draft.refuseUnseen({
      summary: `${draft.source.file} holds credentials of a cluster`,
      detail: `They are at ${[...place, ...keys, ...found].join('.')}. Whoever has the file can use them.`,
      hint: 'Have them revoked, and take the `auth` blocks out of the file.',
    })
  }
}

function stepInto(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? value[key] : undefined
}

function findSecret(value: JsonValue | undefined): readonly string[] | undefined {
  if (!isJsonObject(value)) return undefined
  for (const [key, item] of Object.entries(value)) {
    if (CREDENTIAL_KEYS.includes(key) && typeof item === 'string' && item !== '' && !/^<?redacted>?$/i.test(item)) return [key]
    const inner = findSecret(item)
    if (inner !== undefined) return [key, ...inner]
  }
  return undefined
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function isEmpty(value: JsonValue | undefined): boolean {
  return !isJsonObject(value) || Object.keys(value).length === 0
}
