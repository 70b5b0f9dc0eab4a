import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import type { ValuePath } from '../../../plan/source.ts'
import { nearest } from '../../nearest.ts'
import type { SourceDocument } from '../../source/yaml-source.ts'
import type { Conversion } from '../conversion.ts'
import { addApplication } from './add-application.ts'
import { DesignDraft } from './conversion.ts'
import type { FillText } from './convert-tree.ts'
import { apiVersionOf, DRAWING_GROUPS, kindsOf, MESH_TYPES } from './kinds.ts'
import { type Filled, fillReferences } from './references.ts'

/** References may name values that hold references: so many times over. */
const DEEPEST_REFERENCE = 8

/**
 * A pattern with `services`, as Meshery wrote them from 2020 to 2024. Types are short (`VirtualService.Istio`, whose settings are the
 * spec) or whole (`Deployment` with an apiVersion, whose settings are the object).
 */
export function readServices(source: SourceDocument): Conversion {
  const draft = new DesignDraft(source)
  const services = isJsonObject(draft.root.services) ? draft.root.services : {}
  const addresses = new Map<string, readonly string[]>()
  for (const [key, service] of Object.entries(services)) {
    const place: ValuePath = ['services', key]
    if (isJsonObject(service)) addresses.set(key, addService(key, service, place, draft))
    else draft.refuse(place, { summary: `The service ${key} is no map` })
  }
  for (const [key, service] of Object.entries(services)) {
    if (isJsonObject(service)) addDependencies(service.dependsOn, ['services', key], addresses, draft)
  }
  return draft.finish()
}

/** Adds what a service stands for. Returns the addresses. */
function addService(key: string, service: JsonObject, place: ValuePath, draft: DesignDraft): readonly string[] {
  const fill = filling(draft)
  const text = (field: string): string => {
    const value = draft.convert(service[field] ?? '', [...place, field], fill)
    return typeof value === 'string' ? value : ''
  }
  const said = draft.diagnostics.length
  const type = text('type')
  if (type === '') {
    if (draft.diagnostics.length > said) return []
    draft.refuse(place, { summary: `The service ${key} has no type`, hint: 'Say its kind, such as `type: Deployment`.' })
    return []
  }
  const provider = MESH_TYPES[type]
  const settings = settingsOf(service, place, draft, fill)
  if (provider !== undefined) {
    leaveTraits(service, place, draft)
    return [draft.addMesh(key, meshOf(provider, text('version'), text('namespace'), settings), place)]
  }
  const [kind = '', model = ''] = type.split('.')
  const apiVersion = text('apiVersion').replace(/^\//, '') || apiVersionOf(kind, model || text('model') || 'k8s')
  if (isDrawing(service, apiVersion)) {
    draft.addDrawing()
    return []
  }
  leaveTraits(service, place, draft)
  const { name: ownName, namespace: ownNamespace, metadata: ownMetadata, labels, annotations, ...body } = settings
  const given = isJsonObject(ownMetadata) ? ownMetadata : {}
  const name = text('name') || (typeof ownName === 'string' ? ownName : '') || key
  const namespace = text('namespace') || (typeof ownNamespace === 'string' ? ownNamespace : '')
  const metadata: JsonObject = {
    ...given,
    name: typeof given.name === 'string' ? given.name : name,
    ...(namespace === '' || given.namespace !== undefined ? {} : { namespace }),
    ...merged('labels', given.labels, labels, draft.convert(service.labels ?? {}, [...place, 'labels'], fill)),
    ...merged(
      'annotations',
      given.annotations,
      annotations,
      draft.convert(service.annotations ?? {}, [...place, 'annotations'], fill),
    ),
  }
  draft.places.mark(metadata, place)
  const bodyPlace = [...place, 'settings']
  if (type === 'Application' && text('apiVersion') === '') {
    return addApplication(key, { metadata, body, place, bodyPlace }, draft)
  }
  if (apiVersion === undefined || apiVersion === '') {
    const meant = nearest(kind, kindsOf(model))
    draft.refuse([...place, 'type'], {
      summary: `The type ${type} is not known`,
      hint: `${meant === undefined || meant === kind ? 'Say' : `Did you mean ${meant}? Else say`} its kind and \`apiVersion\`, as a manifest does.`,
    })
    return []
  }
  draft.places.mark(body, bodyPlace)
  return [draft.addObject(key, { kind, apiVersion, metadata, body, place, bodyPlace })]
}

function settingsOf(service: JsonObject, place: ValuePath, draft: DesignDraft, fill: FillText): JsonObject {
  const settings = draft.convert(service.settings ?? {}, [...place, 'settings'], fill)
  return isJsonObject(settings) ? settings : {}
}

function meshOf(provider: string, version: string, namespace: string, settings: JsonObject): JsonObject {
  const named = version || (typeof settings.version === 'string' ? settings.version : '')
  return {
    provider,
    ...(/^v?\d+\.\d+(\.\d+)?/.test(named) ? { version: named.replace(/^v/, '') } : {}),
    ...(namespace === '' ? {} : { namespace }),
    install: {},
  }
}

/** Drawn only, or of a kind that only the drawing board knows. */
function isDrawing(service: JsonObject, apiVersion: string | undefined): boolean {
  const board = isJsonObject(service.traits) && isJsonObject(service.traits.meshmap) ? service.traits.meshmap : {}
  const about = isJsonObject(board['meshmodel-metadata']) ? board['meshmodel-metadata'] : {}
  return (
    service.isAnnotation === true ||
    about.isAnnotation === true ||
    DRAWING_GROUPS.includes((apiVersion ?? '').split('/')[0] ?? '')
  )
}

function leaveTraits(service: JsonObject, place: ValuePath, draft: DesignDraft): void {
  for (const trait of Object.keys(isJsonObject(service.traits) ? service.traits : {})) {
    if (trait === 'meshmap') continue
    draft.leaveOut([...place, 'traits', trait], {
      summary: `The trait ${trait} is left out`,
      hint: 'Say it in the language: workloads with `mesh` are taken in, `mtls` belongs to the mesh.',
    })
  }
}

function merged(key: string, ...maps: readonly (JsonValue | undefined)[]): JsonObject {
  const all: JsonObject = Object.assign({}, ...maps.filter(isJsonObject))
  return Object.keys(all).length === 0 ? {} : { [key]: all }
}

function addDependencies(
  dependsOn: JsonValue | undefined,
  place: ValuePath,
  addresses: ReadonlyMap<string, readonly string[]>,
  draft: DesignDraft,
): void {
  if (!Array.isArray(dependsOn)) return
  const found: string[] = []
  for (const [index, item] of dependsOn.entries()) {
    const key = typeof item === 'string' ? item : ''
    const known = addresses.get(key)
    if (known !== undefined) found.push(...known)
    else {
      draft.refuse([...place, 'dependsOn', index], {
        summary: `${key === '' ? 'This' : key} is no service of the design`,
        hint: `Services are ${[...addresses.keys()].join(', ')}.`,
      })
    }
  }
  for (const address of addresses.get(String(place[1])) ?? []) draft.addDependencies(address, found)
}

function filling(draft: DesignDraft): FillText {
  return (text, place) => {
    let value: JsonValue = text
    for (let depth = 0; typeof value === 'string' && value.includes('$(#'); depth++) {
      const filled: Filled =
        depth === DEEPEST_REFERENCE ? { kind: 'missing', reference: text } : fillReferences(value, draft.root)
      if (filled.kind === 'value') {
        if (filled.value === value) break
        value = filled.value
        continue
      }
      draft.refuse(
        place,
        filled.kind === 'missing'
          ? { summary: `${filled.reference} leads to nothing`, hint: 'It names a key below `vars` or `services`.' }
          : {
              summary: `${filled.reference}: a pattern used by its address can't be read here`,
              hint: 'Make it a pattern of the design: `patterns.<name>.source`.',
            },
      )
      return ''
    }
    return value
  }
}
