import { closest, distance } from 'fastest-levenshtein'
import type { Component } from '../design/component.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { ValuePath } from '../plan/source.ts'
import type { DesiredManifest, MeshProvider, Scope, Translation } from './contract.ts'
import { fieldMistakes } from './field-schema.ts'
import { mistake } from './mistake.ts'
import { compareVersions } from './version.ts'

/** Words of `settings` that providers read themselves, in any component. */
const OWN_SETTINGS: ReadonlySet<string> = new Set(['service', 'network', 'serviceAccount'])

/**
 * Merges `settings.<Kind>` into the spec of the objects of that kind, last so that it wins. What it says is held against the
 * definition of the kind: unknown fields, other types and values are mistakes of their own lines.
 */
export function withSettings(
  component: Component & { readonly spec: object },
  translation: Translation,
  provider: MeshProvider,
  scope: Scope,
): Translation {
  const settings = 'settings' in component.spec ? (component.spec.settings as JsonObject | undefined) : undefined
  if (settings === undefined) return translation
  // What is refused makes no objects, and has a mistake of its own already.
  if (translation.manifests.length === 0 && translation.diagnostics.some(({ severity }) => severity === 'error'))
    return translation
  const versions = new Map(translation.manifests.map(({ manifest }) => [manifest.kind, manifest.apiVersion]))
  const diagnostics = Object.entries(settings).flatMap(([kind, patch]): readonly Diagnostic[] => {
    const apiVersion = versions.get(kind)
    if (apiVersion !== undefined) return invalidFields(component, kind, apiVersion, patch, provider, scope)
    return OWN_SETTINGS.has(kind) ? [] : [unknownKind(component, kind, [...versions.keys()])]
  })
  const manifests = translation.manifests.map((object) => {
    const patch = settings[object.manifest.kind]
    return isJsonObject(patch) ? merged(object, patch) : object
  })
  return { manifests, diagnostics: [...translation.diagnostics, ...diagnostics] }
}

function unknownKind(component: Component, kind: string, kinds: readonly string[]): Diagnostic {
  const nearest = kinds.length === 0 ? undefined : closest(kind, kinds)
  return mistake(component, ['settings', kind], 'MF3017', {
    summary: `${component.address} makes no object of kind "${kind}"`,
    detail: `Settings are merged into the spec of the objects made; their kinds are ${kinds.join(', ') || 'none'}.`,
    hint:
      nearest !== undefined && distance(kind, nearest) <= 3
        ? `Did you mean "${nearest}"?`
        : 'Name one of these kinds, or write the object under `resources`.',
  })
}

function invalidFields(
  component: Component,
  kind: string,
  apiVersion: string,
  patch: JsonValue | undefined,
  provider: MeshProvider,
  scope: Scope,
): readonly Diagnostic[] {
  const at: ValuePath = ['settings', kind]
  if (!isJsonObject(patch)) {
    return [
      mistake(component, at, 'MF3017', {
        summary: `Setting ${kind} must be an object`,
        hint: `It is merged into the spec of the ${kind}.`,
      }),
    ]
  }
  if (scope.fieldsOf === undefined) return []
  const schema = scope.fieldsOf(apiVersion, kind)
  if (schema === undefined) {
    return [
      mistake(component, at, 'MF3039', {
        severity: 'info',
        summary: `The fields of ${kind} (${apiVersion}) are not known here, so these settings are not checked`,
        hint: 'The server checks them when it is asked.',
      }),
    ]
  }
  const ofKubernetes = /^(v1|apps\/v1)$/.test(apiVersion)
  // A mesh newer than the definitions may well have the field.
  const newer = !ofKubernetes && compareVersions(scope.mesh.spec.version ?? provider.defaultVersion, provider.defaultVersion) > 0
  return fieldMistakes(schema, patch).map(({ path, problem, hint }) =>
    mistake(component, [...at, ...path], 'MF3017', {
      ...(newer ? { severity: 'warning' } : {}),
      summary: `Setting ${[kind, ...path].join('.')} ${problem}`,
      detail: `Held against ${kind} in ${apiVersion}, as ${ofKubernetes ? 'Kubernetes' : `${provider.title} ${provider.defaultVersion}`} has it.`,
      ...(hint === undefined ? {} : { hint }),
    }),
  )
}

function merged(object: DesiredManifest, patch: JsonObject): DesiredManifest {
  const { kind } = object.manifest
  const origins: Record<string, DesiredManifest['origins'][string]> = { ...object.origins }
  const spec = mergeInto(object.manifest.spec, patch, '/spec', ['settings', kind], origins)
  return { manifest: { ...object.manifest, ...(spec === undefined ? {} : { spec }) }, origins }
}

function mergeInto(
  base: JsonValue | undefined,
  patch: JsonValue | undefined,
  pointer: string,
  path: readonly string[],
  origins: Record<string, DesiredManifest['origins'][string]>,
): JsonValue | undefined {
  if (!isJsonObject(patch) || !isJsonObject(base)) {
    if (patch !== undefined) origins[pointer] = path
    return patch ?? base
  }
  const result: Record<string, JsonValue> = { ...base }
  for (const [key, value] of Object.entries(patch)) {
    const step = key.replaceAll('~', '~0').replaceAll('/', '~1')
    const merged = mergeInto(base[key], value, `${pointer}/${step}`, [...path, key], origins)
    if (merged !== undefined) result[key] = merged
  }
  return result
}
