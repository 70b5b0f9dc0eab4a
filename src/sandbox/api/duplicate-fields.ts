/** A field that stands in a text of JSON, and where. */
export interface FieldPosition {
  readonly path: string
  readonly position: number
}

interface Level {
  readonly path: string
  /** Names seen in an object; undefined in a list. */
  readonly names: Set<string> | undefined
  index: number
}

const quote = 0x22
const backslash = 0x5c

function endOfText(text: string, from: number): number {
  let at = from + 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === backslash) at += 2
    else if (code === quote) return at
    else at += 1
  }
  return text.length
}

function isKey(text: string, end: number): boolean {
  let at = end + 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 0x3a) return true
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return false
    at += 1
  }
  return false
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** Tells of every field of a text that is JSON: its path, where it stands, and whether its object had one of that name before. */
export function visitFields(text: string, visit: (field: FieldPosition, isDuplicate: boolean) => void): void {
  const levels: Level[] = []
  let key = ''
  let at = 0
  const below = (): string => {
    const level = levels.at(-1)
    if (level === undefined) return ''
    return level.names === undefined ? `${level.path}[${level.index}]` : join(level.path, key)
  }
  while (at < text.length) {
    const character = text[at]
    switch (character) {
      case '"': {
        const end = endOfText(text, at)
        const level = levels.at(-1)
        if (level?.names !== undefined && isKey(text, end)) {
          const raw = text.slice(at + 1, end)
          key = raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw
          visit({ path: join(level.path, key), position: at }, level.names.has(key))
          level.names.add(key)
        }
        at = end
        break
      }
      case '{':
        levels.push({ path: below(), names: new Set(), index: 0 })
        break
      case '[':
        levels.push({ path: below(), names: undefined, index: 0 })
        break
      case '}':
      case ']':
        levels.pop()
        break
      case ',': {
        const level = levels.at(-1)
        if (level !== undefined) level.index += 1
        break
      }
    }
    at += 1
  }
}

/** Fields that stand twice in their object, in the order of the text. */
export function duplicateFields(text: string): readonly FieldPosition[] {
  const found: FieldPosition[] = []
  visitFields(text, (field, isDuplicate) => {
    if (isDuplicate && !found.some(({ path }) => path === field.path)) found.push(field)
  })
  return found
}

/** Where fields stand first. */
export function fieldPositions(text: string): ReadonlyMap<string, number> {
  const positions = new Map<string, number>()
  visitFields(text, ({ path, position }) => {
    if (!positions.has(path)) positions.set(path, position)
  })
  return positions
}
