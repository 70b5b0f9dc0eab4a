import type { Manifest } from '../../plan/manifest.ts'
import { objectsIn, stringIn, stringsIn } from '../json-view.ts'
import { clauses, listed, sentence } from './words.ts'

/** What an EnvoyExtensionPolicy does: its Lua scripts, which run first, and its Wasm modules, in order. */
export function explainExtensionPolicy({ spec }: Manifest): readonly string[] {
  const targets = listed(
    objectsIn(spec, 'targetRefs').map((target) => `${stringIn(target, 'kind') ?? ''} ${stringIn(target, 'name') ?? ''}`),
  )
  const modules = objectsIn(spec, 'wasm').map((module) => {
    const variables = stringsIn(module, 'env', 'hostKeys')
    const url = stringIn(module, 'code', 'image', 'url') ?? stringIn(module, 'code', 'http', 'url') ?? ''
    return clauses(
      `the Wasm module ${url} sees the requests of ${targets}`,
      variables.length > 0 && `with ${listed(variables)} of the proxy in its environment`,
      module.failOpen === true ? 'requests go on when it fails' : 'requests fail when it fails',
    )
  })
  return [...objectsIn(spec, 'lua').map(() => `a Lua script sees the requests of ${targets}`), ...modules].map(sentence)
}
