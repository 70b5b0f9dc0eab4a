import type { Manifest } from '../../plan/manifest.ts'
import { admissionFindings } from '../admission.ts'
import type { LintFinding } from '../contract.ts'
import { lintRouteRules } from '../gateway-api/lint.ts'
import { labelsIn, objectsIn, stringIn, valueIn } from '../json-view.ts'
import { lintFinding } from '../lint-finding.ts'
import { LINKERD_ADMISSION } from './admission.ts'

/** Filters and fields with which Linkerd ignores a whole route: unsupported, or newer than Gateway API 1.2.1. */
const UNREAD_FILTERS = new Set(['RequestMirror', 'URLRewrite', 'ExtensionRef', 'CORS', 'ExternalAuth'])
const UNREAD_FIELDS = ['retry', 'sessionPersistence'] as const

/** What `linkerd check` and the policy controller would tell (linkerd.io/2-edge/reference), told from the objects alone. */
export function lintLinkerd(manifests: readonly Manifest[]): readonly LintFinding[] {
  const of = (kind: string) => manifests.filter((manifest) => manifest.kind === kind)
  const routes = of('HTTPRoute').filter((route) =>
    objectsIn(route, 'spec', 'parentRefs').some((parent) => parent.kind !== 'Gateway'),
  )
  return [
    ...admissionFindings(manifests, LINKERD_ADMISSION),
    ...lintRouteRules(manifests),
    ...routes.flatMap(unread),
    ...overlappingServers(of('Server')),
    ...profiles(of('ServiceProfile'), of('Service'), routes),
  ]
}

function unread(route: Manifest): readonly LintFinding[] {
  return objectsIn(route, 'spec', 'rules').flatMap((rule, index) => {
    const fields = UNREAD_FIELDS.filter((field) => rule[field] !== undefined).map((field) => [field])
    const filters = objectsIn(rule, 'filters').flatMap((filter, position) =>
      UNREAD_FILTERS.has(stringIn(filter, 'type') ?? '') ? [['filters', position]] : [],
    )
    return [...fields, ...filters].map((path) =>
      lintFinding(route, ['spec', 'rules', index, ...path], 'MF3031', {
        summary: `Linkerd ignores HTTPRoute ${route.metadata.name} as a whole`,
        detail: 'It reads fields up to Gateway API 1.2.1, and neither mirrors, rewrites nor calls extensions.',
        hint: 'Remove this part; retries and timeouts are annotations.',
      }),
    )
  })
}

function overlappingServers(servers: readonly Manifest[]): readonly LintFinding[] {
  const first = new Map<string, Manifest>()
  return servers.flatMap((server) => {
    const selector = Object.entries(labelsIn(server, 'spec', 'podSelector', 'matchLabels'))
      .sort()
      .join(';')
    const key = `${server.metadata.namespace ?? ''} ${selector} ${String(valueIn(server, 'spec', 'port') ?? '')}`
    const rival = first.get(key)
    if (rival === undefined) {
      first.set(key, server)
      return []
    }
    return [
      lintFinding(server, ['spec', 'port'], 'MF3032', {
        summary: `Servers ${rival.metadata.name} and ${server.metadata.name} select the same port of the same pods`,
        detail: 'The admission webhook refuses the second.',
        hint: 'Merge them.',
      }),
    ]
  })
}

/** A ServiceProfile turns the annotations of its Service off. */
function profiles(all: readonly Manifest[], services: readonly Manifest[], routes: readonly Manifest[]): readonly LintFinding[] {
  const annotated = (manifest: Manifest) =>
    Object.keys(manifest.metadata.annotations ?? {}).some((key) => /^(retry|timeout|balancer)\.linkerd\.io\//.test(key))
  return all.flatMap((profile) => {
    const [service = '', namespace = ''] = profile.metadata.name.split('.')
    const same = (manifest: Manifest) => (manifest.metadata.namespace ?? 'default') === namespace
    const hit =
      services.some((candidate) => candidate.metadata.name === service && same(candidate) && annotated(candidate)) ||
      routes.some(
        (route) =>
          same(route) && annotated(route) && objectsIn(route, 'spec', 'parentRefs').some((parent) => parent.name === service),
      )
    if (!hit) return []
    return [
      lintFinding(profile, ['metadata', 'name'], 'MF3032', {
        summary: `ServiceProfile ${profile.metadata.name} turns off the annotations for retries, timeouts and circuit breaking of ${service}`,
        hint: 'Delete the ServiceProfile.',
      }),
    ]
  })
}
