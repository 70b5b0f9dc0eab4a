import type { FilterInspection, ModuleKind } from '../../filters/inspect/inspection.ts'
import { plural, type Style } from '../../views/terminal/style.ts'

const KIND_TITLES: Readonly<Record<ModuleKind, string>> = {
  'proxy-wasm': 'Proxy-Wasm filter',
  'proxy-wasm-without-version': 'filter from before the ABI had versions',
  'http-wasm': 'http-wasm module',
  component: 'WebAssembly component',
  'other-module': 'WebAssembly module, not a filter',
  'not-wasm': 'not a WebAssembly module',
}

/** An inspection for people. */
export function inspectionText(inspection: FilterInspection, { colors }: Style): string {
  const { abi, sdk, memory, handles, hostFunctions, wasi } = inspection
  const rows: [string, string][] = [
    ['kind', abi === undefined ? KIND_TITLES[inspection.kind] : `${KIND_TITLES[inspection.kind]}, ABI ${abi}`],
    ['size', `${inspection.size.toLocaleString('en-US')} bytes`],
    ['sha256', inspection.sha256],
  ]
  if (inspection.kind !== 'not-wasm' && inspection.kind !== 'component') {
    const streams = [
      ...(handles.httpRequests ? ['HTTP requests'] : []),
      ...(handles.httpResponses ? ['HTTP responses'] : []),
      ...(handles.tcp ? ['TCP'] : []),
      ...(handles.timers ? ['timers'] : []),
    ]
    rows.push(
      ['built with', sdk.language === 'unknown' ? 'unknown' : `${sdk.language} (${sdk.evidence.slice(0, 2).join(', ')})`],
      ['handles', streams.length === 0 ? 'nothing' : streams.join(', ')],
      ['starts with', inspection.startFunctions.length === 0 ? 'nothing' : inspection.startFunctions.join(', ')],
      ['callbacks', inspection.callbacks.join(', ')],
      ['host functions', hostFunctions.map((entry) => entry.name).join(', ')],
      ['WASI', wasi.map((entry) => entry.name).join(', ')],
    )
    if (memory !== undefined) {
      const most = memory.maximumPages === undefined ? 'no limit' : `at most ${memory.maximumPages} pages`
      rows.push(['memory', `${plural(memory.initialPages, 'page')} of 64 KiB, ${most}`])
    }
  }
  const width = Math.max(...rows.map(([title]) => title.length)) + 2
  const facts = rows.filter(([, text]) => text !== '').map(([title, text]) => `${colors.bold(title.padEnd(width))}${text}`)
  const names = Math.max(...inspection.meshes.map((verdict) => verdict.mesh.length)) + 2
  const verdicts = inspection.meshes.map((verdict) => {
    const mark = verdict.accepted ? colors.green('yes') : colors.dim('no ')
    const why = verdict.accepted ? `${verdict.attachment}: ${verdict.note}` : verdict.reasons.join('; ')
    return `  ${mark} ${verdict.mesh.padEnd(names)}${colors.dim(why)}`
  })
  return `${facts.join('\n')}\n\n${colors.bold('meshes')}\n${verdicts.join('\n')}\n`
}
