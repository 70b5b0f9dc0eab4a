import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import {
  completeLoadSpec,
  type LoadMode,
  type LoadProtocol,
  type LoadSpec,
  type LoadSpecInput,
  type Warmup,
} from '../load/load-spec.ts'
import { type DataRow, hasPlaceholder, placeholderNames } from '../load/placeholder.ts'
import { ROW_LIMIT } from '../load/prepare-requests.ts'
import { constantRate, profileRequests, type RatePiece } from '../load/rate-profile.ts'
import { parseThreshold, type Threshold } from '../thresholds/parse-threshold.ts'
import type { TlsMaterial } from '../wire/endpoint.ts'
import { headerIsSafe, methodIsSafe, pathIsSafe } from '../wire/http1-request.ts'
import { checkProblem, type Locate, type PerfDiagnosticCode } from './check-problem.ts'
import { parseDataRows } from './data-rows.ts'
import { parseDuration } from './duration.ts'
import { MATRIX_LIMIT, matrixCells } from './matrix-size.ts'
import type { PerfCheckDocument, PerfCheckRequest } from './perf-check-schema.ts'
import type { PerfCheckSpec, SearchRange } from './perf-check-spec.ts'
import { hasBody, isJsonBody, withGrpcMethod } from './request-parts.ts'
import { validatePerfCheck } from './validate-perf-check.ts'

/** Reads the bytes of a file that a check names, relative to the check's own file. Rejects when it can't. */
export type ReadCheckFile = (path: string) => Promise<Uint8Array>

/** A check, or everything wrong with it. */
export type ReadPerfCheck =
  | { readonly ok: true; readonly check: PerfCheckSpec }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/** Reads a check as written: validates it, reads its files, parses its thresholds, fills in every default. */
export async function readPerfCheck(
  name: string,
  value: unknown,
  readFile: ReadCheckFile,
  locate: Locate = () => undefined,
): Promise<ReadPerfCheck> {
  const address = `perfChecks.${name}`
  const validated = validatePerfCheck(value, address, locate)
  if (!validated.ok) return validated
  const reader = new CheckReader(validated.check, address, readFile, locate)
  const check = await reader.read(name)
  return reader.diagnostics.length > 0 ? { ok: false, diagnostics: reader.diagnostics } : { ok: true, check }
}

const SCHEMES: Readonly<Record<string, LoadProtocol>> = {
  'http:': 'http1',
  'https:': 'http1',
  'grpc:': 'grpc',
  'grpcs:': 'grpc',
  'tcp:': 'tcp',
  'tls:': 'tcp',
}

class CheckReader {
  readonly diagnostics: Diagnostic[] = []
  private readonly check: PerfCheckDocument
  private readonly address: string
  private readonly readFile: ReadCheckFile
  private readonly locate: Locate

  constructor(check: PerfCheckDocument, address: string, readFile: ReadCheckFile, locate: Locate) {
    this.check = check
    this.address = address
    this.readFile = readFile
    this.locate = locate
  }

  async read(name: string): Promise<PerfCheckSpec> {
    const { check } = this
    const cells = matrixCells(check)
    if (cells > MATRIX_LIMIT)
      this.problem('MF7006', ['matrix'], `The matrix has ${cells} cells; at most ${MATRIX_LIMIT} are run.`)
    const protocol = this.protocol()
    const rows = await this.rows()
    const tls = await this.tls()
    const requests = await this.requests(protocol, rows)
    const spec = completeLoadSpec({ ...this.load(protocol), protocol, requests, rows, ...(tls === undefined ? {} : { tls }) })
    return {
      name,
      address: this.address,
      spec,
      thresholds: this.thresholds(),
      onFail: (check.onFail as PerfCheckSpec['onFail'] | undefined) ?? 'fail',
      baseline: check.baseline,
      trials: check.trials ?? 1,
      relativeMargin: check.compare?.relativeMargin ?? 0.1,
      absoluteMarginMs: this.seconds(check.compare?.absoluteMargin, 0.0005) * 1000,
      search: this.search(),
      written: check,
    }
  }

  private problem(
    code: PerfDiagnosticCode,
    path: ValuePath,
    detail: string,
    extra: { offset?: number; hint?: string } = {},
  ): void {
    this.diagnostics.push(checkProblem(code, detail, { address: this.address, path, locate: this.locate, ...extra }))
  }

  private seconds(text: string | undefined, fallback: number): number {
    return text === undefined ? fallback : (parseDuration(text) ?? fallback)
  }

  private protocol(): LoadProtocol {
    const url = this.url(this.check.target, ['target'])
    const implied = url === undefined ? 'http1' : (SCHEMES[url.protocol] ?? 'http1')
    const protocol = (this.check.protocol as LoadProtocol | undefined) ?? implied
    if ((protocol === 'tcp') !== (implied === 'tcp') && url !== undefined) {
      this.problem('MF7006', ['protocol'], `Protocol ${protocol} does not go with the address ${this.check.target}.`)
    }
    return protocol
  }

  private url(text: string, path: ValuePath): URL | undefined {
    const filled = text.replaceAll(/\{\{[^}]*\}\}/g, 'x')
    const url = URL.canParse(filled) ? new URL(filled) : undefined
    if (url === undefined || !Object.hasOwn(SCHEMES, url.protocol) || url.hostname === '') {
      this.problem('MF7003', path, `\`${text}\` is not an address to load.`, {
        hint: 'such as http://reviews.shop:9080/reviews/1',
      })
      return undefined
    }
    if (url.username !== '' || url.password !== '') {
      this.problem('MF7003', path, 'An address may not hold a name and password.', { hint: 'use an authorization header' })
    }
    if ((url.protocol === 'tcp:' || url.protocol === 'tls:' || url.protocol.startsWith('grpc')) && url.port === '') {
      this.problem('MF7003', path, `\`${text}\` needs a port.`)
    }
    return url
  }

  private async file(path: string, at: ValuePath): Promise<Uint8Array | undefined> {
    try {
      return await this.readFile(path)
    } catch (error) {
      this.problem('MF7005', at, `\`${path}\` can't be read: ${(error as Error).message}.`)
      return undefined
    }
  }

  private async rows(): Promise<readonly DataRow[]> {
    const { data } = this.check
    if (data === undefined) return []
    const bytes = await this.file(data, ['data'])
    if (bytes === undefined) return []
    try {
      return parseDataRows(Buffer.from(bytes).toString('utf8'), ROW_LIMIT)
    } catch (error) {
      this.problem('MF7005', ['data'], `\`${data}\` can't be used: ${(error as Error).message}.`)
      return []
    }
  }

  private async tls(): Promise<TlsMaterial | undefined> {
    const { tls } = this.check
    if (tls === undefined) return undefined
    if ((tls.certificate === undefined) !== (tls.key === undefined)) {
      this.problem('MF7006', ['tls'], 'A client certificate and its key go together.')
    }
    const material: { -readonly [Key in keyof TlsMaterial]: TlsMaterial[Key] } = {}
    for (const part of ['ca', 'certificate', 'key'] as const) {
      const path = tls[part]
      const bytes = path === undefined ? undefined : await this.file(path, ['tls', part])
      if (bytes !== undefined) material[part] = Buffer.from(bytes).toString('utf8')
    }
    if (tls.serverName !== undefined) material.serverName = tls.serverName
    if (tls.insecure !== undefined) material.insecure = tls.insecure
    return material
  }

  private async requests(protocol: LoadProtocol, rows: readonly DataRow[]): Promise<LoadSpecInput['requests']> {
    const { check } = this
    const listed = check.requests ?? [{}]
    const names = new Set<string>()
    const made: LoadSpecInput['requests'][number][] = []
    for (const [index, request] of listed.entries()) {
      const at: ValuePath = check.requests === undefined ? [] : ['requests', index]
      const name = request.name ?? (listed.length === 1 ? 'default' : (request.path ?? `request-${index + 1}`))
      if (names.has(name)) this.problem('MF7006', [...at, 'name'], `Two requests are called \`${name}\`.`)
      names.add(name)
      made.push(await this.request(request, name, at, protocol, rows))
    }
    return made
  }

  private async request(
    request: PerfCheckRequest,
    name: string,
    at: ValuePath,
    protocol: LoadProtocol,
    rows: readonly DataRow[],
  ): Promise<LoadSpecInput['requests'][number]> {
    const { check } = this
    const url = this.requestUrl(request, at, protocol)
    const headers = this.headers(request, at)
    const body = await this.body(request, at)
    const method = request.method ?? check.method
    if (method !== undefined && !methodIsSafe(method)) this.problem('MF7004', [...at, 'method'], `\`${method}\` is not a method.`)
    const json = isJsonBody(request) || (!hasBody(request) && isJsonBody(check))
    if (json && protocol !== 'grpc' && !headers.some(([header]) => header.toLowerCase() === 'content-type')) {
      headers.push(['Content-Type', 'application/json'])
    }
    this.checkPlaceholders(
      [url, ...headers.map(([, value]) => value), body === undefined ? '' : Buffer.from(body).toString('utf8')],
      at,
      rows,
    )
    if (protocol === 'tcp' && (body === undefined || body.length === 0)) {
      this.problem('MF7006', at, 'A TCP check needs a body to send.', { hint: 'give body, bodyBase64 or bodySize' })
    }
    const expectStatus = request.expectStatus ?? check.expectStatus
    return {
      name,
      url,
      headers,
      ...(request.weight === undefined ? {} : { weight: request.weight }),
      ...(method === undefined ? {} : { method }),
      ...(body === undefined ? {} : { body }),
      ...(expectStatus === undefined ? {} : { expectStatus }),
      ...(request.answerBytes === undefined ? {} : { answerBytes: request.answerBytes }),
      ...(request.answer === undefined ? {} : { answer: Buffer.from(request.answer, 'utf8') }),
    }
  }

  private requestUrl(request: PerfCheckRequest, at: ValuePath, protocol: LoadProtocol): string {
    const { target } = this.check
    if (request.url !== undefined) {
      this.url(request.url, [...at, 'url'])
      return request.url
    }
    if (request.path === undefined) return protocol === 'grpc' ? withGrpcMethod(target) : target
    if (!request.path.startsWith('/') || !pathIsSafe(request.path)) {
      this.problem('MF7004', [...at, 'path'], `\`${request.path}\` is not a path.`, {
        hint: 'it begins with / and has no blanks',
      })
    }
    const url = URL.canParse(target) ? new URL(target) : undefined
    return url === undefined ? target : `${url.protocol}//${url.host}${request.path}`
  }

  private headers(request: PerfCheckRequest, at: ValuePath): [string, string][] {
    const { check } = this
    const merged = new Map<string, [string, string]>()
    for (const [name, value] of Object.entries({ ...check.headers, ...request.headers })) {
      if (!headerIsSafe(name, value))
        this.problem('MF7004', [...at, 'headers', name], `Header \`${name}\` can't be sent as it is.`)
      merged.set(name.toLowerCase(), [name, value])
    }
    const cookies = Object.entries({ ...check.cookies, ...request.cookies })
    for (const [name, value] of cookies) {
      if (!headerIsSafe(name, value) || /[;,\s"\\]/.test(value)) {
        this.problem('MF7004', [...at, 'cookies', name], `Cookie \`${name}\` can't be sent as it is.`)
      }
    }
    if (cookies.length > 0) merged.set('cookie', ['Cookie', cookies.map(([name, value]) => `${name}=${value}`).join('; ')])
    return [...merged.values()]
  }

  private async body(request: PerfCheckRequest, at: ValuePath): Promise<Uint8Array | undefined> {
    const own = hasBody(request)
    const source = own ? request : this.check
    const path = own ? at : []
    if (source.bodyFile !== undefined) return await this.file(source.bodyFile, [...path, 'bodyFile'])
    if (source.bodyBase64 !== undefined) return Buffer.from(source.bodyBase64, 'base64')
    if (source.bodySize !== undefined) return Buffer.alloc(source.bodySize, 'x')
    if (source.body === undefined) return undefined
    return Buffer.from(typeof source.body === 'string' ? source.body : JSON.stringify(source.body), 'utf8')
  }

  private checkPlaceholders(texts: readonly string[], at: ValuePath, rows: readonly DataRow[]): void {
    const first = rows[0]
    if (first === undefined) {
      const used = texts.find((text) => hasPlaceholder(text))
      if (used !== undefined && this.check.data === undefined) {
        this.problem('MF7007', at, `\`${placeholderNames(used)[0]}\` has no data to come from.`, {
          hint: 'give data: a file of rows',
        })
      }
      return
    }
    for (const name of new Set(texts.flatMap(placeholderNames))) {
      if (!Object.hasOwn(first, name)) {
        this.problem('MF7007', at, `The data has no column \`${name}\`; it has ${Object.keys(first).join(', ')}.`)
      }
    }
  }

  private load(protocol: LoadProtocol): Omit<LoadSpecInput, 'requests'> {
    const load = this.check.load ?? {}
    const seconds = this.seconds(load.duration, 10)
    const mode = this.mode(seconds)
    if (load.streams !== undefined && protocol !== 'http2' && protocol !== 'grpc') {
      this.problem('MF7006', ['load', 'streams'], `Only HTTP/2 and gRPC have streams, not ${protocol}.`)
    }
    const warmup: Warmup =
      load.warmup === undefined || load.warmup === 'none'
        ? { kind: 'none' }
        : load.warmup === 'auto'
          ? { kind: 'auto' }
          : { kind: 'fixed', seconds: this.seconds(load.warmup, 0) }
    if (warmup.kind === 'fixed' && warmup.seconds >= seconds && mode.kind === 'closed') {
      this.problem('MF7006', ['load', 'warmup'], 'The warm-up is as long as the whole run.')
    }
    return {
      mode,
      seconds,
      warmup,
      timeoutMs: this.seconds(load.timeout, 10) * 1000,
      ...defined({
        connections: load.connections,
        streams: load.streams,
        keepAlive: load.keepAlive,
        requestLimit: load.requests,
        threads: load.threads,
        pacing: load.pacing as LoadSpec['pacing'] | undefined,
        seed: load.seed,
      }),
      ...(load.stopOnErrors === undefined
        ? {}
        : { stopOnErrors: { share: Number.parseFloat(load.stopOnErrors) / 100, after: 50 } }),
    }
  }

  private mode(seconds: number): LoadMode {
    const load = this.check.load ?? {}
    const ways = [load.rate, load.stages, load.search].filter((way) => way !== undefined).length
    if (ways > 1) this.problem('MF7006', ['load'], 'A load has a rate, or stages, or a search: one of them.')
    if (load.mode === 'closed' && ways > 0) {
      this.problem('MF7006', ['load', 'mode'], 'A closed loop has no rate; it goes as fast as the target answers.')
    }
    if (load.mode === 'open' && ways === 0) this.problem('MF7006', ['load'], 'An open loop needs a rate.')
    const arrival = (load.arrival as 'uniform' | 'poisson' | undefined) ?? 'uniform'
    if (load.rate !== undefined) return { kind: 'open', arrival, profile: constantRate(load.rate, seconds) }
    if (load.search !== undefined)
      return { kind: 'open', arrival, profile: constantRate(load.search.from ?? 100, this.seconds(load.search.hold, 10)) }
    if (load.stages === undefined) return { kind: 'closed' }
    const pieces: RatePiece[] = []
    for (const [index, stage] of load.stages.entries()) {
      const before = pieces.at(-1)?.to ?? 0
      const from = stage.rate ?? stage.from ?? before
      const to = stage.rate ?? stage.to ?? from
      if (stage.rate !== undefined && (stage.from !== undefined || stage.to !== undefined)) {
        this.problem('MF7006', ['load', 'stages', index], 'A stage has a rate, or goes from one to another.')
      }
      pieces.push({ from, to, seconds: this.seconds(stage.duration, 0) })
    }
    if (load.duration !== undefined) this.problem('MF7006', ['load', 'duration'], 'The stages say how long the run is.')
    const profile = { pieces }
    if (profileRequests(profile) === 0) this.problem('MF7006', ['load', 'stages'], 'The stages plan no request.')
    return { kind: 'open', arrival, profile }
  }

  private search(): SearchRange | undefined {
    const search = this.check.load?.search
    if (search === undefined) return undefined
    const range = {
      from: search.from ?? 100,
      to: search.to ?? 100_000,
      precision: search.precision ?? 0.05,
      holdSeconds: this.seconds(search.hold, 10),
    }
    if (range.to < range.from) this.problem('MF7006', ['load', 'search'], 'The search ends below where it begins.')
    if ((this.check.thresholds ?? []).length === 0) {
      this.problem('MF7006', ['load', 'search'], 'A search needs thresholds to meet.', { hint: 'such as "p99 < 50ms"' })
    }
    return range
  }

  private thresholds(): Threshold[] {
    const thresholds: Threshold[] = []
    for (const [index, text] of (this.check.thresholds ?? []).entries()) {
      const parsed = parseThreshold(text)
      if (parsed.ok) thresholds.push(parsed.threshold)
      else {
        this.problem('MF7002', ['thresholds', index], `In \`${text}\`, column ${parsed.column}: ${parsed.problem}.`, {
          offset: parsed.column - 1,
          ...(parsed.hint === undefined ? {} : { hint: parsed.hint }),
        })
      }
    }
    return thresholds
  }
}

/** Only the entries that have a value. */
function defined<T extends object>(entries: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>
  }
}
