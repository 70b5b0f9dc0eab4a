import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { objectIn, objectsIn, stringIn, stringsIn } from '../json-view.ts'
import { clauses, comparisonWords, labelWords, listed, scalarIn, sentence, shareWords } from './words.ts'

const time = (value: JsonObject) => `${scalarIn(value, 'value')}${stringIn(value, 'unit')}`

/** What App Mesh's VirtualRouter does. */
export function explainVirtualRouter({ spec, metadata }: Manifest): readonly string[] {
  const routes = objectsIn(spec, 'routes').map((route, index) => {
    const kind =
      (['httpRoute', 'http2Route', 'grpcRoute', 'tcpRoute'] as const).find((key) => route[key] !== undefined) ?? 'httpRoute'
    const own = objectIn(route, kind)
    const match = objectIn(own, 'match')
    const headers = objectsIn(match, 'headers').map((header) =>
      header.invert === true
        ? `header ${stringIn(header, 'name')} is absent`
        : `header ${stringIn(header, 'name')} ${comparisonWords(objectIn(header, 'match'))}`,
    )
    const parts = [
      ...(stringIn(match, 'prefix') === undefined ? [] : [`path begins with ${stringIn(match, 'prefix')}`]),
      ...(match.path === undefined ? [] : [`path ${comparisonWords(objectIn(match, 'path'))}`]),
      ...(stringIn(match, 'method') === undefined ? [] : [`method is ${stringIn(match, 'method')}`]),
      ...headers,
    ]
    const targets = objectsIn(own, 'action', 'weightedTargets').map((target) => ({
      name: stringIn(target, 'virtualNodeRef', 'name') ?? '',
      weight: typeof target.weight === 'number' ? target.weight : undefined,
    }))
    const retry = objectIn(own, 'retryPolicy')
    const events = [...stringsIn(retry, 'httpRetryEvents'), ...stringsIn(retry, 'tcpRetryEvents')]
    const limit = objectIn(own, 'timeout', 'perRequest')
    return `${index + 1}. ${sentence(
      clauses(
        `${parts.length === 0 ? 'every connection' : `a request whose ${listed(parts)}`} goes ${shareWords(targets)}`,
        limit.value !== undefined && `it has ${time(limit)} in all`,
        scalarIn(retry, 'maxRetries') !== undefined &&
          `it is tried again up to ${scalarIn(retry, 'maxRetries')} times on ${listed(events, 'or')}, each try within ${time(objectIn(retry, 'perRetryTimeout'))}`,
      ),
    )}`
  })
  return [sentence(`requests to ${metadata.name} take the first of these routes that matches:`), ...routes]
}

/** What App Mesh's VirtualNode is. */
export function explainVirtualNode({ spec, metadata }: Manifest): readonly string[] {
  const backends = objectsIn(spec, 'backends').flatMap(
    (backend) => stringIn(backend, 'virtualService', 'virtualServiceRef', 'name') ?? [],
  )
  const tls = objectsIn(spec, 'listeners').map((listener) => objectIn(listener, 'tls'))[0] ?? {}
  const callers = stringsIn(tls, 'validation', 'subjectAlternativeNames', 'match', 'exact')
  const labels = labelWords(spec, 'podSelector', 'matchLabels')
  return [
    sentence(
      clauses(
        `node ${metadata.name} is ${labels === undefined ? (stringIn(spec, 'serviceDiscovery', 'dns', 'hostname') ?? 'elsewhere') : `the pods with ${labels}`}`,
        stringIn(tls, 'mode') !== undefined && `it takes mutual TLS in mode ${stringIn(tls, 'mode')?.toLowerCase()}`,
        callers.length > 0 && `${listed(callers, 'or')} may call it`,
        backends.length > 0 && `it calls ${listed(backends)}`,
      ),
    ),
  ]
}

/** What App Mesh's VirtualService is. */
export function explainVirtualServiceName({ spec, metadata }: Manifest): readonly string[] {
  const router = stringIn(spec, 'provider', 'virtualRouter', 'virtualRouterRef', 'name')
  const node = stringIn(spec, 'provider', 'virtualNode', 'virtualNodeRef', 'name')
  return [
    sentence(
      `requests to ${stringIn(spec, 'awsName') ?? metadata.name} are ${router === undefined ? `for node ${node ?? ''}` : `shared out by router ${router}`}`,
    ),
  ]
}
