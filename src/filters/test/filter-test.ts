/** A scalar as YAML has it. */
export type TestScalar = string | number | boolean

/** Headers by name; a list is several headers of one name. */
export type TestHeaders = Readonly<Record<string, TestScalar | readonly TestScalar[]>>

/** A body: text, a JSON value, or bytes. */
export type TestBody = string | { readonly json: unknown } | { readonly base64: string }

/** What a text has to be: itself, null for "not there", or a condition. */
export type TextMatch =
  | TestScalar
  | null
  | {
      readonly equals?: string
      readonly contains?: string
      readonly matches?: string
      readonly present?: boolean
      /** The text is JSON and holds at least this. */
      readonly json?: unknown
    }

export type TextMatches = Readonly<Record<string, TextMatch>>

export interface TestRequest {
  readonly method?: string
  readonly path?: string
  readonly host?: string
  readonly headers?: TestHeaders
  readonly body?: TestBody
  readonly chunks?: readonly string[]
  readonly trailers?: TestHeaders
}

export interface TestResponse {
  readonly status?: number
  readonly headers?: TestHeaders
  readonly body?: TestBody
  readonly chunks?: readonly string[]
  readonly trailers?: TestHeaders
}

/** An answer to callouts. What is not told matches anything. */
export interface TestCallout {
  readonly cluster?: string
  readonly method?: string
  readonly path?: string
  readonly service?: string
  readonly status?: number
  readonly headers?: TestHeaders
  readonly body?: TestBody
  readonly trailers?: TestHeaders
  readonly grpc?: { readonly status?: number; readonly message?: string; readonly messages?: readonly TestBody[] }
  readonly fails?: boolean
  /** A length of time such as `20ms`. */
  readonly delay?: string
  readonly times?: number
}

export interface TestConnectionStep {
  readonly send?: string
  readonly receive?: string
  readonly close?: 'client' | 'service'
}

/** What must hold after a step. What is not told may be anything, but for a filter that fails. */
export interface Expectation {
  readonly starts?: boolean
  readonly outcome?: 'responded' | 'local-response' | 'failed' | 'reset' | 'paused'
  readonly action?: string
  readonly request?: {
    readonly reached?: boolean
    readonly headers?: TextMatches
    readonly body?: TextMatch
    readonly trailers?: TextMatches
  }
  readonly response?: {
    readonly status?: number
    readonly headers?: TextMatches
    readonly body?: TextMatch
    readonly trailers?: TextMatches
    readonly details?: TextMatch
    readonly grpcStatus?: number
  }
  readonly logs?: readonly (string | { readonly level?: string; readonly message: TextMatch })[]
  readonly metrics?: Readonly<
    Record<
      string,
      number | { readonly value?: number; readonly atLeast?: number; readonly atMost?: number; readonly sum?: number }
    >
  >
  readonly callouts?: readonly {
    readonly cluster?: TextMatch
    readonly method?: TextMatch
    readonly path?: TextMatch
    readonly service?: TextMatch
    readonly headers?: TextMatches
    readonly body?: TextMatch
  }[]
  readonly failure?: TextMatch
  readonly connection?: { readonly toService?: TextMatch; readonly toClient?: TextMatch; readonly closed?: boolean }
}

/** One request or connection, and what must hold after it. */
export interface TestStep {
  readonly after?: string
  readonly repeat?: number
  readonly request?: TestRequest
  readonly response?: TestResponse
  readonly connection?: readonly TestConnectionStep[]
  /** Nothing is sent: the filters are ended, as a proxy does that drains. */
  readonly shutdown?: boolean
  readonly expect?: Expectation
}

/** A declarative test of a filter, or of a chain: as it stands in a design or a `*.filter-test.yaml` file. */
export interface FilterTest extends TestStep {
  readonly name: string
  readonly config?: string | Readonly<Record<string, unknown>>
  readonly properties?: Readonly<Record<string, unknown>>
  readonly environment?: Readonly<Record<string, string>>
  readonly clusters?: readonly string[]
  readonly callouts?: readonly TestCallout[]
  readonly time?: string
  readonly steps?: readonly TestStep[]
}
