import { createHash } from 'node:crypto'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { callbackTypeProblem, findCallback, isCallbackName } from '../abi/callbacks.ts'
import { abiVersions } from '../abi/constants.ts'
import { findHostFunction, hostFunctionTypeMatches } from '../abi/host-functions.ts'
import { isWasiModule, wasiFunctions } from '../abi/wasi-functions.ts'
import type { FilterCode } from '../codes.ts'
import { abiVersionOf } from '../host/filter-vm.ts'
import { localsProblem, pageSize } from '../wasm/bound-module.ts'
import { describeEngineRefusal, throwsTheNewerWay } from '../wasm/describe-problem.ts'
import { type ModuleProblem, type ModuleSummary, parseModule } from '../wasm/module-parser.ts'
import type { FilterInspection, ImportedHostFunction, ImportedWasiFunction, ModuleKind } from './inspection.ts'
import { judgeForMeshes } from './mesh-limits.ts'
import { guessSdk } from './sdk-guess.ts'

/** The most that is read: a larger file is refused before it is parsed. Bytes. */
export const maximumModuleSize = 256 * 1024 * 1024

/** Past this a module is worth a word: every proxy compiles it before it serves. Bytes. */
const largeModuleSize = 16 * 1024 * 1024

const startNames = ['_initialize', '_start', 'main', '__main_void'] as const

/** Says everything about a filter that its bytes say. Never throws, whatever the bytes; nothing of the module is run. */
export function inspectFilter(source: string, bytes: Uint8Array): FilterInspection {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (bytes.length > maximumModuleSize) {
    const detail = `It is ${bytes.length} bytes; meshes fetch at most ${maximumModuleSize >> 20} MiB.`
    return broken(source, bytes, sha256, 'not-wasm', { code: 'MF9002', summary: `${source} is too large for a filter`, detail })
  }
  const parsed = parseModule(bytes)
  if (!parsed.ok) {
    const kind = parsed.problem.kind === 'component' ? 'component' : 'not-wasm'
    return broken(source, bytes, sha256, kind, describeProblem(source, parsed.problem))
  }
  return inspectModule(source, bytes, sha256, parsed.module)
}

type Finding = Pick<Diagnostic, 'summary'> & {
  readonly code: FilterCode
  readonly detail?: string
  readonly hint?: string
  readonly severity?: 'warning'
}

function diagnostic(finding: Finding): Diagnostic {
  return { severity: 'error', ...finding }
}

function inspectModule(source: string, bytes: Uint8Array, sha256: string, module: ModuleSummary): FilterInspection {
  const findings: Finding[] = []
  const wide = module.memories.some((entry) => entry.wide)
  const tooMany = localsProblem(module)
  if (wide) {
    const detail = 'Proxy-Wasm passes addresses of 32 bits. Build it for wasm32.'
    findings.push({ code: 'MF9009', summary: `${source} has a memory with 64-bit addresses`, detail })
  }
  if (tooMany !== undefined) {
    findings.push({ code: 'MF9003', summary: `${source} is more than an engine should be given`, detail: sentence(tooMany) })
  }
  // The engine can't be stopped while it looks at a module, so it is shown none that is made to keep it busy.
  const refusal = wide || tooMany !== undefined ? undefined : engineRefusal(bytes)
  if (refusal !== undefined && throwsTheNewerWay(refusal)) {
    const detail = 'It throws exceptions by try_table and exnref, which engines run since 2025; the one here is older.'
    findings.push({ code: 'MF9011', summary: `${source} needs a proxy with a recent engine`, detail, severity: 'warning' })
  } else if (refusal !== undefined) {
    findings.push({ code: 'MF9003', summary: `${source} does not validate`, detail: sentence(describeEngineRefusal(refusal)) })
  }
  const kind = kindOf(module)
  const abi = abiVersionOf(module)
  const imported = readImports(source, module, findings)
  const callbacks = module.exports.flatMap((entry) => {
    const spec = entry.kind === 'function' ? findCallback(entry.name) : undefined
    if (spec === undefined) return []
    const problem = entry.type === undefined ? undefined : callbackTypeProblem(spec, entry.type)
    if (problem !== undefined)
      findings.push({ code: 'MF9006', summary: `${source} exports ${entry.name} with a wrong type`, detail: `It ${problem}.` })
    return [spec]
  })
  const names = module.exports.map((entry) => entry.name)
  const memory = module.memories[0]
  const memoryExported = module.exports.some((entry) => entry.kind === 'memory' && entry.name === 'memory')
  const allocator = names.includes('malloc')
    ? 'malloc'
    : names.includes('proxy_on_memory_allocate')
      ? 'proxy_on_memory_allocate'
      : undefined
  findings.push(...kindFindings(source, kind, module))
  if (kind === 'proxy-wasm') {
    if (!memoryExported) findings.push({ code: 'MF9007', summary: `${source} exports no memory` })
    if (allocator === undefined) {
      const detail = 'Without malloc or proxy_on_memory_allocate a proxy could hand it nothing, and Envoy does not load it.'
      findings.push({ code: 'MF9008', summary: `${source} exports no allocator`, detail })
    }
  }
  if (memory !== undefined && memory.initialPages * pageSize > 1024 ** 3) {
    findings.push({ code: 'MF9009', summary: `${source} starts with more memory than the 1 GiB that proxies give` })
  }
  if (module.memories.some((entry) => entry.shared)) {
    const detail = 'No proxy gives a filter threads. Build it without them.'
    findings.push({ code: 'MF9009', summary: `${source} shares its memory between threads`, detail })
  }
  if (bytes.length > largeModuleSize) {
    const detail = `It is ${(bytes.length / 1024 ** 2).toFixed(1)} MiB, and every proxy fetches and compiles it.`
    findings.push({ code: 'MF9010', summary: `${source} is large`, detail, severity: 'warning' })
  }

  const families = new Set<string>(callbacks.map((spec) => spec.family))
  const handles = {
    httpRequests: families.has('http-request'),
    httpResponses: families.has('http-response'),
    tcp: families.has('tcp'),
    timers: names.includes('proxy_on_tick'),
  }
  const loadProblems = findings
    .filter((finding) => finding.severity !== 'warning' && !kindCodes.has(finding.code))
    .map((finding) => finding.summary)
  const traits = {
    kind,
    abi,
    size: bytes.length,
    httpCallbacks: handles.httpRequests || handles.httpResponses,
    tcpCallbacks: handles.tcp,
  }
  return {
    source,
    size: bytes.length,
    sha256,
    kind,
    loadable: kind === 'proxy-wasm' && loadProblems.length === 0,
    ...(abi === undefined ? {} : { abi }),
    startFunctions: startNames.filter((name) => names.includes(name)),
    ...(allocator === undefined ? {} : { allocator }),
    callbacks: callbacks.map((spec) => spec.name),
    handles,
    ...imported,
    ...(memory === undefined ? {} : { memory: { ...memory, exported: memoryExported } }),
    functionCount: module.functionCount,
    codeSize: module.codeSize,
    customSections: module.customSections.slice(0, 100),
    targetFeatures: module.targetFeatures,
    sdk: guessSdk(module, bytes),
    meshes: judgeForMeshes({ ...traits, loadProblems }),
    diagnostics: findings.map(diagnostic),
  }
}

/** What the engine itself says of a module that it does not take. */
function engineRefusal(bytes: Uint8Array): unknown {
  if (WebAssembly.validate(bytes)) return undefined
  try {
    new WebAssembly.Module(bytes)
    return new Error('the engine refuses it')
  } catch (error) {
    return error
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function kindOf(module: ModuleSummary): ModuleKind {
  const names = module.exports.map((entry) => entry.name)
  if (abiVersionOf(module) !== undefined) return 'proxy-wasm'
  if (names.some(isCallbackName)) return 'proxy-wasm-without-version'
  if (module.imports.some((entry) => entry.module === 'http_handler')) return 'http-wasm'
  return 'other-module'
}

/** Codes of findings that the kind itself already says. */
const kindCodes: ReadonlySet<string> = new Set(['MF9004'])

function kindFindings(source: string, kind: ModuleKind, module: ModuleSummary): readonly Finding[] {
  const versions = module.exports.filter((entry) => entry.name.startsWith('proxy_abi_version_')).map((entry) => entry.name)
  switch (kind) {
    case 'proxy-wasm':
    case 'component':
    case 'not-wasm':
      return []
    case 'proxy-wasm-without-version': {
      const known = `The versions are ${abiVersions.join(', ')}.`
      const detail =
        versions.length > 0
          ? `It exports ${versions.join(', ')}. ${known}`
          : `It has filter callbacks but no proxy_abi_version_* export. ${known}`
      return [
        {
          code: 'MF9004',
          summary: `${source} has no ABI version that proxies know`,
          detail,
          hint: 'Rebuild it with a current Proxy-Wasm SDK.',
        },
      ]
    }
    case 'http-wasm':
      return [
        { code: 'MF9004', summary: `${source} is an http-wasm module`, detail: 'Traefik runs these; Envoy-based meshes do not.' },
      ]
    case 'other-module': {
      const detail =
        versions.length > 0
          ? `It exports ${versions.join(', ')}, which no proxy knows.`
          : 'It exports no proxy_abi_version_* marker and no filter callback.'
      return [{ code: 'MF9004', summary: `${source} is a WebAssembly module but not a filter`, detail }]
    }
  }
}

function readImports(
  source: string,
  module: ModuleSummary,
  findings: Finding[],
): Pick<FilterInspection, 'hostFunctions' | 'wasi' | 'unknownImports'> {
  const hostFunctions: ImportedHostFunction[] = []
  const wasi: ImportedWasiFunction[] = []
  const unknownImports: string[] = []
  for (const entry of module.imports) {
    const spec = entry.kind === 'function' && entry.module === 'env' ? findHostFunction(entry.name) : undefined
    if (entry.kind === 'function' && isWasiModule(entry.module)) {
      const known = Object.hasOwn(wasiFunctions, entry.name) ? wasiFunctions[entry.name] : undefined
      wasi.push({ name: entry.name, module: entry.module, ...known })
      if (known === undefined) unknownImports.push(`${entry.module}.${entry.name}`)
    } else if (spec !== undefined && entry.type !== undefined) {
      const typeMatches = hostFunctionTypeMatches(spec, entry.type)
      hostFunctions.push({ name: spec.name, purpose: spec.purpose, abi: spec.abi, typeMatches })
      if (!typeMatches) findings.push({ code: 'MF9006', summary: `${source} imports ${spec.name} with a wrong type` })
    } else unknownImports.push(`${entry.module}.${entry.name}`)
  }
  if (unknownImports.length > 0 && kindOf(module) === 'proxy-wasm') {
    const more = unknownImports.length - 5
    const list = `${unknownImports.slice(0, 5).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
    findings.push({
      code: 'MF9005',
      summary: `${source} imports what no proxy gives: ${list}`,
      detail: 'Envoy refuses a module whose imports it can not link.',
    })
  }
  const abi = abiVersionOf(module)
  const others = abi === undefined ? [] : hostFunctions.filter((entry) => !entry.abi.includes(abi)).map((entry) => entry.name)
  if (others.length > 0) {
    findings.push({
      code: 'MF9005',
      summary: `${source} speaks ABI ${abi} and imports what only other versions have: ${others.join(', ')}`,
      detail: 'Envoy links the host functions of the version that a module exports, and refuses it for any other.',
    })
  }
  const newer = [...new Set(wasi.filter((entry) => entry.linked === 'newer').map((entry) => entry.name))]
  if (newer.length > 0) {
    const detail = `Older proxies do not link ${newer.join(', ')}; full Go modules need a recent Envoy.`
    findings.push({
      code: 'MF9011',
      summary: `${source} needs WASI functions that only recent proxies give`,
      detail,
      severity: 'warning',
    })
  }
  return { hostFunctions, wasi, unknownImports }
}

function describeProblem(source: string, problem: ModuleProblem): Finding {
  switch (problem.kind) {
    case 'empty':
      return { code: 'MF9001', summary: `${source} is empty` }
    case 'not-wasm': {
      const looks =
        problem.looksLike === undefined ? 'It does not begin with the bytes 00 61 73 6d.' : `It looks like ${problem.looksLike}.`
      return { code: 'MF9001', summary: `${source} is not a WebAssembly module`, detail: looks }
    }
    case 'component':
      return {
        code: 'MF9004',
        summary: `${source} is a WebAssembly component, not a core module`,
        detail: 'Proxies load core modules only.',
      }
    case 'unknown-version':
      return { code: 'MF9001', summary: `${source} has binary format version ${problem.version}, expected 1` }
    case 'garbage-collected':
      return {
        code: 'MF9003',
        summary: `${source} has types of the garbage collection proposal`,
        detail: 'Proxies do not run such modules. Build it with linear memory.',
      }
    case 'malformed': {
      const detail = `At byte ${problem.offset}: ${problem.detail}. The file may be cut short or damaged.`
      return { code: 'MF9003', summary: `${source} is a damaged WebAssembly module`, detail }
    }
  }
}

/** The inspection of bytes that are no module: nothing inside is known. */
function broken(source: string, bytes: Uint8Array, sha256: string, kind: ModuleKind, finding: Finding): FilterInspection {
  const traits = { kind, abi: undefined, size: bytes.length, httpCallbacks: false, tcpCallbacks: false, loadProblems: [] }
  return {
    source,
    size: bytes.length,
    sha256,
    kind,
    loadable: false,
    startFunctions: [],
    callbacks: [],
    handles: { httpRequests: false, httpResponses: false, tcp: false, timers: false },
    hostFunctions: [],
    wasi: [],
    unknownImports: [],
    functionCount: 0,
    codeSize: 0,
    customSections: [],
    targetFeatures: [],
    sdk: { language: 'unknown', evidence: [] },
    meshes: judgeForMeshes(traits),
    diagnostics: [diagnostic(finding)],
  }
}
