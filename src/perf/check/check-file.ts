import { isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject } from '../../plan/json.ts'
import type { SourceLocation, ValuePath } from '../../plan/source.ts'
import { isSmpTest, readSmpTest } from '../formats/smp-read.ts'
import { checkProblem, type Locate } from './check-problem.ts'

/** A check found in a file, as written. */
export interface WrittenCheck {
  readonly name: string
  readonly value: unknown
  readonly locate: Locate
}

/** The checks of a file, and what is wrong with it or worth a warning. */
export interface CheckFile {
  readonly checks: readonly WrittenCheck[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Larger texts are not perf files. */
const SIZE_LIMIT = 4 * 1024 * 1024

/**
 * Finds the perf-checks in a YAML or JSON text: those of a design (`perfChecks`), a file of their own (`kind: PerfCheck`), a bare
 * check (`target`), or an SMP test in any of its dialects.
 */
export function findChecks(text: string, file: string): CheckFile {
  const problem = (detail: string, location?: SourceLocation): CheckFile => ({
    checks: [],
    diagnostics: [checkProblem('MF7008', detail, { address: 'perfChecks', path: [], locate: () => location })],
  })
  if (text.length > SIZE_LIMIT) return problem(`${file} is larger than 4 MiB.`)
  const lines = new LineCounter()
  const checks: WrittenCheck[] = []
  const diagnostics: Diagnostic[] = []
  const documents = parseAllDocuments(text, { lineCounter: lines })
  for (const document of Array.isArray(documents) ? documents : []) {
    const [error] = document.errors
    if (error !== undefined) {
      const place = lines.linePos(error.pos[0])
      return problem(error.message.split('\n')[0] ?? 'It is not YAML.', { file, line: place.line, column: place.col })
    }
    const place = (path: ValuePath): SourceLocation | undefined => locateIn(document.contents, path, lines, file)
    const value: unknown = document.toJS({ maxAliasCount: 100 })
    const found = checksOf(value, place)
    checks.push(...found.checks)
    diagnostics.push(...found.diagnostics)
  }
  if (checks.length === 0 && diagnostics.length === 0) {
    return problem(`${file} has no perf-checks: neither \`perfChecks\`, \`kind: PerfCheck\`, a \`target\`, nor an SMP \`test\`.`)
  }
  return { checks, diagnostics }
}

function checksOf(value: unknown, place: Locate): CheckFile {
  if (!isJsonObject(value)) return { checks: [], diagnostics: [] }
  const under =
    (...prefix: ValuePath): Locate =>
    (path) =>
      place([...prefix, ...path])
  if (isJsonObject(value.perfChecks)) {
    const entries = Object.entries(value.perfChecks)
    return {
      checks: entries.map(([name, check]) => ({ name, value: check, locate: under('perfChecks', name) })),
      diagnostics: [],
    }
  }
  if (value.kind === 'PerfCheck' && isJsonObject(value.spec)) {
    const metadata = value.metadata
    const name = isJsonObject(metadata) && typeof metadata.name === 'string' ? metadata.name : 'check'
    return { checks: [{ name, value: value.spec, locate: under('spec') }], diagnostics: [] }
  }
  if (isSmpTest(value)) {
    const smp = readSmpTest(value, place)
    return { checks: smp.checks.map((check) => ({ ...check, locate: () => place([]) })), diagnostics: smp.diagnostics }
  }
  if (typeof value.target === 'string') return { checks: [{ name: 'check', value, locate: place }], diagnostics: [] }
  return { checks: [], diagnostics: [] }
}

/** The place of the value at `path`, or of the nearest thing around it that is there. For text, of its first character. */
function locateIn(root: Node | null, path: ValuePath, lines: LineCounter, file: string): SourceLocation | undefined {
  let node: unknown = root
  let offset = root?.range?.[0] ?? 0
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === part)
      if (pair === undefined) break
      node = pair.value
      offset = rangeStart(pair.value) ?? rangeStart(pair.key) ?? offset
    } else if (isSeq(node)) {
      node = node.items[Number(part)]
      offset = rangeStart(node) ?? offset
    } else break
  }
  const quoted = isScalar(node) && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE') ? 1 : 0
  const place = lines.linePos(offset + quoted)
  return { file, line: place.line, column: place.col }
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined
  const { range } = node as { readonly range?: readonly number[] | null }
  return range?.[0]
}
