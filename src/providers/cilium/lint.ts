import { isJsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { admissionFindings } from '../admission.ts'
import type { LintFinding } from '../contract.ts'
import { lintRouteRules } from '../gateway-api/lint.ts'
import { objectsIn, stringIn, valueIn } from '../json-view.ts'
import { lintFinding } from '../lint-finding.ts'
import { CILIUM_ADMISSION } from './admission.ts'

const SOURCES = ['fromEndpoints', 'fromEntities', 'fromCIDR', 'fromCIDRSet', 'fromNodes', 'fromGroups'] as const

/** What is valid in Cilium's schemas and still not taken, or not done, told from the objects alone. */
export function lintCilium(manifests: readonly Manifest[]): readonly LintFinding[] {
  const of = (kind: string) => manifests.filter((manifest) => manifest.kind === kind)
  return [
    ...admissionFindings(manifests, CILIUM_ADMISSION),
    ...lintRouteRules(manifests),
    ...of('HTTPRoute').flatMap(consumerRoutes),
    ...of('CiliumNetworkPolicy').flatMap(mixedSources),
    ...takenTwice(of('CiliumEnvoyConfig'), of('HTTPRoute')),
  ]
}

function consumerRoutes(route: Manifest): readonly LintFinding[] {
  return objectsIn(route, 'spec', 'parentRefs').flatMap((parent, index) => {
    const namespace = stringIn(parent, 'namespace')
    if (parent.kind !== 'Service' || namespace === undefined || namespace === route.metadata.namespace) return []
    return [
      lintFinding(route, ['spec', 'parentRefs', index, 'namespace'], 'MF3031', {
        summary: `HTTPRoute ${route.metadata.name} belongs to a Service of namespace ${namespace}`,
        detail: 'Cilium takes routes of the namespace of their Service only (no consumer routes).',
        hint: 'Move the route into that namespace.',
      }),
    ]
  })
}

function mixedSources(policy: Manifest): readonly LintFinding[] {
  return (['ingress', 'ingressDeny'] as const).flatMap((key) =>
    objectsIn(policy, 'spec', key).flatMap((rule, index) => {
      const used = SOURCES.filter((source) => rule[source] !== undefined)
      if (used.length < 2) return []
      return [
        lintFinding(policy, ['spec', key, index], 'MF3032', {
          summary: `A rule of CiliumNetworkPolicy ${policy.metadata.name} mixes ${used.join(' and ')}`,
          detail: 'The agents refuse it.',
          hint: 'Write a rule for each.',
        }),
      ]
    }),
  )
}

/** A CiliumEnvoyConfig takes all requests to its Service, so a route there is never asked. */
function takenTwice(configs: readonly Manifest[], routes: readonly Manifest[]): readonly LintFinding[] {
  return configs.flatMap((config) =>
    objectsIn(config, 'spec', 'services').flatMap((service, index) => {
      const namespace = valueIn(service, 'namespace') ?? config.metadata.namespace
      const route = routes.find(
        (candidate) =>
          candidate.metadata.namespace === namespace &&
          objectsIn(candidate, 'spec', 'parentRefs').some(
            (parent) => isJsonObject(parent) && parent.kind === 'Service' && parent.name === service.name,
          ),
      )
      if (route === undefined) return []
      return [
        lintFinding(config, ['spec', 'services', index], 'MF3032', {
          summary: `CiliumEnvoyConfig ${config.metadata.name} and HTTPRoute ${route.metadata.name} both take the requests to ${String(service.name)}`,
          hint: 'Keep one of the two.',
        }),
      ]
    }),
  )
}
