/** A value of JSON as a configuration needs it: text holds a string's or a scalar's characters, items an array's or object's values. */
export class Json {
  text: string = ''
  keys: string[] = []
  items: Json[] = []

  /** A member's value; an empty one when it isn't there. */
  member(key: string): Json {
    for (let index = 0; index < this.keys.length; index += 1) {
      if (this.keys[index] === key) return this.items[index]
    }
    return new Json()
  }

  /** A member's text, or the default when it is missing or empty. */
  memberText(key: string, otherwise: string): string {
    const text = this.member(key).text
    return text.length > 0 ? text : otherwise
  }

  /** A member's whole number, or the default. */
  memberNumber(key: string, otherwise: i32): i32 {
    const text = this.member(key).text
    return text.length > 0 ? I32.parseInt(text) : otherwise
  }
}

/** A cursor over the text; `failed` once something isn't JSON. */
class Reader {
  at: i32 = 0
  failed: bool = false

  constructor(readonly text: string) {}

  peek(): i32 {
    while (this.at < this.text.length && this.text.charCodeAt(this.at) <= 32) this.at += 1
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1
  }

  /** Takes a character if it is next. */
  take(code: i32): bool {
    if (this.peek() !== code) return false
    this.at += 1
    return true
  }

  string(): string {
    let out = ''
    if (!this.take(34)) this.failed = true
    while (!this.failed) {
      if (this.at >= this.text.length) {
        this.failed = true
        break
      }
      const code = this.text.charCodeAt(this.at)
      this.at += 1
      if (code === 34) break
      if (code !== 92) {
        out += String.fromCharCode(code)
        continue
      }
      const escaped = this.text.charAt(this.at)
      this.at += 1
      if (escaped === 'n') out += '\n'
      else if (escaped === 't') out += '\t'
      else if (escaped === 'r') out += '\r'
      else if (escaped === 'u') {
        out += String.fromCharCode(I32.parseInt(this.text.substr(this.at, 4), 16))
        this.at += 4
      } else out += escaped
    }
    return out
  }

  value(depth: i32): Json {
    const json = new Json()
    const code = this.peek()
    if (depth > 32 || code < 0) this.failed = true
    else if (code === 34) json.text = this.string()
    else if (code === 123 || code === 91) this.members(json, code === 123, depth)
    else {
      const start = this.at
      while (this.at < this.text.length && !',]} \n\r\t'.includes(this.text.charAt(this.at))) this.at += 1
      json.text = this.text.substring(start, this.at)
      if (json.text.length === 0) this.failed = true
    }
    return json
  }

  members(json: Json, keyed: bool, depth: i32): void {
    const end = keyed ? 125 : 93
    this.at += 1
    if (this.take(end)) return
    while (!this.failed) {
      if (keyed) {
        this.peek()
        json.keys.push(this.string())
        if (!this.take(58)) this.failed = true
      }
      if (this.failed) return
      json.items.push(this.value(depth + 1))
      if (this.take(end)) return
      if (!this.take(44)) this.failed = true
    }
  }
}

/** The value that a text holds; null when it isn't JSON. */
export function parseJson(text: string): Json | null {
  const reader = new Reader(text)
  const json = reader.value(0)
  return reader.failed || reader.peek() >= 0 ? null : json
}
