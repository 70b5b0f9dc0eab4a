import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { checkProblem, type Locate } from '../check/check-problem.ts'
import type { PerfCheckDocument } from '../check/perf-check-schema.ts'
import type { LoadProtocol } from '../load/load-spec.ts'
import { meshNameOf, readEnum, SMP_MESHES, SMP_PROTOCOLS, type SmpProtocol } from './smp-words.ts'

/*
 * SMP files are written in three dialects: snake_case keys with enum numbers (Go's JSON tags), lowerCamelCase with enum names
 * (protobuf's own JSON), and Meshery's profiles (lowerCamelCase with lower-case words); wrapped in `test` and `mesh`, or bare.
 */

/** The checks of an SMP test, one a client, and what could not be taken over. */
export interface SmpTest {
  readonly checks: readonly { readonly name: string; readonly value: PerfCheckDocument }[]
  readonly diagnostics: readonly Diagnostic[]
}

/** True for an object that is an SMP performance test, wrapped or bare. */
export function isSmpTest(value: JsonObject): boolean {
  const test = field(value, 'test') ?? value
  return isJsonObject(test) && Array.isArray(field(test, 'clients'))
}

/** Reads an SMP performance test in any dialect. */
export function readSmpTest(value: JsonObject, locate: Locate = () => undefined): SmpTest {
  const wrapped = field(value, 'test')
  const test = isJsonObject(wrapped) ? wrapped : value
  const prefix = isJsonObject(wrapped) ? ['test'] : []
  const mesh = meshOf(field(value, 'mesh') ?? field(test, 'mesh'))
  const name = text(field(test, 'name')) ?? 'smp'
  const diagnostics: Diagnostic[] = []
  const checks: { name: string; value: PerfCheckDocument }[] = []
  const clients = field(test, 'clients')
  for (const [index, client] of (Array.isArray(clients) ? clients : []).entries()) {
    if (!isJsonObject(client)) continue
    const path = [...prefix, 'clients', index]
    const problem = (code: 'MF7008' | 'MF7010', detail: string): void => {
      diagnostics.push(checkProblem(code, detail, { address: `perfChecks.${name}`, path, locate }))
    }
    const made = checkOf(test, client, mesh, problem)
    if (made !== undefined) checks.push({ name: index === 0 ? name : `${name}-${index + 1}`, value: made })
  }
  return { checks, diagnostics }
}

type Problem = (code: 'MF7008' | 'MF7010', detail: string) => void

function checkOf(
  test: JsonObject,
  client: JsonObject,
  mesh: string | undefined,
  problem: Problem,
): PerfCheckDocument | undefined {
  const urls = list(field(client, 'endpoint_urls'))
  const [target] = urls
  if (target === undefined) {
    problem('MF7008', 'A client of the test has no endpoint_urls.')
    return undefined
  }
  const protocol = readEnum(field(client, 'protocol') ?? 1, SMP_PROTOCOLS, 'protocol')
  if (protocol === undefined || protocol === 'PROTOCOL_UDP' || protocol === 'PROTOCOL_INVALID') {
    problem('MF7010', `Protocol ${JSON.stringify(field(client, 'protocol'))} can't be loaded.`)
    return undefined
  }
  const rate = number(field(client, 'rps')) ?? 0
  const duration = text(field(test, 'duration'))
  const connections = number(field(client, 'connections'))
  const headers = strings(field(client, 'headers'))
  const contentType = text(field(client, 'content_type')) ?? ''
  const body = text(field(client, 'body')) ?? ''
  const cookies = strings(field(client, 'cookies'))
  const certificate = text(field(client, 'ssl_certificate')) ?? ''
  const generator = text(field(client, 'load_generator')) ?? ''
  const options = text(field(client, 'additional_options')) ?? ''
  if (options !== '') problem('MF7010', `additional_options \`${options}\` are the options of another tool and were left out.`)
  if (certificate !== '') problem('MF7010', 'ssl_certificate holds a certificate; give tls.ca a file instead.')
  const allHeaders = contentType === '' ? headers : { ...headers, 'Content-Type': contentType }
  const engine = (['fortio', 'wrk2', 'nighthawk', 'k6'] as const).find((known) => known === generator.toLowerCase())
  return {
    target: targetOf(target, protocol),
    protocol: OUR_PROTOCOL[protocol],
    load: {
      ...(rate > 0 ? { rate } : { mode: 'closed' as const }),
      ...(duration === undefined ? {} : { duration: duration.replaceAll(/\s/g, '') }),
      ...(connections !== undefined && connections > 0 ? { connections } : {}),
    },
    ...(urls.length > 1 ? { requests: urls.map((url) => ({ name: url, url: targetOf(url, protocol) })) } : {}),
    ...(Object.keys(allHeaders).length > 0 ? { headers: allHeaders } : {}),
    ...(Object.keys(cookies).length > 0 ? { cookies } : {}),
    ...(body === '' ? {} : { body, method: 'POST' }),
    ...(mesh === undefined ? {} : { environment: { mesh } }),
    ...(engine === undefined ? {} : { engine }),
  }
}

const OUR_PROTOCOL: Readonly<Record<SmpProtocol, LoadProtocol>> = {
  PROTOCOL_INVALID: 'http1',
  PROTOCOL_HTTP: 'http1',
  PROTOCOL_TCP: 'tcp',
  PROTOCOL_UDP: 'tcp',
  PROTOCOL_GRPC: 'grpc',
}

const SCHEME: Readonly<Record<SmpProtocol, string>> = {
  PROTOCOL_INVALID: 'http://',
  PROTOCOL_HTTP: 'http://',
  PROTOCOL_TCP: 'tcp://',
  PROTOCOL_UDP: 'tcp://',
  PROTOCOL_GRPC: 'grpc://',
}

/** SMP addresses of TCP and gRPC come as `host:port`. */
function targetOf(url: string, protocol: SmpProtocol): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `${SCHEME[protocol]}${url}`
}

/** The mesh of a file: an object with a type, a word, or a number. */
function meshOf(value: unknown): string | undefined {
  const type = isJsonObject(value) ? (field(value, 'type') ?? field(value, 'mesh_type')) : value
  const known = readEnum(type, SMP_MESHES, '')
  if (known !== undefined) return known === 'INVALID_MESH' ? undefined : meshNameOf(known)
  return typeof type === 'string' && type !== '' ? type : undefined
}

/** A field by its snake_case name, in whichever case the file has it. */
export function field(object: JsonObject, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name]
  const camel = name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return Object.hasOwn(object, camel) ? object[camel] : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function number(value: unknown): number | undefined {
  // Protobuf's JSON writes 64-bit integers as strings.
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string' && item !== '') : []
}

function strings(value: unknown): Record<string, string> {
  if (!isJsonObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (typeof item === 'string' ? [[key, item] as const] : [])),
  )
}
