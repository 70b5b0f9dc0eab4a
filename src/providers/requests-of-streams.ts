import type { ComponentOf } from '../design/component.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { Scope } from './contract.ts'
import { mistake } from './mistake.ts'
import { workloadOf } from './scope-index.ts'
import { trafficPort } from './service-port.ts'

const SPEAK_HTTP: ReadonlySet<string> = new Set(['http', 'http2', 'grpc'])
const OF_REQUESTS = ['methods', 'paths', 'hosts', 'headers'] as const

const OF_REQUEST_ROUTES = ['timeout', 'retries', 'fault', 'mirror', 'rewrite', 'redirect', 'headers', 'cors'] as const
const OF_REQUEST_MATCHES = ['path', 'headers', 'query', 'methods'] as const

/** Routes that say something of requests where the port carries none: meshes leave it out of a route of connections. */
export function routesOfStreams(policy: ComponentOf<'traffic'>, scope: Scope): readonly Diagnostic[] {
  const workload = workloadOf(policy, scope)
  const { port } = workload === undefined ? { port: undefined } : trafficPort(policy, workload)
  const protocol = policy.spec.protocol ?? port?.protocol
  if (protocol === undefined || SPEAK_HTTP.has(protocol)) return []
  return (policy.spec.routes ?? []).flatMap((route, index) => {
    const own = OF_REQUEST_ROUTES.find((key) => route[key] !== undefined)
    const matches = (route.match ?? []).flatMap((match, position) => {
      const key = OF_REQUEST_MATCHES.find((name) => match[name] !== undefined)
      return key === undefined ? [] : [['match', position, key]]
    })
    const [place] = own === undefined ? matches : [[own]]
    if (place === undefined) return []
    return [
      mistake(policy, ['routes', index, ...place], 'MF3020', {
        summary: `The route is of ${protocol} connections, in which no mesh sees requests`,
        hint: `Say \`protocol: http\` if it is so, or remove \`${String(place.at(-1))}\`.`,
      }),
    ]
  })
}

/**
 * Rules that look into requests where the ports they hold for carry none: no mesh sees a method or a path in a stream, and what they
 * make of such a rule differs, from letting nobody in to leaving the condition out.
 */
export function requestsOfStreams(policy: ComponentOf<'authorization'>, scope: Scope): readonly Diagnostic[] {
  const workload = workloadOf(policy, scope)
  if (workload === undefined || workload.ports.length === 0) return []
  return (['allow', 'deny'] as const).flatMap((list) =>
    (policy.spec[list] ?? []).flatMap((rule, index) => {
      const asked = OF_REQUESTS.find((key) => Object.keys(rule[key] ?? {}).length > 0)
      const ports = workload.ports.filter(({ port }) => rule.ports === undefined || rule.ports.includes(port))
      if (asked === undefined || ports.length === 0 || ports.some(({ protocol }) => SPEAK_HTTP.has(protocol))) return []
      return [
        mistake(policy, [list, index, asked], 'MF3005', {
          summary: `${workload.address} serves no HTTP there, so there are no requests to look into`,
          detail: `Its ports speak ${[...new Set(ports.map(({ protocol }) => protocol))].join(' and ')}.`,
          hint: 'Say the protocol of its port, or remove methods, paths, hosts and headers.',
        }),
      ]
    }),
  )
}
