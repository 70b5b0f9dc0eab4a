import { Ajv } from 'ajv'
import type { Component } from '../design/component.ts'
import { type Diagnostic, hasErrors } from '../plan/diagnostic.ts'
import { isJsonObject } from '../plan/json.ts'
import type { StringMap } from '../plan/manifest.ts'
import { withCapitalMethods } from './capital-methods.ts'
import { withSettings } from './component-settings.ts'
import type { DesiredManifest, MeshProvider, Scope, Translation } from './contract.ts'
import { mistake } from './mistake.ts'
import { withObjectMetadata } from './pod-metadata.ts'
import { unlistedMethods, wordsOfExternal, wordsOfRoutes, wordsOfRules } from './request-words.ts'
import { requestsOfStreams, routesOfStreams } from './requests-of-streams.ts'

/**
 * A provider with what holds for all of them: labels of the mesh on everything made for it, `settings` of a mesh checked against
 * the provider's schema, and `settings` of other components merged into the objects of the kinds they name.
 */
export function completed(provider: MeshProvider): MeshProvider {
  const made = (component: Component & { readonly spec: object }, translation: Translation, scope: Scope): Translation =>
    withLabels(withSettings(component, translation, provider, scope), scope.mesh.spec.labels)
  const spoken = withCapitalMethods
  return {
    ...provider,
    mesh: (scope) => {
      const own = provider.mesh(spoken(scope))
      const translation = {
        manifests: own.manifests,
        diagnostics: [...ended(provider, scope), ...invalidSettings(provider, scope), ...own.diagnostics],
      }
      return withLabels(translation, scope.mesh.spec.labels)
    },
    onboard: (workload, scope) => withLabels(provider.onboard(workload, spoken(scope)), scope.mesh.spec.labels),
    traffic: (policy, scope) => {
      const wrong = [...wordsOfRoutes(policy), ...unlistedMethods(policy, provider)]
      if (wrong.length > 0) return { manifests: [], diagnostics: wrong }
      const own = provider.traffic(spoken(scope).traffic.get(policy.address) ?? policy, spoken(scope))
      const more = hasErrors(own.diagnostics) ? [] : routesOfStreams(policy, scope)
      return made(policy, { ...own, diagnostics: [...own.diagnostics, ...more] }, scope)
    },
    authorization: (policy, scope) => {
      const wrong = [...wordsOfRules(policy), ...unlistedMethods(policy, provider)]
      if (wrong.length > 0) return { manifests: [], diagnostics: wrong }
      const own = provider.authorization(spoken(scope).authorization.get(policy.address) ?? policy, spoken(scope))
      // A mesh that says it in its own words is not spoken over.
      const more = hasErrors(own.diagnostics) ? [] : requestsOfStreams(policy, scope)
      return made(policy, { ...own, diagnostics: [...own.diagnostics, ...more] }, scope)
    },
    gateway: (gateway, scope) => {
      const wrong = [...wordsOfRoutes(gateway), ...unlistedMethods(gateway, provider)]
      if (wrong.length > 0) return { manifests: [], diagnostics: wrong }
      return made(gateway, provider.gateway(spoken(scope).gateways.get(gateway.address) ?? gateway, spoken(scope)), scope)
    },
    external: (external, scope) => {
      const wrong = wordsOfExternal(external)
      return wrong.length > 0
        ? { manifests: [], diagnostics: wrong }
        : made(external, provider.external(external, spoken(scope)), scope)
    },
    filter: (filter, scope) => made(filter, provider.filter(filter, spoken(scope)), scope),
  }
}

function withLabels(translation: Translation, labels: StringMap | undefined): Translation {
  if (labels === undefined) return translation
  // What an object says itself wins over what its mesh says of all of them.
  const missing = (object: DesiredManifest) =>
    Object.fromEntries(Object.entries(labels).filter(([key]) => object.manifest.metadata.labels?.[key] === undefined))
  return {
    ...translation,
    manifests: translation.manifests.map((object) => {
      const added = missing(object)
      return Object.keys(added).length === 0 ? object : withObjectMetadata(object, 'labels', added, [])
    }),
  }
}

/** What became of meshes that nobody works on any more. */
const ENDINGS: { readonly [Status in MeshProvider['status']]: string | undefined } = {
  active: undefined,
  dormant: 'has had no release for years',
  archived: 'is archived: there will be no further release',
  ended: 'has ended: its service or its support is gone',
}

/** Said once for each mesh of a design. */
function ended(provider: MeshProvider, { mesh }: Scope): readonly Diagnostic[] {
  const ending = ENDINGS[provider.status]
  if (ending === undefined) return []
  return [
    mistake(mesh, ['provider'], 'MF3038', {
      severity: 'warning',
      summary: `${provider.title} ${ending}`,
      hint: 'It works as before; plan the move: another `provider:` here shows what would change.',
    }),
  ]
}

function invalidSettings(provider: MeshProvider, { mesh }: Scope): readonly Diagnostic[] {
  const { settings } = mesh.spec
  if (settings === undefined) return []
  const closed =
    Object.keys(provider.settingsSchema).length === 0 ? { type: 'object', maxProperties: 0 } : provider.settingsSchema
  const validate = new Ajv({ allErrors: true, strict: false }).compile(closed)
  if (validate(settings)) return []
  return (validate.errors ?? []).map((error) => {
    const path = error.instancePath.split('/').slice(1)
    const unknown = error.params.additionalProperty
    return mistake(mesh, ['settings', ...path], 'MF3017', {
      summary:
        typeof unknown === 'string'
          ? `${provider.title} has no setting "${unknown}"`
          : `Setting ${path.join('.') || 'settings'} ${error.message ?? 'is not valid'}`,
      ...(isJsonObject(provider.settingsSchema.properties)
        ? { hint: `Settings are ${Object.keys(provider.settingsSchema.properties).join(', ')}.` }
        : { hint: 'Remove `settings`.' }),
    })
  })
}
