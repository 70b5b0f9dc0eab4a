import { type Environment, EvaluationError } from '@marcbachmann/cel-js'

/** A URL as CEL handles it: absolute, or a path from the root. */
class UrlValue {
  readonly #url: URL
  readonly #isAbsolute: boolean

  private constructor(url: URL, isAbsolute: boolean) {
    this.#url = url
    this.#isAbsolute = isAbsolute
  }

  static parse(text: string): UrlValue | undefined {
    const isAbsolute = /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text)
    if (!isAbsolute && !text.startsWith('/')) return undefined
    // Characters that Go's parser refuses and this one would quietly escape.
    if (/[\s<>"{}|\\^`]|%(?![0-9a-fA-F]{2})/.test(text)) return undefined
    try {
      return new UrlValue(new URL(text, 'relative://'), isAbsolute)
    } catch {
      return undefined
    }
  }

  get scheme(): string {
    return this.#isAbsolute ? this.#url.protocol.slice(0, -1) : ''
  }

  get host(): string {
    return this.#isAbsolute ? this.#url.host : ''
  }

  get hostname(): string {
    return this.#isAbsolute ? this.#url.hostname.replace(/^\[(.*)\]$/, '$1') : ''
  }

  get port(): string {
    return this.#isAbsolute ? this.#url.port : ''
  }

  get path(): string {
    return this.#url.pathname
  }

  get query(): ReadonlyMap<string, readonly string[]> {
    const query = new Map<string, string[]>()
    for (const [name, value] of this.#url.searchParams) {
      const values = query.get(name)
      if (values === undefined) query.set(name, [value])
      else values.push(value)
    }
    return query
  }

  toString(): string {
    return this.#url.href
  }
}

/** `url(...)` and what can be asked of one. */
export function registerUrlFunctions(environment: Environment): void {
  const type = 'kubernetes.URL'
  environment.registerType(type, UrlValue)
  environment.registerFunction(`url(string): ${type}`, (text: string) => {
    const url = UrlValue.parse(text)
    if (url === undefined)
      throw new EvaluationError(
        `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
      )
    return url
  })
  environment.registerFunction('isURL(string): bool', (text: string) => UrlValue.parse(text) !== undefined)
  environment.registerFunction(`${type}.getScheme(): string`, (url: UrlValue) => url.scheme)
  environment.registerFunction(`${type}.getHost(): string`, (url: UrlValue) => url.host)
  environment.registerFunction(`${type}.getHostname(): string`, (url: UrlValue) => url.hostname)
  environment.registerFunction(`${type}.getPort(): string`, (url: UrlValue) => url.port)
  environment.registerFunction(`${type}.getEscapedPath(): string`, (url: UrlValue) => url.path)
  environment.registerFunction(`${type}.getQuery(): map<string, list<string>>`, (url: UrlValue) => url.query)
}
