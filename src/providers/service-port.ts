import type { ComponentOf } from '../design/component.ts'
import { PROTOCOLS } from '../design/schema/workload.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { isJsonObject, type JsonValue } from '../plan/json.ts'
import type { ResolvedWorkload, ServicePort } from './contract.ts'
import { mistake } from './mistake.ts'
import type { Destination } from './references.ts'

type Protocol = ServicePort['protocol']

/** Names that stand for one of our protocols, as appProtocol or as prefix of a port's name. */
const PROTOCOL_WORDS: { readonly [word: string]: Protocol } = {
  ...(Object.fromEntries(PROTOCOLS.map((protocol) => [protocol, protocol])) as { [word: string]: Protocol }),
  'grpc-web': 'grpc',
  h2c: 'http2',
  'kubernetes.io/h2c': 'http2',
  'kubernetes.io/ws': 'http',
  'kubernetes.io/wss': 'https',
  mongo: 'tcp',
  mysql: 'tcp',
  postgres: 'tcp',
  redis: 'tcp',
}

/** The application protocol of a port: appProtocol, else the name or its first part, else http, as meshes guess it. */
export function protocolOf(appProtocol: string | undefined, name: string, transport: string | undefined): Protocol {
  if (transport === 'UDP') return 'udp'
  const told = appProtocol === undefined ? undefined : PROTOCOL_WORDS[appProtocol.toLowerCase()]
  return told ?? PROTOCOL_WORDS[name] ?? PROTOCOL_WORDS[name.split('-')[0] ?? ''] ?? 'http'
}

/** The ports of a Service manifest. */
export function portsOfService(spec: JsonValue | undefined): readonly ServicePort[] {
  if (!isJsonObject(spec) || !Array.isArray(spec.ports)) return []
  return (spec.ports as readonly JsonValue[]).flatMap((entry): ServicePort[] => {
    if (!isJsonObject(entry) || typeof entry.port !== 'number') return []
    const name = typeof entry.name === 'string' ? entry.name : ''
    const target = entry.targetPort
    return [
      {
        name,
        port: entry.port,
        targetPort: typeof target === 'number' || typeof target === 'string' ? target : entry.port,
        protocol: protocolOf(
          typeof entry.appProtocol === 'string' ? entry.appProtocol : undefined,
          name,
          typeof entry.protocol === 'string' ? entry.protocol : undefined,
        ),
      },
    ]
  })
}

/** The port a traffic policy is about, or why it cannot be told. */
export function trafficPort(
  policy: ComponentOf<'traffic'>,
  workload: ResolvedWorkload,
): { readonly port: ServicePort | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const { spec } = policy
  const wanted = spec.port
  if (wanted !== undefined) {
    const port = workload.ports.find((candidate) => candidate.port === wanted)
    if (port !== undefined) return { port, diagnostics: [] }
    return refused(policy, `${workload.address} serves no port ${wanted}`, workload)
  }
  const [only, ...others] = candidatesFor(spec.protocol, workload.ports)
  if (only !== undefined && others.length === 0) return { port: only, diagnostics: [] }
  const summary =
    only === undefined
      ? `${workload.address} serves no port ${spec.protocol === undefined ? 'at all' : `for ${spec.protocol}`}`
      : `${workload.address} serves several ports, and the policy names none`
  return refused(policy, summary, workload)
}

function refused(policy: ComponentOf<'traffic'>, summary: string, workload: ResolvedWorkload) {
  const known = workload.ports.map((port) => `${port.port} (${port.protocol})`).join(', ')
  return {
    port: undefined,
    diagnostics: [
      mistake(policy, ['port'], 'MF3005', {
        summary,
        ...(known === '' ? {} : { detail: `Its ports are ${known}.` }),
        hint: known === '' ? 'Give the workload `ports`.' : 'Say `port:` in the policy.',
      }),
    ],
  }
}

/** Ports a protocol can be about: all where one is the only one, else those that speak it, HTTP ones when nothing is said. */
function candidatesFor(protocol: string | undefined, ports: readonly ServicePort[]): readonly ServicePort[] {
  if (ports.length === 1) return ports
  if (protocol !== undefined) return ports.filter((port) => familyOf(port.protocol) === familyOf(protocol))
  const http = ports.filter((port) => familyOf(port.protocol) === 'http')
  return http.length === 1 ? http : ports
}

function familyOf(protocol: string): string {
  return protocol === 'http2' || protocol === 'grpc' ? 'http' : protocol === 'https' ? 'tls' : protocol
}

/** The port of a destination's Service: the policy's own, that of the same number elsewhere, or the first. */
export function portChooser(
  own: ResolvedWorkload | undefined,
  port: ServicePort | undefined,
): (destination: Destination) => number | undefined {
  return ({ workload }) => {
    if (workload === own && port !== undefined) return port.port
    const same = workload.ports.find((candidate) => candidate.port === port?.port)
    return (same ?? workload.ports[0])?.port
  }
}

/** Matches that name another port than the one the routes are about would never hold. */
export function matchesElsewhere(policy: ComponentOf<'traffic'>, port: ServicePort): readonly Diagnostic[] {
  return (policy.spec.routes ?? []).flatMap((route, index) =>
    (route.match ?? []).flatMap((match, position) =>
      match.port === undefined || match.port === port.port
        ? []
        : [
            mistake(policy, ['routes', index, 'match', position, 'port'], 'MF3020', {
              summary: `The route belongs to port ${port.port}, so it never matches on port ${match.port}`,
              hint: `Write a second policy with \`port: ${match.port}\`.`,
            }),
          ],
    ),
  )
}
