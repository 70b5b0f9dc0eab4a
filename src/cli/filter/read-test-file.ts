import { readFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { type FilterTestFileSpec, filterTestFile } from '../../design/schema/filter-test.ts'
import { readYaml } from '../../design/source/read-yaml.ts'
import { filterSettings } from '../../filters/host/filter-settings.ts'
import type { FilterSuite } from '../../filters/test/filter-suite.ts'
import { configurationBytes } from '../../filters/test/test-messages.ts'
import { type Diagnostic, hasErrors } from '../../plan/diagnostic.ts'
import type { JsonValue } from '../../plan/json.ts'
import type { CommandIo } from '../command-io.ts'
import { misfitDiagnostics } from './misfit-diagnostics.ts'
import { openModule } from './open-module.ts'

/** Reads a `*.filter-test.yaml` file and the modules that it names. Mistakes come with file and line. */
export async function readTestFile(io: CommandIo, path: string): Promise<FilterSuite> {
  const absolute = resolve(io.cwd, path)
  const file = relative(io.cwd, absolute)
  const broken = (diagnostics: readonly Diagnostic[]): FilterSuite => ({ name: file, filters: [], tests: [], diagnostics })
  let text: string
  try {
    text = await readFile(absolute, 'utf8')
  } catch (error) {
    const detail = error instanceof Error ? `${error.message}.` : 'The file system refused it.'
    return broken([{ severity: 'error', code: 'MF6003', summary: `${file} can not be read`, detail }])
  }
  const { documents, diagnostics } = readYaml(text, file, 'design')
  const document = documents[0]
  if (document === undefined || hasErrors(diagnostics)) {
    const empty: Diagnostic = { severity: 'error', code: 'MF6003', summary: `${file} holds no tests` }
    return broken(diagnostics.length > 0 ? diagnostics : [empty])
  }
  const misfits = misfitDiagnostics(document, filterTestFile)
  if (!fits(document.value, misfits)) return broken([...diagnostics, ...misfits])
  const spec = document.value
  const suite: FilterSuite['filters'][number][] = []
  const problems: Diagnostic[] = [...diagnostics]
  for (const [name, filter] of Object.entries(spec.filters)) {
    const { source, sha256, config, vmConfig, capabilities, failOpen } = filter
    const read = await openModule(io, source, { folder: dirname(absolute), ...(sha256 === undefined ? {} : { sha256 }) })
    if (!read.ok) {
      problems.push({ ...read.diagnostic, location: document.locate(['filters', name, 'source']) })
      continue
    }
    suite.push(
      filterSettings({
        name,
        wasm: read.module.bytes,
        configuration: configurationBytes(config),
        vmConfiguration: configurationBytes(vmConfig),
        rootId: filter.rootId ?? '',
        vmId: filter.vmId ?? '',
        environment: filter.environment ?? {},
        failurePolicy: failOpen === true ? 'fail-open' : 'fail-closed',
        allowOnHeadersStopIteration: filter.allowOnHeadersStopIteration ?? false,
        kind: filter.kind ?? 'http',
        ...(capabilities === undefined ? {} : { allowedCapabilities: capabilities }),
      }),
    )
  }
  return { name: file, filters: suite, tests: spec.tests, diagnostics: problems }
}

/** A value without misfits is what the schema says. */
function fits(value: JsonValue, misfits: readonly Diagnostic[]): value is JsonValue & FilterTestFileSpec {
  return value !== null && misfits.length === 0
}
