import { sign } from 'node:crypto'
import type { OracleKey } from './oracle-credentials.ts'

/** A request before it is signed. */
export interface OracleRequest {
  readonly method: string
  readonly url: URL
  /** As HTTP writes it. */
  readonly date: string
}

/**
 * The header `authorization` of Oracle's request signature, version 1 (HTTP signatures with rsa-sha256). Of an object that is put
 * neither the body nor its headers are signed: Oracle documents that exception, and TLS keeps them whole.
 */
export function oracleAuthorization({ method, url, date }: OracleRequest, key: Pick<OracleKey, 'keyId' | 'privateKey'>): string {
  const lines = [`date: ${date}`, `(request-target): ${method.toLowerCase()} ${url.pathname}${url.search}`, `host: ${url.host}`]
  const signature = sign('sha256', Buffer.from(lines.join('\n')), key.privateKey).toString('base64')
  return `Signature version="1",headers="date (request-target) host",keyId="${key.keyId}",algorithm="rsa-sha256",signature="${signature}"`
}
