import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Design } from '../../design/design.ts'
import { findChecks } from '../../perf/check/check-file.ts'
import { designCheckValue } from '../../perf/check/design-check.ts'
import type { PerfCheckSpec } from '../../perf/check/perf-check-spec.ts'
import { readPerfCheck } from '../../perf/check/read-perf-check.ts'
import { type Diagnostic, hasErrors } from '../../plan/diagnostic.ts'
import { isJsonObject } from '../../plan/json.ts'
import type { SourceLocation, ValuePath } from '../../plan/source.ts'
import type { CommandIo } from '../command-io.ts'
import type { DesignOptions } from '../design-options.ts'
import { checkNameOf, fileReader } from './design-check-reader.ts'
import { type LoadOptions, withLoadOverrides } from './perf-options.ts'

/** The checks that a word on the command line stands for, with the design they are part of. */
export interface FoundChecks {
  readonly checks: readonly PerfCheckSpec[]
  /** True when the word was an address to load, without a check written down. */
  readonly adHoc: boolean
  readonly design: Design | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Finds what to run: an address to load (`http://...`), the address of a check in the design (`perfChecks.reviews`), or a file: a
 * design, a perf-check or an SMP test. What the options say of the load goes before what is written.
 */
export async function findPerfChecks(
  io: CommandIo,
  target: string | undefined,
  options: LoadOptions & DesignOptions,
): Promise<FoundChecks> {
  if (target !== undefined && /^[a-z][a-z0-9+.-]*:\/\//i.test(target)) return addressChecks(io, target, options)
  if (target === undefined || /(^|\.)perfChecks\./.test(target)) return designChecks(io, target, options)
  return fileChecks(io, target, options)
}

async function addressChecks(io: CommandIo, target: string, options: LoadOptions): Promise<FoundChecks> {
  const value = withLoadOverrides(addressCheck(target, options), options)
  const read = await readPerfCheck(nameOf(target), value, fileReader(io.cwd))
  return read.ok
    ? { checks: [read.check], adHoc: true, design: undefined, diagnostics: [] }
    : { checks: [], adHoc: true, design: undefined, diagnostics: read.diagnostics }
}

/** What a TCP load sends when nothing else is said, and expects to come back. */
const TCP_PAYLOAD_BYTES = 64

/** A bare address as a check. TCP takes an HTTP address for its host and port. */
function addressCheck(target: string, options: LoadOptions): Record<string, unknown> {
  const url = URL.canParse(target) ? new URL(target) : undefined
  const tcp = options.protocol === 'tcp' || url?.protocol === 'tcp:' || url?.protocol === 'tls:'
  if (!tcp || url === undefined) return { target }
  const scheme = url.protocol === 'https:' || url.protocol === 'tls:' ? 'tls' : 'tcp'
  const port = url.port !== '' ? url.port : url.protocol === 'https:' ? '443' : url.protocol === 'http:' ? '80' : ''
  const payload = options.body === undefined ? { bodySize: TCP_PAYLOAD_BYTES } : {}
  return { target: `${scheme}://${url.hostname}${port === '' ? '' : `:${port}`}`, ...payload }
}

function nameOf(target: string): string {
  return URL.canParse(target) ? new URL(target).host : target
}

async function fileChecks(io: CommandIo, target: string, options: LoadOptions & DesignOptions): Promise<FoundChecks> {
  const path = resolve(io.cwd, target)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EISDIR')
      return designChecks(io, undefined, { ...options, file: [target] })
    return nothing([
      {
        severity: 'error',
        code: 'MF6003',
        summary: `${target} can not be read`,
        detail: error instanceof Error ? `${error.message}.` : String(error),
        hint: 'Name a file with perf-checks, the address of a check such as perfChecks.reviews, or an address to load such as http://localhost:8080/.',
      },
    ])
  }
  if (/^\s*kind:\s*Design\b/m.test(text)) return designChecks(io, undefined, { ...options, file: [target] })
  const found = findChecks(text, target)
  return readAll(
    found.checks.map(({ name, value, locate }) => ({
      name,
      value: isJsonObject(value) ? value : {},
      locate,
      cwd: dirname(path),
    })),
    options,
    found.diagnostics,
    undefined,
  )
}

async function designChecks(
  io: CommandIo,
  address: string | undefined,
  options: LoadOptions & DesignOptions,
): Promise<FoundChecks> {
  const { readDesign } = await import('../read-design.ts')
  const { design, diagnostics } = await readDesign(io, options)
  if (design === undefined) return nothing(diagnostics)
  const all = design.components.filter((component) => component.section === 'perfChecks')
  const wanted =
    address === undefined
      ? all
      : all.filter((component) => component.address === address || component.address.startsWith(`${address}[`))
  // A check that could not be read is missing for the reason that is told already.
  if (wanted.length === 0 && hasErrors(diagnostics)) return nothing(diagnostics)
  if (wanted.length === 0) {
    return nothing([
      ...diagnostics,
      {
        severity: 'error',
        code: 'MF7011',
        summary: address === undefined ? 'The design has no perf-checks' : `The design has no ${address}`,
        detail: all.length === 0 ? 'It has no `perfChecks`.' : `It has ${all.map((component) => component.address).join(', ')}.`,
      },
    ])
  }
  return readAll(
    wanted.map((component) => ({
      name: checkNameOf(component),
      value: designCheckValue(component.spec),
      locate: (path: ValuePath): SourceLocation | undefined => component.locate(path),
      cwd: resolve(io.cwd, design.directory),
    })),
    options,
    diagnostics,
    design,
  )
}

interface Written {
  readonly name: string
  readonly value: Readonly<Record<string, unknown>>
  readonly locate: (path: ValuePath) => SourceLocation | undefined
  readonly cwd: string
}

async function readAll(
  written: readonly Written[],
  options: LoadOptions,
  before: readonly Diagnostic[],
  design: Design | undefined,
): Promise<FoundChecks> {
  const checks: PerfCheckSpec[] = []
  const diagnostics: Diagnostic[] = [...before]
  for (const { name, value, locate, cwd } of written) {
    const read = await readPerfCheck(name, withLoadOverrides(value, options), fileReader(cwd), locate)
    if (read.ok) checks.push(read.check)
    else diagnostics.push(...read.diagnostics)
  }
  return { checks, adHoc: false, design, diagnostics }
}

function nothing(diagnostics: readonly Diagnostic[]): FoundChecks {
  return { checks: [], adHoc: false, design: undefined, diagnostics }
}
