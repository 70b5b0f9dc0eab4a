import { type Command, InvalidArgumentError } from 'commander'
import type { PlainMessage } from '../../filters/bench/bench-session.ts'
import { collect, wholeNumber } from '../design-options.ts'

/** A request and what the upstream answers, as flags. */
export interface RequestOptions {
  readonly method?: string
  readonly path: string
  readonly host: string
  readonly header: readonly string[]
  readonly body?: string
  readonly trailer: readonly string[]
  readonly responseStatus: number
  readonly responseHeader: readonly string[]
  readonly responseBody: string
}

/** Adds what a request and its answer are made of. */
export function withRequestOptions(command: Command): Command {
  return command
    .option('--method <method>', 'method of the request (default: GET, or POST with a body)')
    .option('--path <path>', 'path of the request', '/')
    .option('--host <host>', 'authority of the request', 'example.test')
    .option('--header <header>', "header of the request as 'name: value'; may be given several times", header, [])
    .option('--body <text>', 'body of the request, or of the connection; @FILE reads it from a file')
    .option('--trailer <trailer>', "trailer of the request as 'name: value'", header, [])
    .option('--response-status <status>', 'status that the upstream answers', wholeNumber(100), 200)
    .option('--response-header <header>', "header that the upstream answers as 'name: value'", header, [])
    .option('--response-body <text>', 'body that the upstream answers; @FILE reads it from a file', 'hello from the upstream\n')
}

/** The request that the flags say. */
export function requestOf(options: RequestOptions, body: Buffer): PlainMessage {
  const given = pairs(options.header).map(([name, value]): [string, string] => [name === 'host' ? ':authority' : name, value])
  const names = new Set(given.map(([name]) => name))
  const defaults: [string, string][] = [
    [':authority', options.host],
    [':path', options.path],
    [':method', options.method ?? (body.length > 0 ? 'POST' : 'GET')],
    [':scheme', 'http'],
    ...(body.length > 0 ? [['content-length', String(body.length)] satisfies [string, string]] : []),
    ['x-request-id', '00000000-0000-4000-8000-000000000001'],
  ]
  const trailers = pairs(options.trailer)
  return {
    headers: [...defaults.filter(([name]) => !names.has(name)), ...given],
    chunks: body.length > 0 ? [body] : [],
    ...(trailers.length > 0 ? { trailers } : {}),
  }
}

/** The answer that the flags say. */
export function upstreamOf(options: RequestOptions, body: Buffer): PlainMessage {
  const given = pairs(options.responseHeader)
  const names = new Set(given.map(([name]) => name))
  const defaults: [string, string][] = [
    [':status', String(options.responseStatus)],
    ...(body.length > 0
      ? ([
          ['content-type', 'text/plain'],
          ['content-length', String(body.length)],
        ] satisfies [string, string][])
      : []),
  ]
  return {
    headers: [...defaults.filter(([name]) => !names.has(name)), ...given],
    chunks: body.length > 0 ? [body] : [],
  }
}

/** Splits `name: value`; the colon of a pseudo-header such as `:path` is part of its name. */
function pairs(headers: readonly string[]): [string, string][] {
  return headers.map((text) => {
    const at = text.indexOf(':', 1)
    return [text.slice(0, at).trim().toLowerCase(), text.slice(at + 1).trim()]
  })
}

function header(text: string, before: readonly string[]): readonly string[] {
  if (text.indexOf(':', 1) < 1) throw new InvalidArgumentError("It takes a header as 'name: value'.")
  return collect(text, before)
}
