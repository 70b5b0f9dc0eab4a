import { DASH, HASH, NEWLINE, SPACE } from './yaml-characters.ts'

/** Thrown by the quick reader's parts, and caught by it: the text uses something that only the whole parser knows. */
export class Unusual extends Error {}

/** A place in a text that is read line by line. */
export class QuickCursor {
  readonly text: string
  at = 0
  /** Column of what `at` is at, when it is the first thing in its line. */
  indent = 0

  constructor(text: string) {
    this.text = text
  }

  isMarker(): boolean {
    return this.indent === 0 && this.text.startsWith('---', this.at) && this.isBlank(this.at + 3)
  }

  code(at: number): number {
    return at < this.text.length ? this.text.charCodeAt(at) : NEWLINE
  }

  /** A space, or the end of the line. */
  isBlank(at: number): boolean {
    const code = this.code(at)
    return code === SPACE || code === NEWLINE
  }

  /** Goes to the first thing of the next line that holds anything but a comment. False at the end of the text. */
  nextLine(): boolean {
    const text = this.text
    while (this.at < text.length) {
      const begin = this.at
      while (this.code(this.at) === SPACE) this.at++
      const code = this.code(this.at)
      if (code !== NEWLINE && code !== HASH) {
        this.indent = this.at - begin
        return true
      }
      const end = text.indexOf('\n', this.at)
      this.at = end < 0 ? text.length : end + 1
    }
    this.indent = -1
    return false
  }

  /** Goes behind the end of the line, where nothing but a comment may be left. */
  endLine(): void {
    const begin = this.at
    while (this.code(this.at) === SPACE) this.at++
    const code = this.code(this.at)
    if (code === HASH && this.at === begin) throw new Unusual()
    if (code !== NEWLINE && code !== HASH) throw new Unusual()
    const end = this.text.indexOf('\n', this.at)
    this.at = end < 0 ? this.text.length : end + 1
  }

  /** True when the rest of the line is empty or a comment. */
  isLineDone(): boolean {
    let at = this.at
    while (this.code(at) === SPACE) at++
    const code = this.code(at)
    return code === NEWLINE || (code === HASH && at > this.at)
  }

  isItem(): boolean {
    return this.code(this.at) === DASH && this.isBlank(this.at + 1)
  }

  /** The first thing behind an offset in its line. */
  lineBefore(offset: number): number {
    let at = offset
    while (this.code(at) === SPACE) at++
    return at
  }
}
