import type { PerfCheckRequest } from './perf-check-schema.ts'

/** The ways in which a request may have a body. */
export type Bodied = Pick<PerfCheckRequest, 'body' | 'bodyFile' | 'bodyBase64' | 'bodySize'>

/** True when a body is given in any of the ways. */
export function hasBody(source: Bodied): boolean {
  return (
    source.body !== undefined || source.bodyFile !== undefined || source.bodyBase64 !== undefined || source.bodySize !== undefined
  )
}

/** True for a body that is sent as JSON. */
export function isJsonBody(source: Bodied): boolean {
  return source.body !== undefined && typeof source.body !== 'string'
}

/** A gRPC address without a method asks for the server's health, which every gRPC server can have. */
export function withGrpcMethod(target: string): string {
  const url = URL.canParse(target) ? new URL(target) : undefined
  return url !== undefined && url.pathname.length <= 1 ? `${url.protocol}//${url.host}/grpc.health.v1.Health/Check` : target
}
