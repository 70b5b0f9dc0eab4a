/** Text as the ABI's byte strings hold it: one character a byte of its UTF-8. */
export function toByteText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

/** The text of a byte string that holds UTF-8; bytes that don't are replaced by U+FFFD. */
export function fromByteText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'latin1').toString('utf8')
}

/** Up to this many characters a loop writes faster than a call into the engine does. */
const shortText = 40

/** Writes text of one character a byte, for which there must be room; answers how many bytes that were. */
export function writeByteText(bytes: Buffer, text: string, at: number): number {
  if (text.length > shortText) return bytes.write(text, at, 'latin1')
  for (let index = 0; index < text.length; index += 1) bytes[at + index] = text.charCodeAt(index)
  return text.length
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7f) return false
  return true
}
