import type { Manifest } from '../../plan/manifest.ts'
import { isAddressBlock } from '../address-block.ts'
import { type AdmissionTable, type Refusal, refusals } from '../admission.ts'
import { numberIn, objectIn, objectsIn, stringIn } from '../json-view.ts'

/** What the validator of Open Service Mesh refuses beyond the schemas (openservicemesh/osm pkg/validator/validators.go). */
export const OSM_ADMISSION: AdmissionTable = {
  by: 'The validator of Open Service Mesh',
  checks: {
    'access.smi-spec.io/TrafficTarget': trafficTarget,
    'policy.openservicemesh.io/IngressBackend': ingressBackend,
    'policy.openservicemesh.io/Egress': egress,
    'policy.openservicemesh.io/UpstreamTrafficSetting': upstreamTrafficSetting,
  },
}

function trafficTarget(target: Manifest): readonly Refusal[] {
  const called = stringIn(target, 'spec', 'destination', 'namespace')
  if (called === target.metadata.namespace) return []
  return [
    {
      path: ['spec', 'destination', 'namespace'],
      problem: `is for ${called === undefined ? 'no namespace' : `namespace ${called}`}, and stands in ${target.metadata.namespace}`,
      hint: 'Put it into the namespace of the workload that is called.',
    },
  ]
}

function ingressBackend(policy: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const told = new Set<string>()
    const sources = objectsIn(policy, 'spec', 'sources')
    for (const [index, backend] of objectsIn(policy, 'spec', 'backends').entries()) {
      const path = ['spec', 'backends', index]
      const id = `${stringIn(backend, 'name')} at port ${numberIn(backend, 'port', 'number')}`
      if (told.has(id)) refuse(path, `lets requests in to ${id} twice`, 'Remove one of the two.')
      told.add(id)
      const protocol = (stringIn(backend, 'port', 'protocol') ?? '').toLowerCase()
      if (protocol !== 'http' && protocol !== 'https') {
        refuse([...path, 'port', 'protocol'], `lets ${protocol || 'no protocol'} in`, 'Use http or https.')
      }
      const unchecked = objectIn(backend, 'tls').skipClientCertValidation === true
      if (protocol === 'https' && unchecked && !sources.some(({ kind }) => kind === 'AuthenticatedPrincipal')) {
        refuse([...path, 'tls'], 'names no AuthenticatedPrincipal for https', 'Name one among the sources.')
      }
    }
    for (const [index, source] of sources.entries()) sourceRefusals(source.kind, source, ['spec', 'sources', index], refuse)
  })
}

function sourceRefusals(
  kind: unknown,
  source: { readonly [key: string]: unknown },
  path: readonly (string | number)[],
  refuse: (path: readonly (string | number)[], problem: string, hint: string) => void,
): void {
  const name = typeof source.name === 'string' ? source.name : ''
  switch (kind) {
    case 'Service':
      if (name === '' || (source.namespace ?? '') === '')
        refuse(path, 'has a Service without name or namespace for a source', 'Say both.')
      return
    case 'AuthenticatedPrincipal':
      if (name === '') refuse(path, 'has a principal without a name for a source', 'Say `name`.')
      return
    case 'IPRange':
      if (!name.includes('/') || !isAddressBlock(name))
        refuse([...path, 'name'], `has ${name || 'nothing'} for a range of addresses`, 'Write it as 10.0.0.0/8.')
      return
    default:
      refuse([...path, 'kind'], `has a source of kind ${String(kind)}`, 'Use Service, AuthenticatedPrincipal or IPRange.')
  }
}

/** Kinds that an Egress may match by, with their groups as OSM writes them. */
const MATCHED: { readonly [group: string]: string } = {
  'specs.smi-spec.io/v1alpha4': 'HTTPRouteGroup',
  'policy.openservicemesh.io/v1alpha1': 'UpstreamTrafficSetting',
}

function egress(policy: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const matches = objectsIn(policy, 'spec', 'matches')
    for (const [index, match] of matches.entries()) {
      const group = stringIn(match, 'apiGroup') ?? ''
      const kind = MATCHED[group]
      if (kind === undefined) {
        refuse(
          ['spec', 'matches', index, 'apiGroup'],
          `matches by the group ${group || 'of nothing'}`,
          `Use ${Object.keys(MATCHED).join(' or ')}.`,
        )
      } else if (match.kind !== kind) {
        refuse(['spec', 'matches', index, 'kind'], `matches by a ${String(match.kind)}`, `Use ${kind}.`)
      }
    }
    const settings = matches.flatMap((match, index) => (match.kind === 'UpstreamTrafficSetting' ? [index] : []))
    const [, second] = settings
    if (second !== undefined)
      refuse(['spec', 'matches', second], 'names more than one UpstreamTrafficSetting', 'Keep one of them.')
  })
}

/** Statuses that Envoy names (envoy/type/v3/http_status.proto). */
const STATUSES: ReadonlySet<number> = new Set([
  ...[0, 100, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308],
  ...Array.from({ length: 18 }, (_, index) => 400 + index),
  ...[421, 422, 423, 424, 426, 428, 429, 431, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511],
])

function upstreamTrafficSetting(setting: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const host = stringIn(setting, 'spec', 'host') ?? ''
    if (!host.includes('.'))
      refuse(['spec', 'host'], `is for ${host || 'no host'}, which is no whole name`, 'Write it with its domain.')
    const status = (path: readonly (string | number)[], code: number | undefined) => {
      if (code !== undefined && !STATUSES.has(code)) {
        refuse([...path, 'responseStatusCode'], `answers with the status ${code}, which Envoy does not know`, 'Use 429 or 503.')
      }
    }
    status(['spec', 'rateLimit', 'local', 'http'], numberIn(setting, 'spec', 'rateLimit', 'local', 'http', 'responseStatusCode'))
    for (const [index, route] of objectsIn(setting, 'spec', 'httpRoutes').entries()) {
      status(['spec', 'httpRoutes', index, 'rateLimit', 'local'], numberIn(route, 'rateLimit', 'local', 'responseStatusCode'))
    }
  })
}
