import { printable, type Style } from './style.ts'
import { shorten, textWidth } from './text-width.ts'

/** Columns of the last line that stay free, so that no terminal wraps a full one. */
const MARGIN = 2

/** The last line of a terminal, drawn again and again: never longer than the terminal is wide at that moment, and taken away whole. */
export class LiveLine {
  readonly #write: (text: string) => void
  readonly #style: Style
  #columns = 0

  constructor(write: (text: string) => void, style: Style) {
    this.#write = write
    this.#style = style
  }

  /** Draws a text of one line after a mark, in place of what was there. */
  draw(mark: string, text: string): void {
    const line = printable(text.replaceAll(/\s+/g, ' '))
    const shown = shorten(line, Math.max(1, this.#style.width - textWidth(mark) - MARGIN))
    this.#write(`${this.#away()}${mark}${shown}`)
    this.#columns = textWidth(mark) + textWidth(shown)
  }

  /** Takes the line away, so that something else can be written. */
  erase(): void {
    if (this.#columns > 0) this.#write(this.#away())
    this.#columns = 0
  }

  /** A terminal that became narrower since has broken the line into several. */
  #away(): string {
    const above = Math.max(0, Math.ceil(this.#columns / this.#style.width) - 1)
    return `\r\u001b[2K${'\u001b[1A\u001b[2K'.repeat(above)}`
  }
}
