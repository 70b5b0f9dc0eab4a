import { readFile } from 'node:fs/promises'
import type { Answer, Target } from '../contract.ts'
import { ConsulTarget } from './consul-target.ts'
import { done, failed } from './store.ts'
import { HttpTransport } from './transport.ts'

/** A Consul server as a design names it. */
export interface ConsulServer {
  readonly address: string
  readonly datacenter?: string
  /** Name of the environment variable with the token. */
  readonly tokenFrom?: string
  readonly namespace?: string
  readonly partition?: string
  readonly caFile?: string
  readonly certFile?: string
  readonly keyFile?: string
  readonly serverName?: string
}

/** What a Consul server is opened with; the token comes from the environment and goes nowhere else. */
export interface ConsulOptions {
  readonly cluster: string
  readonly spec: ConsulServer
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly userAgent?: string
}

/** The environment variable of Consul's own tools. */
const TOKEN = 'CONSUL_HTTP_TOKEN'

/** A target for a Consul server, by address, token and TLS files. Nothing is asked of the server yet. */
export async function openConsulTarget(options: ConsulOptions): Promise<Answer<Target>> {
  const { cluster, spec, environment } = options
  const url = parseAddress(spec.address)
  if (url === undefined) {
    return failed({
      kind: 'invalid',
      message: `"${spec.address}" is not the address of Consul's HTTP API, such as https://consul.example.org:8501`,
      causes: [{ field: 'address', message: 'not an address' }],
    })
  }
  const token = environment[spec.tokenFrom ?? TOKEN]
  if (spec.tokenFrom !== undefined && (token === undefined || token === '')) {
    return failed({
      kind: 'credentials',
      message: `the environment variable ${spec.tokenFrom} holds no token`,
      hint: `Set ${spec.tokenFrom}, or name another variable in \`tokenFrom\` of the cluster.`,
    })
  }
  const files = await readFiles({
    ca: spec.caFile ?? environment.CONSUL_CACERT,
    cert: spec.certFile ?? environment.CONSUL_CLIENT_CERT,
    key: spec.keyFile ?? environment.CONSUL_CLIENT_KEY,
  })
  if (!files.ok) return files
  const { ca, cert, key } = files.value
  const transport = new HttpTransport({
    url,
    token: token === '' ? undefined : token,
    datacenter: spec.datacenter,
    namespace: spec.namespace,
    partition: spec.partition,
    certificateAuthority: ca,
    clientCertificate: cert === undefined || key === undefined ? undefined : { cert, key },
    serverName: spec.serverName ?? environment.CONSUL_TLS_SERVER_NAME,
    userAgent: options.userAgent ?? 'meshform',
  })
  return done(new ConsulTarget({ cluster, transport, datacenter: spec.datacenter }))
}

function parseAddress(address: string): URL | undefined {
  const text = /^[a-z]+:\/\//i.test(address) ? address : `http://${address}`
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
}

async function readFiles(
  paths: Readonly<Record<'ca' | 'cert' | 'key', string | undefined>>,
): Promise<Answer<Readonly<Record<'ca' | 'cert' | 'key', string | undefined>>>> {
  const read = { ca: undefined, cert: undefined, key: undefined } as Record<'ca' | 'cert' | 'key', string | undefined>
  for (const name of ['ca', 'cert', 'key'] as const) {
    const path = paths[name]
    if (path === undefined || path === '') continue
    try {
      read[name] = await readFile(path, 'utf8')
    } catch (error) {
      return failed({
        kind: 'credentials',
        message: `${path} can't be read: ${error instanceof Error ? error.message : ''}`,
        hint: 'The cluster names it (`caFile`, `certFile`, `keyFile`), or the environment does (CONSUL_CACERT and its kin).',
      })
    }
  }
  return done(read)
}
