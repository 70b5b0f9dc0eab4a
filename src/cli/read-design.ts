import { looksLikeAddress } from '../catalog/pattern-address.ts'
import type { Design } from '../design/design.ts'
import { loadDesign } from '../design/load-design.ts'
import { sortDiagnostics } from '../design/mistake.ts'
import type { FetchPattern } from '../design/module/load-module.ts'
import { coverDiagnostics } from '../plan/cover-diagnostics.ts'
import { type Diagnostic, hasErrors } from '../plan/diagnostic.ts'
import { sensitiveTexts } from '../plan/sensitive-text.ts'
import { expandDesign } from '../planner/expand.ts'
import type { CommandIo } from './command-io.ts'
import type { DesignOptions } from './design-options.ts'
import { pinFilters } from './filter/pin-filters.ts'
import { catalogFor } from './provider-catalog.ts'

/**
 * Reads the design that the options name. With errors among the diagnostics the design must not be carried out; what its sound
 * components would be refused for is among them too, so that all mistakes are told at once.
 */
export async function readDesign(io: CommandIo, options: DesignOptions, fetchPattern?: FetchPattern): Promise<ReadDesign> {
  const read = await readOpenly(io, options, fetchPattern)
  const values = read.design?.sensitiveValues ?? []
  return values.length === 0 ? read : { ...read, diagnostics: coverDiagnostics(read.diagnostics, sensitiveTexts(values)) }
}

interface ReadDesign {
  readonly design: Design | undefined
  readonly diagnostics: readonly Diagnostic[]
}

async function readOpenly(io: CommandIo, options: DesignOptions, fetchPattern: FetchPattern | undefined): Promise<ReadDesign> {
  const inputs = inputValues(options.input)
  const paths = options.file.length === 0 ? ['.'] : options.file
  const loaded = await loadDesign({
    paths,
    inputs: { cli: inputs.values, files: options.inputFile, environment: io.env },
    cwd: io.cwd,
    fetchPattern: fetchPattern ?? fetchWhenMet(io, paths),
  })
  const diagnostics = [...inputs.diagnostics, ...loaded.diagnostics]
  if (loaded.design === undefined) return { design: undefined, diagnostics }
  if (loaded.design.components.some((component) => component.section === 'perfChecks')) {
    const { checkMistakes } = await import('./perf/check-mistakes.ts')
    diagnostics.push(...(await checkMistakes(io, loaded.design)))
  }
  if (!hasErrors(diagnostics)) {
    const pinned = await pinFilters(io, loaded.design)
    return { design: pinned.design, diagnostics: [...diagnostics, ...pinned.diagnostics] }
  }
  return { design: loaded.design, diagnostics: sortDiagnostics([...diagnostics, ...(await refusalsOf(loaded.design))]) }
}

/** Fetches patterns; what that takes is loaded only when an address is met. */
function fetchWhenMet(io: CommandIo, paths: readonly string[]): FetchPattern {
  let fetcher: Promise<FetchPattern> | undefined
  return async (source) => {
    if (!looksLikeAddress(source)) return undefined
    fetcher ??= import('./pattern/pattern-context.ts').then(({ patternFetcher }) => patternFetcher(io, paths))
    return (await fetcher)(source)
  }
}

async function refusalsOf(design: Design): Promise<readonly Diagnostic[]> {
  const catalog = await catalogFor(design)
  const owner = { design: design.name, workspace: 'default' }
  return expandDesign({ ...catalog, design, owner, served: () => undefined }).diagnostics
}

function inputValues(texts: readonly string[]): {
  readonly values: Record<string, string>
  readonly diagnostics: readonly Diagnostic[]
} {
  const values: Record<string, string> = {}
  const diagnostics: Diagnostic[] = []
  for (const text of texts) {
    const equals = text.indexOf('=')
    if (equals > 0) values[text.slice(0, equals)] = text.slice(equals + 1)
    else {
      diagnostics.push({
        severity: 'error',
        code: 'MF6001',
        summary: `--input ${text} gives no value`,
        hint: 'Write --input name=value.',
      })
    }
  }
  return { values, diagnostics }
}
