import type { ComponentOf } from '../design/component.ts'
import { objectNameOf } from '../design/object-name.ts'
import type { FilterSpec } from '../design/schema/filter.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { filterKindOf } from './filter-kind.ts'
import { mistake } from './mistake.ts'
import type { DraftObject } from './traced-manifest.ts'

/** Where modules of images are mounted into the proxy. */
const MODULES = '/etc/meshform/filters'

/** Where the proxy looks for a module that it does not fetch. */
function moduleFile(filter: ComponentOf<'filters'>): string {
  const { source = '' } = filter.spec
  return source.startsWith('file://') ? source.slice('file://'.length) : `${MODULES}/${objectNameOf(filter)}.wasm`
}

/** Envoy runs no module from the network whose digest it isn't told, and asks for none of a module among its own files. */
export function unverifiedModule(filter: ComponentOf<'filters'>): readonly Diagnostic[] {
  const { spec } = filter
  if (filterKindOf(spec) !== 'wasm') return []
  const fetched = /^https?:/.test(spec.source ?? '')
  if (fetched && spec.sha256 === undefined) {
    return [
      mistake(filter, ['source'], 'MF3019', {
        summary: 'Envoy fetches no module without its digest',
        hint: 'Say `sha256: <digest>`; `meshform filter inspect` prints it.',
      }),
    ]
  }
  if (fetched || spec.sha256 === undefined) return []
  return [
    mistake(filter, ['source'], 'MF3008', {
      severity: 'warning',
      summary: `No proxy compares the module of ${filter.address} with its digest`,
      detail: `Envoy runs whatever lies at ${moduleFile(filter)}; only what it fetches over http(s) has to have the digest.`,
      hint: 'Check the digest where the file is mounted, or serve the module at an https:// address.',
    }),
  ]
}

function clusterName(filter: ComponentOf<'filters'>): string {
  return `meshform-filter-${objectNameOf(filter)}`
}

/** A Wasm filter as Envoy configures it: fetched over http(s), or read from a file of the proxy. */
export function wasmFilter(filter: ComponentOf<'filters'>): DraftObject {
  const { source = '', sha256, protocol = 'http' } = filter.spec
  const code: DraftObject = /^https?:/.test(source)
    ? { remote: { http_uri: { uri: source, cluster: clusterName(filter), timeout: '60s' }, sha256 } }
    : { local: { filename: moduleFile(filter) } }
  return {
    name: `envoy.filters.${protocol === 'tcp' ? 'network' : 'http'}.wasm.${objectNameOf(filter)}`,
    typed_config: wasmConfig(filter, code),
  }
}

/** The typed configuration of Envoy's Wasm filter, of requests or of connections, whose module lies where `code` says. */
export function wasmConfig(filter: ComponentOf<'filters'>, code: DraftObject): DraftObject {
  const { spec } = filter
  const variables = { host_env_keys: spec.hostEnvironment, key_values: spec.environment }
  return {
    '@type': `type.googleapis.com/envoy.extensions.filters.${spec.protocol === 'tcp' ? 'network' : 'http'}.wasm.v3.Wasm`,
    config: {
      name: objectNameOf(filter),
      root_id: spec.rootId,
      fail_open: spec.failOpen,
      failure_policy: spec.reloadOnFailure === true ? 'FAIL_RELOAD' : undefined,
      configuration: bytesOf(spec.config),
      capability_restriction_config:
        spec.capabilities === undefined
          ? undefined
          : { allowed_capabilities: Object.fromEntries(spec.capabilities.map((name) => [name, {}])) },
      vm_config: {
        vm_id: spec.vmId,
        runtime: 'envoy.wasm.runtime.v8',
        configuration: bytesOf(spec.vmConfig),
        environment_variables: spec.hostEnvironment === undefined && spec.environment === undefined ? undefined : variables,
        code,
      },
    },
  }
}

/** A configuration as Envoy hands it over: text as it is, anything else as JSON. */
function bytesOf(config: FilterSpec['config']): DraftObject | undefined {
  if (config === undefined) return undefined
  return {
    '@type': 'type.googleapis.com/google.protobuf.StringValue',
    value: typeof config === 'string' ? config : JSON.stringify(config),
  }
}

/** The cluster through which Envoy fetches a module; undefined where it doesn't. */
export function moduleCluster(filter: ComponentOf<'filters'>): DraftObject | undefined {
  const match = /^(https?):\/\/([^/:]+)(?::(\d+))?/.exec(filter.spec.source ?? '')
  const [, scheme, host, port] = match ?? []
  if (scheme === undefined || host === undefined) return undefined
  const name = clusterName(filter)
  const socket = { address: host, port_value: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port) }
  const tls = {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      sni: host,
      common_tls_context: {
        validation_context: {
          trusted_ca: { filename: '/etc/ssl/certs/ca-certificates.crt' },
          match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: host } }],
        },
      },
    },
  }
  return {
    name,
    type: 'STRICT_DNS',
    connect_timeout: '5s',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: socket } } }] }],
    },
    transport_socket: scheme === 'https' ? tls : undefined,
  }
}
