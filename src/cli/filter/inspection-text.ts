import type { FilterInspection, ModuleKind } from '../../filters/inspect/inspection.ts'
import { wrap } from '../../views/terminal/diagnostics.ts'
import { printableStrings } from '../../views/terminal/printable-strings.ts'
import { plural, type Style } from '../../views/terminal/style.ts'

const KIND_TITLES: Readonly<Record<ModuleKind, string>> = {
  'proxy-wasm': 'Proxy-Wasm filter',
  'proxy-wasm-without-version': 'filter from before the ABI had versions',
  'http-wasm': 'http-wasm module',
  component: 'WebAssembly component',
  'other-module': 'WebAssembly module, not a filter',
  'not-wasm': 'not a WebAssembly module',
}

/** Lines are broken past this, also where nobody says how wide the terminal is. */
const WIDEST = 120

/** An inspection for people. */
export function inspectionText(given: FilterInspection, { colors, width: columns }: Style): string {
  const inspection = printableStrings(given)
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
      ['root ids', (inspection.rootIds ?? []).join(', ')],
      ['callbacks', inspection.callbacks.join(', ')],
      ['host functions', listed(hostFunctions)],
      ['WASI', listed(wasi)],
    )
    if (memory !== undefined) {
      const most = memory.maximumPages === undefined ? 'no limit' : `at most ${memory.maximumPages} pages`
      rows.push(['memory', `${plural(memory.initialPages, 'page')} of 64 KiB, ${most}`])
    }
  }
  const width = Math.max(...rows.map(([title]) => title.length)) + 2
  const room = (left: number): number => Math.max(30, Math.min(columns, WIDEST) - left)
  const indented = (text: string, left: number): readonly string[] => {
    const [first = '', ...others] = wrap(text, room(left))
    return [first, ...others.map((line) => `${' '.repeat(left)}${line}`)]
  }
  const facts = rows
    .filter(([, text]) => text !== '')
    .map(([title, text]) => `${colors.bold(title.padEnd(width))}${indented(text, width).join('\n')}`)
  const names = Math.max(...inspection.meshes.map((verdict) => verdict.mesh.length)) + 2
  const verdicts = inspection.meshes.map((verdict) => {
    const mark = verdict.accepted ? colors.green('yes') : colors.dim('no ')
    const why = verdict.accepted ? `${verdict.attachment}: ${verdict.note}` : verdict.reasons.join('; ')
    return `  ${mark} ${verdict.mesh.padEnd(names)}${indented(why, names + 6)
      .map((line) => colors.dim(line))
      .join('\n')}`
  })
  return `${facts.join('\n')}\n\n${colors.bold('meshes')}\n${verdicts.join('\n')}\n`
}

/** Names once each: a module may import one under several types. */
function listed(entries: readonly { readonly name: string }[]): string {
  return [...new Set(entries.map((entry) => entry.name))].join(', ')
}
