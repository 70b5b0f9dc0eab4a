import type { ModuleSummary } from '../wasm/module-parser.ts'
import type { SdkGuess } from './inspection.ts'

/**
 * The toolchain behind a module: first what its producers section says, then what each toolchain leaves in exports and section
 * names. A guess, so its evidence goes with it.
 */
export function guessSdk(module: ModuleSummary, bytes: Uint8Array): SdkGuess {
  const exported = new Set(module.exports.map((entry) => entry.name))
  const language = module.producers.language?.map((entry) => entry.name) ?? []
  const processedBy = module.producers['processed-by']?.map((entry) => `${entry.name} ${entry.version}`.trim()) ?? []
  const said = [...language.map((name) => `language ${name}`), ...processedBy.map((name) => `processed by ${name}`)]
  const says = (word: RegExp): boolean => said.some((entry) => word.test(entry))
  const sections = module.customSections.map((section) => section.name)

  if (says(/tinygo/i)) return { language: 'TinyGo', evidence: said }
  if (sections.includes('go:buildid') || sections.includes('go.buildid') || says(/\bGo\b/)) {
    return { language: 'Go', evidence: said.length > 0 ? said : ['section go:buildid'] }
  }
  if (exported.has('asyncify_start_unwind') && (exported.has('resume') || exported.has('go_scheduler'))) {
    return { language: 'TinyGo', evidence: ['exports asyncify_start_unwind and resume'] }
  }
  if (sections.includes('sourceMappingURL') && exported.has('__new'))
    return { language: 'AssemblyScript', evidence: ['exports __new'] }
  if (exported.has('__new') || exported.has('__rtti_base'))
    return { language: 'AssemblyScript', evidence: ['exports of its runtime'] }
  if (says(/rust/i)) return { language: 'Rust', evidence: said }
  if (says(/AssemblyScript/i)) return { language: 'AssemblyScript', evidence: said }
  if (says(/\bC\+\+|\bC_plus_plus|emscripten|clang/i)) return { language: 'C++', evidence: said }
  if (says(/zig/i)) return { language: 'Zig', evidence: said }

  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const constants = module.dataSection
  const text = constants === undefined ? '' : content.toString('latin1', constants.start, constants.end)
  // AssemblyScript keeps its strings as UTF-16, and those of its own library begin with `~lib/`.
  if (content.includes(Buffer.from('~lib/', 'utf16le'))) {
    return { language: 'AssemblyScript', evidence: ["names of its library's files as UTF-16"] }
  }
  if (exported.has('proxy_on_grpc_trailing_metadata')) {
    return { language: 'AssemblyScript', evidence: ['exports proxy_on_grpc_trailing_metadata, as only its SDK spells it'] }
  }
  // Rust's own library is named in its messages, wherever it was built, and those outlive the stripping of names.
  const rustLibrary = /\/rustc[-/][\w.+-]{1,60}\/library\/[a-z]+\//.exec(text)
  if (rustLibrary !== null) return { language: 'Rust', evidence: [`names ${rustLibrary[0]}`] }
  if (exported.has('proxy_validate_configuration')) {
    return { language: 'C++', evidence: ['exports proxy_validate_configuration, as only its SDK does'] }
  }
  const imports = new Set(module.imports.map((entry) => `${entry.module}.${entry.name}`))
  if (imports.has('env.emscripten_notify_memory_growth') || exported.has('__indirect_function_table')) {
    return { language: 'C++', evidence: ["emscripten's imports or exports"] }
  }
  if (exported.has('__heap_base') && exported.has('__data_end') && exported.has('proxy_on_memory_allocate')) {
    return { language: 'Rust', evidence: ['exports __heap_base, __data_end and proxy_on_memory_allocate'] }
  }
  if (
    exported.has('malloc') &&
    (exported.has('_initialize') || exported.has('_start')) &&
    exported.has('calloc') &&
    exported.has('realloc')
  ) {
    return { language: 'TinyGo', evidence: ['exports malloc, calloc and realloc'] }
  }
  return { language: 'unknown', evidence: said }
}
