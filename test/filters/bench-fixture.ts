import { reportExchange } from '../../src/filters/bench/exchange-report.ts'
import { benchOptions, FilterBench } from '../../src/filters/bench/filter-bench.ts'
import type { HttpMessage } from '../../src/filters/bench/http-exchange.ts'
import type { ExchangeReport } from '../../src/filters/bench/report.ts'
import { filterSettings } from '../../src/filters/host/filter-settings.ts'
import { HeaderMap } from '../../src/filters/host/header-map.ts'
import { compileExample } from './compile-filter.ts'

/** A bench of one example filter. */
export async function benchOf(name: string, configuration: unknown): Promise<FilterBench> {
  const wasm = await compileExample(name)
  const text = configuration === undefined ? '' : JSON.stringify(configuration)
  return new FilterBench(benchOptions({ filters: [filterSettings({ name, wasm, configuration: Buffer.from(text) })] }))
}

/** A request to `/` with headers and chunks of body. */
export function request(headers: Record<string, string>, chunks: readonly string[] = []): HttpMessage {
  const all = { ':method': 'GET', ':path': '/', ':authority': 'example.test', ':scheme': 'http', ...headers }
  return {
    headers: HeaderMap.fromText(Object.entries(all), 'request'),
    chunks: chunks.map((chunk) => Buffer.from(chunk)),
    trailers: undefined,
  }
}

/** A response 200 with chunks of body. */
export function ok(body: readonly string[] = []): HttpMessage {
  const length = body.join('').length
  return {
    headers: HeaderMap.fromText(
      [
        [':status', '200'],
        ['content-length', String(length)],
      ],
      'response',
    ),
    chunks: body.map((chunk) => Buffer.from(chunk)),
    trailers: undefined,
  }
}

/** One whole exchange, reported. */
export function send(bench: FilterBench, message: HttpMessage, response: HttpMessage = ok()): ExchangeReport {
  return reportExchange(
    bench,
    bench.request(message, () => response),
  )
}
