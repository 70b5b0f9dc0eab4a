import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { SourceLocation, ValuePath } from '../../plan/source.ts'
import { compileExpression, type ExpressionProblem, isProblem } from '../expression/cel.ts'
import type { ExpressionReference } from '../expression/references.ts'
import { holdsExpression, readTemplate, type TemplateReading } from '../expression/template.ts'
import { mistake } from '../mistake.ts'
import type { Entry } from '../module/module-source.ts'

/** A `${...}` of a string, or a text that is CEL as a whole: where it is, and which of several that read alike. */
export interface Piece {
  readonly path: ValuePath
  /** The piece as written, with `${` and `}` where it has them. */
  readonly text: string
  readonly occurrence: number
  /** Characters before the expression begins: those of `${`, or none. */
  readonly lead: number
}

/** A reference of an expression, and where it is written. */
export interface PlacedReference {
  readonly reference: ExpressionReference
  readonly piece: Piece
}

/** What the expressions of an entry refer to, and what is wrong with their syntax. */
export interface Scan {
  readonly references: readonly PlacedReference[]
  readonly diagnostics: readonly Diagnostic[]
  /** False when nothing in the value needs evaluation. */
  readonly holds: boolean
}

const NOTHING: Scan = { references: [], diagnostics: [], holds: false }

/** Reads every expression of an entry, without evaluating any. */
export function scanExpressions(entry: Entry): Scan {
  if (!holdsAnywhere(entry.value)) return NOTHING
  const references: PlacedReference[] = []
  const diagnostics: Diagnostic[] = []
  const path: (string | number)[] = [...entry.path]
  const scanText = (text: string) => {
    const reading = readTemplateOnce(text)
    if ('unclosed' in reading) {
      diagnostics.push(
        mistake('MF1201', entry.document.locateText(path, '${', 0, 0), {
          summary: 'This ${ has no }',
          hint: 'Close it, or write $${ where the characters themselves are meant.',
        }),
      )
      return
    }
    for (const piece of piecesOf(reading, [...path])) {
      const compiled = compileExpression(piece.text.slice(2, -1))
      if (isProblem(compiled)) diagnostics.push(problemAt(entry, piece, compiled))
      else for (const reference of compiled.references) references.push({ reference, piece })
    }
  }
  const visit = (value: JsonValue) => {
    if (typeof value === 'string') {
      if (holdsExpression(value)) scanText(value)
      return
    }
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        path.push(index)
        visit(item)
        path.pop()
      }
      return
    }
    if (!isJsonObject(value)) return
    for (const [key, item] of Object.entries(value)) {
      path.push(key)
      if (holdsExpression(key)) scanText(key)
      visit(item)
      path.pop()
    }
  }
  visit(entry.value)
  return { references, diagnostics, holds: true }
}

function holdsAnywhere(value: JsonValue): boolean {
  if (typeof value === 'string') return holdsExpression(value)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(holdsAnywhere)
  // Asked of every value of a design, before anything of it runs fast: counted loops are the cheapest there.
  const keys = Object.keys(value)
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string
    const item = (value as JsonObject)[key]
    if (holdsExpression(key) || (item !== undefined && holdsAnywhere(item))) return true
  }
  return false
}

const readings = new Map<string, TemplateReading>()
const LARGEST_CACHE = 50_000

/** Takes a string apart, once for each text. */
export function readTemplateOnce(text: string): TemplateReading {
  const known = readings.get(text)
  if (known !== undefined) return known
  if (readings.size >= LARGEST_CACHE) readings.clear()
  const reading = readTemplate(text)
  readings.set(text, reading)
  return reading
}

/** The expressions of a string taken apart, in order. */
export function piecesOf(reading: TemplateReading, path: ValuePath): readonly Piece[] {
  if ('unclosed' in reading) return []
  const seen = new Map<string, number>()
  return reading.parts.flatMap((part): Piece[] => {
    if (part.kind === 'text') return []
    const text = `\${${part.source}}`
    const occurrence = seen.get(text) ?? 0
    seen.set(text, occurrence + 1)
    return [{ path, text, occurrence, lead: 2 }]
  })
}

/** Where a character of an expression stands. `start` counts from the beginning of the expression. */
export function pieceLocation(entry: Entry, piece: Piece, start: number): SourceLocation {
  return entry.document.locateText(piece.path, piece.text, start + piece.lead, piece.occurrence)
}

/** A problem of an expression as a diagnostic. */
export function problemAt(entry: Entry, piece: Piece, problem: ExpressionProblem): Diagnostic {
  return mistake(problem.code, pieceLocation(entry, piece, problem.start), {
    summary: problem.summary,
    detail: problem.detail,
    hint: problem.hint,
    address: addressOfEntry(entry),
  })
}

/** The entry as people name it: `workloads.web`. */
export function addressOfEntry(entry: Entry): string {
  return entry.path.slice(0, 2).join('.')
}
