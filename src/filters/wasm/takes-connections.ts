import { parseModule } from './module-parser.ts'

/** True when a module has callbacks for a connection's data. Those of the C++ SDK have them all, whatever they are for. */
export function takesConnections(wasm: Uint8Array): boolean {
  const parsed = parseModule(wasm)
  return parsed.ok && parsed.module.exports.some(({ name }) => /^proxy_on_(downstream|upstream)_data$/.test(name))
}
