import { fromByteText, toByteText } from '../abi/byte-text.ts'
import type { HeaderPair } from '../abi/header-pairs.ts'
import { type HeaderMapKind, inlineDelimiter, inlineNames } from './inline-headers.ts'

/** More headers than any proxy takes: past it, additions are dropped, so that a filter can't fill the host's memory. */
const maximumHeaders = 4096
/** Likewise: bytes that may be put into one map in its life. */
const maximumBytes = 64 * 1024 * 1024

/**
 * Headers in order, names in lower case, values a character a byte. It behaves as Envoy's HeaderMap does towards filters:
 * reading gives the first value of a name, replacing leaves one, and adding joins the values of an inline name.
 */
export class HeaderMap {
  readonly #kind: HeaderMapKind
  readonly #inline: ReadonlySet<string>
  #pairs: HeaderPair[] = []
  /** All that was ever put in, in bytes. */
  #size = 0

  /** Takes pairs whose text is already a character a byte. */
  constructor(pairs: readonly HeaderPair[] = [], kind: HeaderMapKind = 'other') {
    this.#kind = kind
    this.#inline = inlineNames(kind)
    for (const [name, value] of pairs) {
      const key = name.toLowerCase()
      if (!this.#join(key, value)) this.#pairs.push([key, value])
    }
  }

  /** From ordinary text, as tests and people write it. */
  static fromText(pairs: readonly HeaderPair[], kind: HeaderMapKind = 'other'): HeaderMap {
    return new HeaderMap(
      pairs.map(([name, value]) => [toByteText(name), toByteText(value)]),
      kind,
    )
  }

  /** Joins a value to the one that an inline name has already; false when the name is another, or has none. */
  #join(key: string, value: string): boolean {
    if (!this.#inline.has(key)) return false
    const at = this.#pairs.findIndex((pair) => pair[0] === key)
    const before = this.#pairs[at]
    if (before === undefined) return false
    if (before[1] === '') this.#pairs[at] = [key, value]
    else if (value !== '') this.#pairs[at] = [key, `${before[1]}${inlineDelimiter(key)}${value}`]
    return true
  }

  get pairs(): readonly HeaderPair[] {
    return this.#pairs
  }

  get length(): number {
    return this.#pairs.length
  }

  /** The first value of a name given in any case. */
  get(name: string): string | undefined {
    const key = name.toLowerCase()
    for (const pair of this.#pairs) if (pair[0] === key) return pair[1]
    return undefined
  }

  /** All values of a name joined by commas, as properties give them. */
  joined(name: string): string | undefined {
    const key = name.toLowerCase()
    const values = this.#pairs.filter((pair) => pair[0] === key).map((pair) => pair[1])
    return values.length === 0 ? undefined : values.join(',')
  }

  add(name: string, value: string): void {
    this.#size += name.length + value.length
    if (this.#pairs.length >= maximumHeaders || this.#size > maximumBytes) return
    const key = name.toLowerCase()
    if (this.#join(key, value)) return
    // Pseudo-headers stand before all others, wherever they are added.
    const at = key.startsWith(':') ? this.#pairs.findIndex((pair) => !pair[0].startsWith(':')) : -1
    if (at < 0) this.#pairs.push([key, value])
    else this.#pairs.splice(at, 0, [key, value])
  }

  /** Leaves the name with one value, where its first stood, or at the end. */
  replace(name: string, value: string): void {
    const key = name.toLowerCase()
    const at = this.#pairs.findIndex((pair) => pair[0] === key)
    if (at < 0) {
      this.add(key, value)
      return
    }
    this.#size += value.length
    if (this.#size > maximumBytes) return
    if (this.#pairs.findLastIndex((pair) => pair[0] === key) !== at) {
      this.#pairs = this.#pairs.filter((pair, index) => pair[0] !== key || index === at)
    }
    this.#pairs[at] = [key, value]
  }

  remove(name: string): void {
    const key = name.toLowerCase()
    if (this.get(key) !== undefined) this.#pairs = this.#pairs.filter((pair) => pair[0] !== key)
  }

  replaceAll(pairs: readonly HeaderPair[]): void {
    this.#pairs = []
    for (const [name, value] of pairs) this.add(name, value)
  }

  /** Bytes of all names and values, as proxy_get_header_map_size answers in Envoy. */
  byteSize(): number {
    let size = 0
    for (const [name, value] of this.#pairs) size += name.length + value.length
    return size
  }

  /** A copy that changes no more when this one does. */
  copy(): HeaderMap {
    const copy = new HeaderMap([], this.#kind)
    copy.#pairs = [...this.#pairs]
    return copy
  }

  /** As ordinary text. */
  toText(): [string, string][] {
    return this.#pairs.map(([name, value]) => [fromByteText(name), fromByteText(value)])
  }
}
