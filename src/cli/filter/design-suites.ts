import { dirname, resolve } from 'node:path'
import type { Component, ComponentOf } from '../../design/component.ts'
import type { Design } from '../../design/design.ts'
import { filterSettings } from '../../filters/host/filter-settings.ts'
import type { FilterSuite } from '../../filters/test/filter-suite.ts'
import { configurationBytes } from '../../filters/test/test-messages.ts'
import { filterKindOf } from '../../providers/filter-kind.ts'
import type { CommandIo } from '../command-io.ts'
import { openModule } from './open-module.ts'

/** The tests of a design's filters, with their modules read. Filters without tests are left out. */
export async function designSuites(io: CommandIo, design: Design): Promise<readonly FilterSuite[]> {
  const tested = design.components.filter(isFilter).filter((filter) => (filter.spec.tests ?? []).length > 0)
  return Promise.all(tested.map((filter) => suiteOf(io, filter)))
}

function isFilter(component: Component): component is ComponentOf<'filters'> {
  return component.section === 'filters'
}

async function suiteOf(io: CommandIo, filter: ComponentOf<'filters'>): Promise<FilterSuite> {
  const { spec, address, name } = filter
  const tests = spec.tests ?? []
  const refuse = (summary: string, hint: string, path: readonly string[]): FilterSuite => ({
    name: address,
    filters: [],
    tests: [],
    diagnostics: [{ severity: 'error', code: 'MF9014', summary, hint, address, location: filter.locate(path) }],
  })
  const kind = filterKindOf(spec)
  if (kind !== 'wasm') {
    return refuse(`Only Wasm filters can be tested here, and this is ${kind}`, 'Leave its tests out.', ['tests'])
  }
  if (spec.source === undefined) return refuse('The filter has tests and no source', 'Say `source:`.', ['tests'])
  const folder = dirname(resolve(io.cwd, filter.locate(['source']).file))
  const read = await openModule(io, spec.source, {
    folder,
    ...(spec.sha256 === undefined ? {} : { sha256: spec.sha256 }),
  })
  if (!read.ok) {
    const diagnostic = { ...read.diagnostic, address, location: filter.locate(['source']) }
    return { name: address, filters: [], tests: [], diagnostics: [diagnostic] }
  }
  const settings = filterSettings({
    name,
    wasm: read.module.bytes,
    configuration: configurationBytes(spec.config),
    rootId: spec.rootId ?? '',
    vmId: spec.vmId ?? '',
    vmConfiguration: configurationBytes(spec.vmConfig),
    environment: spec.environment ?? {},
    ...(spec.capabilities === undefined ? {} : { allowedCapabilities: spec.capabilities }),
    failurePolicy: spec.failOpen === true ? 'fail-open' : 'fail-closed',
    kind: spec.protocol === 'tcp' ? 'network' : 'http',
  })
  return { name: address, filters: [settings], tests, diagnostics: [] }
}
