import { createHash } from 'node:crypto'
import { RegistryError } from './registry-error.ts'

/** Reads a response's body, never more than so many bytes, whatever its headers say. */
export async function readBounded(response: Response, maximum: number, what: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  if (response.body === null) return Buffer.alloc(0)
  for await (const chunk of response.body) {
    size += chunk.length
    if (size > maximum) throw new RegistryError('too-large', `${what} is larger than ${maximum >> 20} MiB`)
    chunks.push(Buffer.from(chunk))
  }
  return Buffer.concat(chunks)
}

/** sha256 as OCI writes it. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
