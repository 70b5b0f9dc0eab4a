import { fromByteText } from '../abi/byte-text.ts'
import type { LocalResponse } from '../host/contexts.ts'
import type { FilterBench } from './filter-bench.ts'
import type { HttpExchange } from './http-exchange.ts'
import {
  type ExchangeReport,
  type ReportedHeaders,
  type ReportedLocalResponse,
  type ReportedMessage,
  reportBody,
  reportHeaders,
} from './report.ts'

function reportLocalResponse(reply: LocalResponse): ReportedLocalResponse {
  return {
    filter: reply.filter,
    status: reply.status,
    details: fromByteText(reply.details),
    headers: reportHeaders(reply.headers),
    body: reportBody(reply.body),
    ...(reply.grpcStatus < 0 ? {} : { grpcStatus: reply.grpcStatus }),
  }
}

/** The report of an exchange that is over or given up. Takes the logs and callouts that have come together since the last. */
export function reportExchange(bench: FilterBench, exchange: HttpExchange): ExchangeReport {
  const { request, response, info, localResponse, heldBy } = exchange
  const logs = bench.world.log.drain()
  const message = (
    headers: ReportedHeaders,
    body: readonly Buffer[],
    trailers: ReportedHeaders | undefined,
  ): ReportedMessage => ({
    headers,
    body: reportBody(Buffer.concat(body)),
    ...(trailers === undefined ? {} : { trailers }),
  })
  const reply =
    response?.sink.headers === true && exchange.outcome !== 'reset'
      ? message(response.headers.toText(), response.sink.body, response.trailers?.toText())
      : undefined
  const first = exchange.trace.find((entry) => entry.callback === 'proxy_on_request_headers')
  return {
    outcome: exchange.outcome,
    action: first?.action ?? 'continue',
    ...(heldBy === undefined ? {} : { heldBy }),
    request: message(request.headers.toText(), request.sink.body, request.trailers?.toText()),
    reachedUpstream: request.sink.complete,
    ...(reply === undefined ? {} : { response: { status: Number(response?.headers.get(':status') ?? 0), ...reply } }),
    ...(localResponse === undefined ? {} : { localResponse: reportLocalResponse(localResponse) }),
    callbacks: exchange.trace,
    callouts: bench.drainCallouts(),
    logs: logs.records,
    droppedLogs: logs.dropped,
    metrics: bench.metrics(),
    failures: exchange.failures,
    elapsedMilliseconds: Number((bench.world.clock.now - info.startTime) / 1_000_000n),
  }
}
