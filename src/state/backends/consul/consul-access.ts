import { readFile } from 'node:fs/promises'
import { ok, refused, type StateResult } from '../../state-result.ts'
import type { HttpTls } from '../remote/http-exchange.ts'

type Environment = { readonly [name: string]: string | undefined }

/** What lets requests to Consul in. */
export interface ConsulAccess {
  readonly token: () => Promise<StateResult<string | undefined>>
  readonly tls?: HttpTls
}

/**
 * As Consul's own tools find it: CONSUL_HTTP_TOKEN or CONSUL_HTTP_TOKEN_FILE; CONSUL_CACERT, CONSUL_CLIENT_CERT, CONSUL_CLIENT_KEY and
 * CONSUL_TLS_SERVER_NAME.
 */
export async function consulAccess(environment: Environment): Promise<StateResult<ConsulAccess>> {
  const files: [keyof HttpTls, string][] = [
    ['ca', 'CONSUL_CACERT'],
    ['cert', 'CONSUL_CLIENT_CERT'],
    ['key', 'CONSUL_CLIENT_KEY'],
  ]
  const tls: { -readonly [Name in keyof HttpTls]: HttpTls[Name] } = {}
  for (const [name, variable] of files) {
    const text = await fileOf(environment, variable)
    if (!text.ok) return text
    if (text.value !== undefined) tls[name] = text.value
  }
  const servername = environment.CONSUL_TLS_SERVER_NAME ?? ''
  if (servername !== '') tls.servername = servername
  const token = async () => {
    const given = environment.CONSUL_HTTP_TOKEN ?? ''
    if (given !== '') return ok(given)
    const text = await fileOf(environment, 'CONSUL_HTTP_TOKEN_FILE')
    return text.ok ? ok(text.value?.trim()) : text
  }
  return ok({ token, ...(Object.keys(tls).length === 0 ? {} : { tls }) })
}

async function fileOf(environment: Environment, variable: string): Promise<StateResult<string | undefined>> {
  const path = environment[variable] ?? ''
  if (path === '') return ok(undefined)
  try {
    return ok(await readFile(path, 'utf8'))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    return refused({ kind: 'invalid-configuration', message: `The file that ${variable} names can't be read: ${code}.` })
  }
}
