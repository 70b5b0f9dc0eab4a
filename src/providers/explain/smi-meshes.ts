import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { objectIn, objectsIn, stringIn, stringsIn } from '../json-view.ts'
import { settingWords } from './other-meshes.ts'
import { clauses, labelWords, listed, scalarIn, sentence, shareWords } from './words.ts'

const named = (side: JsonObject) =>
  [stringIn(side, 'namespace'), stringIn(side, 'name')].filter((part) => part !== undefined).join('/')

/** What SMI's HTTPRouteGroup describes. */
export function explainRouteGroup({ spec, metadata, matches }: Manifest): readonly string[] {
  const own = objectsIn(spec, 'matches').length > 0 ? objectsIn(spec, 'matches') : objectsIn(matches)
  return [
    sentence(`${metadata.name} describes these requests:`),
    ...own.map((match) => {
      const methods = stringsIn(match, 'methods')
      const headers = objectsIn(match, 'headers').length > 0 ? objectsIn(match, 'headers') : [objectIn(match, 'headers')]
      const compared = headers.flatMap((header) =>
        Object.entries(header).map(([name, value]) => `header ${name} matches ${String(value)}`),
      )
      return `- ${sentence(
        clauses(
          `${stringIn(match, 'name') ?? ''}: ${methods.includes('*') || methods.length === 0 ? 'any method' : listed(methods, 'or')} on paths that match ${stringIn(match, 'pathRegex') ?? '.*'}`,
          ...compared,
        ),
      )}`
    }),
  ]
}

/** What OSM's Retry does. */
export function explainRetry({ spec }: Manifest): readonly string[] {
  const policy = objectIn(spec, 'retryPolicy')
  return [
    sentence(
      `requests of ${named(objectIn(spec, 'source'))} to ${listed(objectsIn(spec, 'destinations').map(named))} are tried again up to ${scalarIn(policy, 'numRetries')} times on ${stringIn(policy, 'retryOn')}, each try within ${stringIn(policy, 'perTryTimeout')}`,
    ),
  ]
}

/** What OSM's UpstreamTrafficSetting does. */
export function explainUpstreamSetting({ spec }: Manifest): readonly string[] {
  const http = objectIn(spec, 'rateLimit', 'local', 'http')
  const limits = objectIn(spec, 'connectionSettings')
  return [
    sentence(
      clauses(
        `requests to ${stringIn(spec, 'host') ?? ''} are limited`,
        Object.keys(limits).length > 0 && `connections have ${settingWords(limits)}`,
        scalarIn(http, 'requests') !== undefined &&
          `each pod takes ${scalarIn(http, 'requests')} requests a ${stringIn(http, 'unit')}`,
      ),
    ),
  ]
}

/** Who may call a host outside, in OSM. */
export function explainEgress({ spec }: Manifest): readonly string[] {
  const ports = objectsIn(spec, 'ports').map((port) => `${scalarIn(port, 'number')} (${stringIn(port, 'protocol')})`)
  return [
    sentence(
      `${listed(objectsIn(spec, 'sources').map(named), 'or')} may call ${listed(stringsIn(spec, 'hosts'), 'or')} at port ${listed(ports, 'or')}`,
    ),
  ]
}

/** Which ingress is let in, in OSM. */
export function explainIngressBackend({ spec }: Manifest): readonly string[] {
  const backends = objectsIn(spec, 'backends').map(
    (backend) => `${stringIn(backend, 'name')}:${scalarIn(backend, 'port', 'number')}`,
  )
  return [
    sentence(`${listed(objectsIn(spec, 'sources').map(named), 'or')} may send requests from outside to ${listed(backends)}`),
  ]
}

/** What NGINX Service Mesh's RateLimit does. */
export function explainNginxLimit({ spec }: Manifest): readonly string[] {
  const sources = objectsIn(spec, 'sources').map(named)
  return [
    sentence(
      `${sources.length === 0 ? 'everyone together' : listed(sources)} may send ${stringIn(spec, 'rate') ?? ''} to ${named(objectIn(spec, 'destination'))}${scalarIn(spec, 'burst') === undefined ? '' : `, and ${scalarIn(spec, 'burst')} more at once`}`,
    ),
  ]
}

/** What NGINX Service Mesh's CircuitBreaker does. */
export function explainNginxBreaker({ spec }: Manifest): readonly string[] {
  return [
    sentence(
      `after ${scalarIn(spec, 'errors')} errors within ${scalarIn(spec, 'timeoutSeconds')} seconds ${named(objectIn(spec, 'destination'))} gets no requests for as long`,
    ),
  ]
}

/** What a NetworkService does. */
export function explainNetworkService({ spec, metadata }: Manifest): readonly string[] {
  return objectsIn(spec, 'matches').map((match) => {
    const targets = objectsIn(match, 'routes').map((route) => ({
      name: `endpoints with ${labelWords(route, 'destination_selector') ?? 'any label'}`,
      weight: typeof route.weight === 'number' ? route.weight : undefined,
    }))
    return sentence(
      `connections to ${metadata.name} from clients with ${labelWords(match, 'source_selector') ?? 'any label'} go ${shareWords(targets)}`,
    )
  })
}
