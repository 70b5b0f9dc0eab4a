import type { JsonValue } from '../../plan/json.ts'
import { exactJsonText, parseExactJson, withPlainNumbers } from '../exact-json.ts'
import { yamlText } from './yaml-text.ts'

/** A request to the sandbox's API, as HTTP would carry it. */
export interface SandboxRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS'
  /** Path with query, such as `/api/v1/namespaces?limit=500`. */
  readonly path: string
  /** Names in lower case. */
  readonly headers?: { readonly [name: string]: string | undefined }
  /** Text or bytes as sent, or the value itself, which saves both sides the serialising. A value must not be changed afterwards. */
  readonly body?: JsonValue | Uint8Array
  /** Ends a watch, and a wait for a slow answer. */
  readonly signal?: AbortSignal
}

/** Response headers, names in lower case. */
export type ResponseHeaders = { readonly [name: string]: string }

/** A whole answer. Value and text are made on demand, at most once each. */
export interface SandboxAnswer {
  readonly kind: 'answer'
  readonly status: number
  readonly headers: ResponseHeaders
  /** The body as a value; a string when it is not JSON. Shared: not to be changed. */
  readonly json: () => JsonValue
  /** The body as text. */
  readonly text: () => string
  /** The body where it is no text; then `json` and `text` say the same in words. */
  readonly bytes?: () => Uint8Array
}

/** One event of a watch. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: JsonValue
  /** The event as one line of JSON without the line's end. */
  readonly text: () => string
}

/** A watch that goes on. Ending the iteration ends the watch. */
export interface SandboxStream {
  readonly kind: 'stream'
  readonly status: 200
  readonly headers: ResponseHeaders
  readonly events: AsyncIterable<WatchEvent>
}

/** What the sandbox answers. */
export type SandboxResponse = SandboxAnswer | SandboxStream

const jsonType = { 'content-type': 'application/json' } as const

/** An answer from a value. */
export function jsonAnswer(status: number, value: JsonValue, headers: ResponseHeaders = {}): SandboxAnswer {
  let text: string | undefined
  return {
    kind: 'answer',
    status,
    headers: { ...jsonType, ...headers },
    json: () => withPlainNumbers(value),
    text: () => {
      text ??= exactJsonText(value)
      return text
    },
  }
}

/** An answer from text that is JSON and may never be needed as a value, or from a value that may never be needed as text. */
export function lazyAnswer(
  status: number,
  parts: { readonly json: () => JsonValue; readonly text: () => string },
  headers: ResponseHeaders = {},
): SandboxAnswer {
  return {
    kind: 'answer',
    status,
    headers: { ...jsonType, ...headers },
    json: () => withPlainNumbers(parts.json()),
    text: parts.text,
  }
}

/** The same answer, written in YAML. */
export function yamlAnswer({ status, headers, json, text: exact }: SandboxAnswer): SandboxAnswer {
  let text: string | undefined
  return {
    kind: 'answer',
    status,
    headers: { ...headers, 'content-type': 'application/yaml' },
    json,
    text: () => {
      text ??= yamlText(parseExactJson(exact()))
      return text
    },
  }
}

/** An answer in plain text. */
export function textAnswer(status: number, text: string): SandboxAnswer {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    json: () => text,
    text: () => text,
  }
}

/** An event from a value, serialised when asked. */
export function watchEvent(type: WatchEvent['type'], object: JsonValue): WatchEvent {
  return { type, object, text: () => exactJsonText({ type, object }) }
}
