import type { HeaderMap } from './header-map.ts'

/** What the proxy knows of one stream, shared by every filter in its chain: where properties come from. */
export interface StreamInfo {
  /** Nanoseconds since 1970 at which the stream began. */
  readonly startTime: bigint
  readonly connectionId: number
  requestHeaders?: HeaderMap
  requestTrailers?: HeaderMap
  responseHeaders?: HeaderMap
  responseTrailers?: HeaderMap
  requestSize: number
  responseSize: number
  /** Why the response is what it is: set for local responses. */
  responseCodeDetails?: string
  routeCacheClears: number
  /** What filters set with proxy_set_property, by path. */
  readonly filterState: Map<string, Buffer>
  /** Bytes that were put into the filter state. */
  filterStateBytes: number
}

/** A stream that has just begun. */
export function newStreamInfo(startTime: bigint, connectionId: number): StreamInfo {
  return {
    startTime,
    connectionId,
    requestSize: 0,
    responseSize: 0,
    routeCacheClears: 0,
    filterState: new Map(),
    filterStateBytes: 0,
  }
}
