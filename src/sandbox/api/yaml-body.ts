import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type YAMLParseError } from 'yaml'
import type { JsonValue } from '../../plan/json.ts'

/** A body that came as YAML. */
export type YamlBody =
  | {
      readonly ok: true
      readonly value: JsonValue
      /** What a strict reader says of keys that stand twice; undefined when none does. */
      readonly duplicates: string | undefined
    }
  | { readonly ok: false; readonly problem: string }

const dates = 'tag:yaml.org,2002:timestamp'

/** The problem as Go's YAML reader words the usual ones. */
function problemOf(error: YAMLParseError): string {
  const line = error.linePos?.[0].line ?? 1
  const missing = /must be sufficiently indented and end with|Expected .* to end with/.test(error.message)
  if (missing) return `yaml: line ${line}: did not find expected node content`
  if (/implicit keys|Nested mappings|compact/i.test(error.message)) {
    return `yaml: line ${error.linePos?.[1]?.line ?? line}: mapping values are not allowed in this context`
  }
  return `yaml: line ${line}: could not find expected ':'`
}

function duplicatesOf(document: Document, lines: LineCounter): string | undefined {
  const found: string[] = []
  const visit = (node: unknown): void => {
    if (isSeq(node)) for (const item of node.items) visit(item)
    if (!isMap(node)) return
    const seen = new Set<string>()
    for (const pair of node.items) {
      if (!isPair(pair)) continue
      visit(pair.value)
      if (!isScalar(pair.key)) continue
      const key = String(pair.key.value)
      if (seen.has(key))
        found.push(`  line ${lines.linePos(pair.key.range?.[0] ?? 0).line}: key ${JSON.stringify(key)} already set in map`)
      seen.add(key)
    }
  }
  if (!isAlias(document.contents)) visit(document.contents)
  return found.length === 0 ? undefined : `yaml: unmarshal errors:\n${found.join('\n')}`
}

/**
 * Reads YAML as the API server does: version 1.1, in which `yes` and `on` are booleans, of keys that stand twice the last. Times
 * stay text.
 */
export function readYaml(text: string): YamlBody {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {
    version: '1.1',
    merge: true,
    uniqueKeys: false,
    lineCounter,
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && tag.tag !== dates)),
  })
  const [error] = document.errors
  if (error !== undefined) return { ok: false, problem: problemOf(error) }
  // YAML knows more than JSON does (numbers that are none), and shares what is aliased.
  const plain = JSON.stringify(document.toJS({ maxAliasCount: 100 }) as unknown)
  return { ok: true, value: JSON.parse(plain ?? 'null') as JsonValue, duplicates: duplicatesOf(document, lineCounter) }
}
