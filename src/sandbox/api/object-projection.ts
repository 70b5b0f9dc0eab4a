import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { exactJsonText } from '../exact-json.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { atVersion, isAsStored } from './at-version.ts'
import { jsonAnswer, lazyAnswer, type ResponseHeaders, type SandboxAnswer } from './exchange.ts'
import type { ObjectPage } from './list-objects.ts'
import type { MetaVersion, ObjectForm } from './media-type.ts'
import { metadataOf } from './object-metadata.ts'
import { objectTable, type TableObject } from './object-table.ts'
import { internalPackage } from './request-body.ts'
import type { ServedResource } from './resource-registry.ts'
import { internal, notAcceptableForm } from './status-error.ts'

/** How answers are to be written. */
export interface Projection {
  readonly form: ObjectForm
  readonly metaVersion: MetaVersion
  /** What a table's rows carry. */
  readonly includeObject: TableObject
  readonly now: Date
}

/** The metadata alone, as `PartialObjectMetadata`. */
export function partialOf(object: JsonObject, version: MetaVersion): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: metadataOf(object) }
}

/** An object that was only tried has no version yet. */
function tableMetadata(object: JsonObject): JsonObject {
  const { resourceVersion } = metadataOf(object)
  return typeof resourceVersion === 'string' ? { resourceVersion } : {}
}

/** The type that a real server holds objects or lists of a resource in. */
function goType({ custom, type }: ServedResource, suffix: 'List' | ''): string {
  return custom ? `*unstructured.Unstructured${suffix}` : `*${internalPackage(type.group)}.${type.kind}${suffix}`
}

/** 406 for metadata of what is none or more than one object. */
export function notPartial(wanted: string, is: string): Error {
  return notAcceptableForm(`you requested ${wanted}, but the requested object is ${is}`)
}

/** One object in the form asked for. */
export function projectObject(object: StoredObject, resource: ServedResource, projection: Projection): JsonValue {
  switch (projection.form) {
    case 'object':
      return atVersion(object.object, resource)
    case 'partial':
      return partialOf(atVersion(object.object, resource), projection.metaVersion)
    case 'partials':
      // A custom object is asked for its items, which it has not.
      if (resource.custom) throw internal('content is not a list')
      throw notPartial('PartialObjectMetadataList', `not a list (${goType(resource, '')})`)
    case 'table':
      return objectTable([object], resource, projection, tableMetadata(object.object))
  }
}

/** An answer with one object. Its text is the store's own where nothing has to be changed. */
export function objectAnswer(
  status: number,
  object: StoredObject,
  resource: ServedResource,
  projection: Projection,
  headers: ResponseHeaders,
): SandboxAnswer {
  if (projection.form === 'object' && isAsStored(object.object, resource)) {
    return lazyAnswer(status, { json: () => object.object, text: () => object.text }, headers)
  }
  return jsonAnswer(status, projectObject(object, resource, projection), headers)
}

function listMetadata(page: ObjectPage): JsonObject {
  return {
    resourceVersion: String(page.version),
    ...(page.continueToken === undefined ? {} : { continue: page.continueToken }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  }
}

/** Items of built-in lists leave out the type that the list already names. */
function itemValue(object: StoredObject, resource: ServedResource): JsonObject {
  const versioned = atVersion(object.object, resource)
  if (resource.custom) return versioned
  const { kind: _kind, apiVersion: _apiVersion, ...item } = versioned
  return item
}

function itemText(object: StoredObject, resource: ServedResource): string {
  const prefix = `{"kind":${JSON.stringify(resource.type.kind)},"apiVersion":${JSON.stringify(resource.apiVersion)},`
  const { text } = object
  if (resource.type.schemaChanged === true || !text.startsWith(prefix)) return exactJsonText(itemValue(object, resource))
  return resource.custom ? text : `{${text.slice(prefix.length)}`
}

/** An answer with a list. */
export function listAnswer(page: ObjectPage, resource: ServedResource, projection: Projection): SandboxAnswer {
  const metadata = listMetadata(page)
  switch (projection.form) {
    case 'table':
      return jsonAnswer(200, objectTable(page.objects, resource, projection, metadata))
    case 'partial':
      throw notPartial('PartialObjectMetadata', `a list (${goType(resource, 'List')})`)
    case 'partials': {
      const { metaVersion } = projection
      // As API servers do it: a list converted to metadata has `null` where it has no items.
      const items =
        page.objects.length === 0
          ? null
          : page.objects.map((object) => partialOf(atVersion(object.object, resource), metaVersion))
      return jsonAnswer(200, { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${metaVersion}`, metadata, items })
    }
    case 'object': {
      // Lists of custom kinds say that they go no further.
      const whole = resource.custom ? { continue: '', ...metadata } : metadata
      const head: JsonObject = { kind: resource.type.listKind, apiVersion: resource.apiVersion, metadata: whole }
      let text: string | undefined
      let value: JsonObject | undefined
      return lazyAnswer(200, {
        json: () => {
          value ??= { ...head, items: page.objects.map((object) => itemValue(object, resource)) }
          return value
        },
        text: () => {
          text ??= `${JSON.stringify(head).slice(0, -1)},"items":[${page.objects.map((object) => itemText(object, resource)).join(',')}]}`
          return text
        },
      })
    }
  }
}
