import picocolors from 'picocolors'

/** How a terminal is drawn on: with or without colour, and how wide it is. */
export interface Style {
  readonly colors: ReturnType<typeof picocolors.createColors>
  /** Columns, as many as there are at the moment; long lines are shortened to fit, unless it is Infinity. */
  readonly width: number
}

const DEFAULT_COLUMNS = 80

/** A style for a stream. Colour only on a terminal, never under NO_COLOR or TERM=dumb, always under FORCE_COLOR. */
export function styleFor(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): Style {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0'
  const wanted = forced || (stream.isTTY === true && env.TERM !== 'dumb')
  const refused = env.NO_COLOR !== undefined && env.NO_COLOR !== ''
  return {
    colors: picocolors.createColors(wanted && !refused),
    // A window may be resized at any time. One of no width is a terminal that does not know its own.
    get width() {
      return stream.isTTY === true ? stream.columns || DEFAULT_COLUMNS : Number.POSITIVE_INFINITY
    },
  }
}

/** A text whose control characters are shown, not obeyed: what comes from files and servers must not steer the terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are replaced.
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
}

/** `1 object`, `2 objects`. */
export function plural(count: number, noun: string): string {
  // Not by toLocaleString: its first call loads the tables of all languages.
  const digits = String(count).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${digits} ${noun}${count === 1 ? '' : 's'}`
}
