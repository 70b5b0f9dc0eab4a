import pg from 'pg'
import { systemClock } from '../../clock.ts'
import { aborted, ok, refused, type StateResult } from '../../state-result.ts'
import { StatePatience } from '../remote/retry-policy.ts'

/** Where a PostgreSQL server keeps states. Credentials come from the address, PGPASSWORD or ~/.pgpass, and are never shown. */
export interface PgSettings {
  /** `postgres://host:port/database?sslmode=…&schema=…`. */
  readonly address: string
  /** Default: `meshform`. Made when it is first written to. */
  readonly schema: string
  /** PEM of the authority that vouches for the server, where the address names one with `sslrootcert`. */
  readonly authority?: string
}

/** Longest wait for an answer, in milliseconds. */
const TIMEOUT_MS = 30_000

/** A row as the server answers it. */
export type PgRow = { readonly [column: string]: unknown }

/** SQLSTATEs of a schema or table that is not there yet. */
const MISSING = new Set(['42P01', '3F000'])
/** SQLSTATEs of two that make the same schema or table at once. */
const MADE_AT_ONCE = new Set(['23505', '42710', '42P06', '42P07', 'XX000'])

/**
 * A few connections to a PostgreSQL server. Every call is one statement that stands by itself: nothing depends on a session, so that
 * a pooler between us and the server may give each to another connection.
 */
export class PgConnection {
  readonly location: string
  readonly #pool: pg.Pool
  readonly #schema: string
  readonly #patience: StatePatience
  #made: Promise<StateResult<void>> | undefined = undefined

  constructor(settings: PgSettings, applicationName: string, patience = new StatePatience(systemClock)) {
    this.#patience = patience
    const url = new URL(settings.address)
    this.location = `${url.protocol}//${url.host}${url.pathname}?schema=${settings.schema}`
    this.#schema = pg.escapeIdentifier(settings.schema)
    this.#pool = new pg.Pool({
      ...endpointOf(url),
      ssl: tlsOf(url, settings.authority),
      max: 4,
      application_name: applicationName,
      connectionTimeoutMillis: 10_000,
      query_timeout: TIMEOUT_MS,
      idleTimeoutMillis: 5_000,
      allowExitOnIdle: true,
    })
    // A connection that breaks while it is idle is replaced by the next call.
    this.#pool.on('error', () => {})
  }

  /**
   * Runs one statement that may be asked for twice, since the connection can break after it was carried out; `$schema` in it is the
   * schema. `missing`: the tables are not there yet.
   */
  async query(
    what: string,
    text: string,
    values: readonly unknown[],
    signal: AbortSignal,
  ): Promise<StateResult<readonly PgRow[] | 'missing'>> {
    const again = this.#patience.begin()
    for (;;) {
      const rows = await this.queryOnce(what, text, values, signal)
      if (rows.ok) this.#patience.answered()
      if (rows.ok || rows.error.kind !== 'unreachable') return rows
      if (!(await again({ status: undefined, reason: rows.error.message }, signal))) return signal.aborted ? aborted(what) : rows
    }
  }

  /** Runs one statement once. */
  async queryOnce(
    what: string,
    text: string,
    values: readonly unknown[],
    signal: AbortSignal,
  ): Promise<StateResult<readonly PgRow[] | 'missing'>> {
    if (signal.aborted) return aborted(what)
    const asked = this.#pool.query<PgRow>(text.replaceAll('$schema', this.#schema), [...values])
    try {
      return ok((await raceAbort(asked, signal)).rows)
    } catch (error) {
      // Nobody waits for it any more; its failure is no news.
      asked.catch(() => {})
      if (signal.aborted) return aborted(what)
      if (MISSING.has(codeOf(error))) return ok('missing')
      // IF NOT EXISTS does not keep two from making the same thing at once; the other one made it.
      if (text.startsWith('CREATE ') && MADE_AT_ONCE.has(codeOf(error))) return ok([])
      return refused(refusalOf(what, error))
    }
  }

  /** Makes schema and tables, once in the life of this connection. */
  prepare(statements: readonly string[], signal: AbortSignal): Promise<StateResult<void>> {
    this.#made ??= this.#prepare(statements, signal).then((made) => {
      if (!made.ok) this.#made = undefined
      return made
    })
    return this.#made
  }

  close(): Promise<void> {
    return this.#pool.end()
  }

  async #prepare(statements: readonly string[], signal: AbortSignal): Promise<StateResult<void>> {
    for (const statement of statements) {
      const made = await this.query('Making the state tables', statement, [], signal)
      if (!made.ok) return made
      if (made.value !== 'missing') continue
      const message = 'Making the state tables: the schema is gone again. Somebody else drops it.'
      return refused({ kind: 'backend', message })
    }
    return ok(undefined)
  }
}

function endpointOf(url: URL): pg.PoolConfig {
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname)
  const database = decodeURIComponent(url.pathname.slice(1))
  return {
    ...(host === '' ? {} : { host }),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(database === '' ? {} : { database }),
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
  }
}

/** TLS is verified unless the address says `sslmode=disable`; on this machine itself there is none unless it is asked for. */
function tlsOf(url: URL, authority: string | undefined): pg.PoolConfig['ssl'] {
  const mode = url.searchParams.get('sslmode')
  const isHere = url.searchParams.has('host') || ['', 'localhost', '127.0.0.1', '[::1]'].includes(url.hostname.toLowerCase())
  if (mode === 'disable' || (mode === null && isHere)) return false
  return { rejectUnauthorized: true, ...(authority === undefined ? {} : { ca: authority }) }
}

async function raceAbort<Value>(asked: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let stop = () => {}
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(new Error('aborted'))
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([asked, stopped])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function refusalOf(
  what: string,
  error: unknown,
): { readonly kind: 'unauthorized' | 'unreachable' | 'backend'; readonly message: string } {
  const code = codeOf(error)
  const said = error instanceof Error && error.message !== '' ? error.message : code
  if (code.startsWith('28') || code === '42501') return { kind: 'unauthorized', message: `${what}: ${said}.` }
  // 08: connection; 57P0x: the server shuts down or starts; 53300: too many connections. Without a SQLSTATE it never got there.
  const isThere = /^[0-9A-Z]{5}$/.test(code) && !/^(08|57P0|53300)/.test(code)
  return isThere
    ? { kind: 'backend', message: `${what}: PostgreSQL says: ${said} (${code}).` }
    : { kind: 'unreachable', message: `${what}: the PostgreSQL server can not be reached: ${said}.` }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
